// Pairs of bfloat16 numbers in the 32-bit lanes of an AVX-512 vector. Included by
// isa_avx512_bf16.cpp and isa_avx512_amx.cpp only, after simd.h.
#pragma once

#include <immintrin.h>

namespace pronghorn {
namespace {

// The first vector rounded into the lower half of the lanes, the second into the upper half.
inline Vec round_pairs(Vec first, Vec second) { return (Vec)_mm512_cvtne2ps_pbh(second, first); }

// Halves of a vector of 16-bit numbers, interleaved: 0, 16, 1, 17, ...
inline Vec interleave_halves(Vec words) {
    alignas(64) static constexpr uint16_t kOrder[32] = {0,  16, 1,  17, 2,  18, 3,  19, 4,  20, 5,
                                                        21, 6,  22, 7,  23, 8,  24, 9,  25, 10, 26,
                                                        11, 27, 12, 28, 13, 29, 14, 30, 15, 31};
    return (Vec)_mm512_permutexvar_epi16(_mm512_load_si512(kOrder), (__m512i)words);
}

inline Vec keep_low_halves(Vec words) {
    return as_float(iand(as_int(words), ibroadcast(0x0000FFFFu)));
}

// The words of packing.inl, and the processor's own products of them.
struct Words {
    static constexpr size_t kDepth = 2;
    static Vec along(const Vec (&numbers)[2]) { return round_pairs(numbers[0], numbers[1]); }
    static Vec across(const Vec (&rows)[2]) {
        return interleave_halves(round_pairs(rows[0], rows[1]));
    }
    static Vec first(Vec words) { return keep_low_halves(words); }
    // Each lane adds left[0] * right[0] + left[1] * right[1].
    static Vec add(Vec left, Vec right, Vec sum) {
        return _mm512_dpbf16_ps(sum, (__m512bh)left, (__m512bh)right);
    }
};

}  // namespace
}  // namespace pronghorn
