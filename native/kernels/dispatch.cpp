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

const RoundedKernels& rounded_kernels(const KernelTable& table) {
#if defined(PRONGHORN_HAS_X86)
    static const bool has_unit = cpu_has_avx512_bf16();
    if (&table == &kAvx512Table && has_unit) return kAvx512Bf16Kernels;
#endif
    return *table.rounded;
}

const char* wanted_isa() {
    const char* wanted = std::getenv("PRONGHORN_ISA");
    return wanted && *wanted ? wanted : nullptr;
}

const KernelTable* default_table() {
    if (const char* wanted = wanted_isa()) return table_named(wanted);
    return available().tables[0];
}

}  // namespace pronghorn
