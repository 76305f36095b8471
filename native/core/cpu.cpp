#include "cpu.h"

#include <cstring>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#define PRONGHORN_ASKS_CPUID
#endif

namespace pronghorn {

#if defined(PRONGHORN_ASKS_CPUID)

bool cpu_has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

bool cpu_has_avx512() {
    return cpu_has_avx2() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}

bool cpu_has_avx512_bf16() { return cpu_has_avx512() && __builtin_cpu_supports("avx512bf16"); }

// The brand string: 48 bytes from three leaves.
static bool read_brand(char (&brand)[49]) {
    unsigned words[12] = {};
    for (unsigned leaf = 0; leaf < 3; ++leaf) {
        unsigned* w = words + 4 * leaf;
        if (!__get_cpuid(0x80000002u + leaf, &w[0], &w[1], &w[2], &w[3])) return false;
    }
    std::memcpy(brand, words, 48);
    brand[48] = '\0';
    return true;
}

#else

bool cpu_has_avx2() { return false; }
bool cpu_has_avx512() { return false; }
bool cpu_has_avx512_bf16() { return false; }
static bool read_brand(char (&)[49]) { return false; }

#endif

void cpu_name(char* out, size_t size) {
    if (size == 0) return;
    char brand[49] = "";
    const char* name = read_brand(brand) ? brand : "unknown";
    while (*name == ' ') ++name;
    size_t length = std::strlen(name);
    while (length > 0 && name[length - 1] == ' ') --length;
    if (length > size - 1) length = size - 1;
    std::memcpy(out, name, length);
    out[length] = '\0';
}

}  // namespace pronghorn
