#include "cpu.h"

#include <cstring>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#define PRONGHORN_ASKS_CPUID
#endif
#if defined(__linux__) && defined(__x86_64__)
#include <sys/syscall.h>
#include <unistd.h>
#define PRONGHORN_ASKS_LINUX
#endif

namespace pronghorn {

#if defined(PRONGHORN_ASKS_CPUID)

bool cpu_has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

#if defined(PRONGHORN_EMULATES_AVX512)
bool cpu_has_avx512() { return cpu_has_avx2(); }
#else
bool cpu_has_avx512() {
    return cpu_has_avx2() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
}
#endif

bool cpu_has_avx512_bf16() { return cpu_has_avx512() && __builtin_cpu_supports("avx512bf16"); }

bool cpu_has_amx_bf16() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (!cpu_has_avx512_bf16() || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return false;
    constexpr unsigned kBf16 = 1u << 22, kTile = 1u << 24;
    if ((d & kBf16) == 0 || (d & kTile) == 0) return false;
    // XCR0: the system saves the tiles' configuration (bit 17) and their data (bit 18).
    unsigned low = 0, high = 0;
    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (low >> 17 & 3) == 3;
}

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
bool cpu_has_amx_bf16() { return false; }
static bool read_brand(char (&)[49]) { return false; }

#endif

#if defined(PRONGHORN_ASKS_LINUX)

bool request_amx() {
    constexpr long kRequestPermission = 0x1023, kTileData = 18;  // ARCH_REQ_XCOMP_PERM
    return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

#else

bool request_amx() { return false; }

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
