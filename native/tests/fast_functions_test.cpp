// The quick square root, inverse root and quotient of simd.h, compiled once for each instruction
// set like the kernels: only the macro PRONGHORN_SIMD_* and the flags differ. Exports the largest
// error in ULP over normal operands.
#include <cmath>
#include <cstring>

#include "kernels/simd.h"

namespace pronghorn {
namespace {

float float_of(uint32_t bits) {
    float x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
}

double ulps(float got, double exact) {
    int exponent = 0;
    (void)std::frexp(static_cast<float>(exact), &exponent);
    return std::fabs(static_cast<double>(got) - exact) / std::ldexp(1.0, exponent - 24);
}

}  // namespace

struct FastErrors {
    double sqrt, rsqrt, div;
    bool zero_is_zero, nan_is_nan;
};

#define PRONGHORN_NAME(a, b) a##b
#define PRONGHORN_JOIN(a, b) PRONGHORN_NAME(a, b)
FastErrors PRONGHORN_JOIN(fast_errors_, PRONGHORN_TESTED_ISA)();
FastErrors PRONGHORN_JOIN(fast_errors_, PRONGHORN_TESTED_ISA)() {
    FastErrors worst{};
    float a[kLanes], b[kLanes], s[kLanes], r[kLanes], q[kLanes];
    // Positive normal numbers from 2^-126 to 2^126; quotients that stay normal.
    for (uint32_t bits = 0x00800000u; bits < 0x7E800000u; bits += kLanes * 1009u) {
        for (uint32_t i = 0; i < kLanes; ++i) {
            a[i] = float_of(bits + i * 1009u);
            b[i] = std::ldexp(1.0f + static_cast<float>((bits + i) % 8191u) / 8191.0f,
                              static_cast<int>(bits % 61u) - 30);
            // Numerators within 2^+-60 of 1.
            q[i] = std::ldexp(a[i], -std::ilogb(a[i]) / 2);
        }
        const Vec numerator = load(q);
        store(s, fast_sqrt(load(a)));
        store(r, fast_rsqrt(load(a)));
        float quotient[kLanes];
        store(quotient, fast_div(numerator, load(b)));
        for (size_t i = 0; i < kLanes; ++i) {
            const double exact = std::sqrt(static_cast<double>(a[i]));
            worst.sqrt = std::fmax(worst.sqrt, ulps(s[i], exact));
            worst.rsqrt = std::fmax(worst.rsqrt, ulps(r[i], 1.0 / exact));
            worst.div = std::fmax(worst.div, ulps(quotient[i], static_cast<double>(q[i]) / b[i]));
        }
    }
    store(s, fast_sqrt(broadcast(0.0f)));
    worst.zero_is_zero = s[0] == 0.0f;
    const Vec nan = broadcast(__builtin_nanf(""));
    store(s, fast_sqrt(nan));
    store(r, fast_rsqrt(nan));
    store(q, fast_div(nan, broadcast(2.0f)));
    worst.nan_is_nan = std::isnan(s[0]) && std::isnan(r[0]) && std::isnan(q[0]);
    return worst;
}

}  // namespace pronghorn
