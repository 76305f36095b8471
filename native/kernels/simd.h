// Vec: the widest vector of floats of one instruction set, and the functions on it. This header
// and the simd_*.h it chooses from are the only files with intrinsics. The file that includes it
// names the instruction set by defining one PRONGHORN_SIMD_ macro; everything lives in an
// anonymous namespace, so that no copy built for one processor can be linked into another's.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(PRONGHORN_SIMD_AVX512)
#include "simd_avx512.h"
#elif defined(PRONGHORN_SIMD_AVX2)
#include "simd_avx2.h"
#elif defined(PRONGHORN_SIMD_NEON)
#include "simd_neon.h"
#else
#include "simd_scalar.h"
#endif

namespace pronghorn {
namespace {

// `bigger` and `smaller` (per instruction set) give the second operand where either is NaN.
// `maximum` and `minimum` give NaN there, as NumPy's do.
inline Vec maximum(Vec a, Vec b) { return blend(is_ne(a, a), a, bigger(a, b)); }
inline Vec minimum(Vec a, Vec b) { return blend(is_ne(a, a), a, smaller(a, b)); }

inline Vec neg(Vec a) { return as_float(ixor(as_int(a), ibroadcast(0x80000000u))); }
inline Vec abs(Vec a) { return as_float(iand(as_int(a), ibroadcast(0x7FFFFFFFu))); }
inline Vec copy_sign(Vec magnitude, Vec from) {
    return as_float(ior(iand(as_int(magnitude), ibroadcast(0x7FFFFFFFu)),
                        iand(as_int(from), ibroadcast(0x80000000u))));
}

// Claims as numbers: 1.0 where true, 0.0 where not.
inline Vec as_number(Mask m) { return blend(m, broadcast(1.0f), broadcast(0.0f)); }
inline Vec lt(Vec a, Vec b) { return as_number(is_lt(a, b)); }
inline Vec le(Vec a, Vec b) { return as_number(is_le(a, b)); }
inline Vec gt(Vec a, Vec b) { return as_number(is_lt(b, a)); }
inline Vec ge(Vec a, Vec b) { return as_number(is_le(b, a)); }
inline Vec eq(Vec a, Vec b) { return as_number(is_eq(a, b)); }
inline Vec ne(Vec a, Vec b) { return as_number(is_ne(a, b)); }

// a where condition is not 0 (NaN counts as true, as in NumPy), else b.
inline Vec select(Vec condition, Vec a, Vec b) {
    return blend(is_ne(condition, broadcast(0.0f)), a, b);
}

inline Vec sign(Vec a) {
    const Vec zero = broadcast(0.0f);
    const Vec positive = blend(is_lt(zero, a), broadcast(1.0f), a);  // NaN and zeros stay
    return blend(is_lt(a, zero), broadcast(-1.0f), positive);
}

inline Vec rsqrt(Vec a) { return div(broadcast(1.0f), sqrt(a)); }

// The first `count` lanes of a, `fill` in the others.
inline Vec keep_first(size_t count, Vec a, Vec fill) { return blend(first_lanes(count), a, fill); }

inline void prefetch(const void* p) { __builtin_prefetch(p, 0, 3); }

// Square root, inverse square root and quotient for the updates of optimizers, at most 4 ULP off where
// operands and result are normal numbers. Exact instructions where the divider keeps up beside the
// multipliers, of which an update has enough to do; else an estimate and Newton steps.
// Preconditions: a >= 0 for fast_sqrt (0 gives 0, a denormal something below 2^-63), a > 0 for
// fast_rsqrt, b != 0 and |b| < 2^126 for fast_div. NaN stays NaN; infinity may become NaN.
inline Vec fast_rsqrt(Vec a) {
    Vec y = rsqrt_estimate(a);
    for (int step = 0; step < kNewtonSteps; ++step) {
        const Vec error = fnma(mul(a, y), y, broadcast(1.0f));
        y = fma(mul(broadcast(0.5f), y), error, y);
    }
    return y;
}
#if defined(PRONGHORN_SIMD_NEON)
inline Vec fast_sqrt(Vec a) {
    const Vec y = rsqrt_estimate(bigger(broadcast(1.17549435e-38f), a));
    const Vec s = mul(a, y);
    return fma(mul(broadcast(0.5f), y), fnma(s, s, a), s);
}
inline Vec fast_div(Vec a, Vec b) {
    const Vec y = reciprocal_estimate(b);
    const Vec q = mul(a, y);
    return fma(y, fnma(b, q, a), q);
}
#else
inline Vec fast_sqrt(Vec a) { return sqrt(a); }
inline Vec fast_div(Vec a, Vec b) { return div(a, b); }
#endif

#if !defined(PRONGHORN_SIMD_AVX512) && !defined(PRONGHORN_SIMD_AVX2)
// Bit i where words[i] and `mask` have a bit in common; 16 words.
inline uint32_t meeting_words(const uint16_t* words, uint32_t mask) {
    uint32_t bits = 0;
    for (size_t i = 0; i < 16; ++i) bits |= static_cast<uint32_t>((words[i] & mask) != 0) << i;
    return bits;
}
#endif

#if !defined(PRONGHORN_SIMD_AVX512)
// For each byte the places of its bits, in order, and how many they are.
struct BitPlaces {
    uint16_t places[256][8];
    uint8_t count[256];
};
constexpr BitPlaces list_bit_places() {
    BitPlaces all{};
    for (size_t byte = 0; byte < 256; ++byte) {
        for (uint16_t bit = 0; bit < 8; ++bit) {
            if (byte >> bit & 1) all.places[byte][all.count[byte]++] = bit;
        }
    }
    return all;
}
constexpr BitPlaces kBitPlaces = list_bit_places();

// The numbers `first` + i of the bits i of `bits`, in order; 16 numbers are written. How many they
// are.
inline size_t list_bits(uint32_t bits, size_t first, uint16_t* numbers) {
    size_t count = 0;
    for (size_t half = 0; half < 16; half += 8) {
        const size_t byte = bits >> half & 0xFF;
        for (size_t i = 0; i < 8; ++i) {
            numbers[count + i] = static_cast<uint16_t>(kBitPlaces.places[byte][i] + first + half);
        }
        count += kBitPlaces.count[byte];
    }
    return count;
}

// a * 2^n for integral |n| <= 252, right through denormals and overflow: two exact powers.
inline Vec scale_by_power(Vec a, Vec n) {
    const IVec whole = to_int(n), half = shift_right_signed<1>(whole), bias = ibroadcast(127);
    const Vec first = as_float(shift_left<23>(iadd(half, bias)));
    const Vec second = as_float(shift_left<23>(iadd(isub(whole, half), bias)));
    return mul(mul(a, first), second);
}
#endif

}  // namespace
}  // namespace pronghorn
