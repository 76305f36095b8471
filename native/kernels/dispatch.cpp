// Which instruction sets are compiled in, which this processor has, and which is in force.
#include <cstdlib>
#include <cstring>

#include "../core/cpu.h"
#include "table.h"

namespace pronghorn {

extern const KernelTable kScalarTable;
#if defined(PRONGHORN_HAS_X86)
extern const KernelTable kAvx2Table;
extern const KernelTable kAvx512Table;
extern const RoundedKernels kAvx512Bf16Kernels;
#endif
#if defined(PRONGHORN_HAS_AMX)
extern const RoundedKernels kAvx512AmxKernels;
#endif
#if defined(PRONGHORN_HAS_NEON)
extern const KernelTable kNeonTable;
#endif

namespace {

struct Available {
    const KernelTable* tables[4];
    int count;

    Available() : tables{}, count(0) {
#if defined(PRONGHORN_HAS_X86)
        if (cpu_has_avx512()) tables[count++] = &kAvx512Table;
        if (cpu_has_avx2()) tables[count++] = &kAvx2Table;
#endif
#if defined(PRONGHORN_HAS_NEON)
        tables[count++] = &kNeonTable;  // every AArch64 processor has it
#endif
        tables[count++] = &kScalarTable;
    }
};

const Available& available() {
    static const Available found;
    return found;
}

}  // namespace

const KernelTable* const* available_tables(int* count) {
    *count = available().count;
    return available().tables;
}

const KernelTable* table_named(const char* isa) {
    for (int i = 0; i < available().count; ++i) {
        if (std::strcmp(available().tables[i]->isa, isa) == 0) return available().tables[i];
    }
    return nullptr;
}

RoundedUnits rounded_units(const KernelTable& table) {
    RoundedUnits found{};
#if defined(PRONGHORN_HAS_AMX)
    static const bool has_tiles = cpu_has_amx_bf16() && request_amx();
    if (&table == &kAvx512Table && has_tiles) found.units[found.count++] = &kAvx512AmxKernels;
#endif
#if defined(PRONGHORN_HAS_X86)
    static const bool has_pairs = cpu_has_avx512_bf16();
    if (&table == &kAvx512Table && has_pairs) found.units[found.count++] = &kAvx512Bf16Kernels;
#endif
    found.units[found.count++] = table.rounded;
    found.units[found.count++] = table.tiled;
    return found;
}

const RoundedKernels* unit_named(const KernelTable& table, const char* isa) {
    const RoundedUnits found = rounded_units(table);
    for (int i = 0; i < found.count; ++i) {
        if (std::strcmp(found.units[i]->isa, isa) == 0) return found.units[i];
    }
    return nullptr;
}

static const char* find_setting(const char* name) {
    const char* wanted = std::getenv(name);
    return wanted && *wanted ? wanted : nullptr;
}

const char* wanted_isa() { return find_setting("PRONGHORN_ISA"); }
const char* wanted_unit() { return find_setting("PRONGHORN_UNIT"); }

const KernelTable* default_table() {
    if (const char* wanted = wanted_isa()) return table_named(wanted);
    return available().tables[0];
}

const RoundedKernels* default_unit(const KernelTable& table) {
    if (const char* wanted = wanted_unit()) return unit_named(table, wanted);
    return rounded_units(table).units[0];
}

}  // namespace pronghorn
