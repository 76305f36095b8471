// Vec over AVX2 and FMA. Included by simd.h only.
#pragma once

#include <immintrin.h>

namespace pronghorn {
namespace {

using Vec = __m256;
using IVec = __m256i;
struct Mask {
    __m256 bits;
};
constexpr size_t kLanes = 8;
constexpr size_t kVectorRegisters = 16;

inline Vec load(const float* p) { return _mm256_loadu_ps(p); }
inline void store(float* p, Vec a) { _mm256_storeu_ps(p, a); }
inline Vec broadcast(float a) { return _mm256_set1_ps(a); }
inline Vec add(Vec a, Vec b) { return _mm256_add_ps(a, b); }
inline Vec sub(Vec a, Vec b) { return _mm256_sub_ps(a, b); }
inline Vec mul(Vec a, Vec b) { return _mm256_mul_ps(a, b); }
inline Vec div(Vec a, Vec b) { return _mm256_div_ps(a, b); }
inline Vec fma(Vec a, Vec b, Vec c) { return _mm256_fmadd_ps(a, b, c); }
inline Vec fnma(Vec a, Vec b, Vec c) { return _mm256_fnmadd_ps(a, b, c); }
constexpr bool kRoundsOnce = true;  // fma and fnma
inline Vec bigger(Vec a, Vec b) { return _mm256_max_ps(a, b); }
inline Vec smaller(Vec a, Vec b) { return _mm256_min_ps(a, b); }
inline Vec sqrt(Vec a) { return _mm256_sqrt_ps(a); }
inline Vec round_even(Vec a) {
    return _mm256_round_ps(a, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

inline Mask is_lt(Vec a, Vec b) { return {_mm256_cmp_ps(a, b, _CMP_LT_OQ)}; }
inline Mask is_le(Vec a, Vec b) { return {_mm256_cmp_ps(a, b, _CMP_LE_OQ)}; }
inline Mask is_eq(Vec a, Vec b) { return {_mm256_cmp_ps(a, b, _CMP_EQ_OQ)}; }
inline Mask is_ne(Vec a, Vec b) { return {_mm256_cmp_ps(a, b, _CMP_NEQ_UQ)}; }
inline Vec blend(Mask m, Vec a, Vec b) { return _mm256_blendv_ps(b, a, m.bits); }
inline bool any(Mask m) { return _mm256_movemask_ps(m.bits) != 0; }

inline IVec ibroadcast(uint32_t a) { return _mm256_set1_epi32(static_cast<int>(a)); }
inline IVec lane_numbers() { return _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7); }
inline IVec iadd(IVec a, IVec b) { return _mm256_add_epi32(a, b); }
inline IVec isub(IVec a, IVec b) { return _mm256_sub_epi32(a, b); }
inline IVec iand(IVec a, IVec b) { return _mm256_and_si256(a, b); }
inline IVec ior(IVec a, IVec b) { return _mm256_or_si256(a, b); }
inline IVec ixor(IVec a, IVec b) { return _mm256_xor_si256(a, b); }
template <int kBits>
inline IVec shift_left(IVec a) {
    return _mm256_slli_epi32(a, kBits);
}
template <int kBits>
inline IVec shift_right_signed(IVec a) {
    return _mm256_srai_epi32(a, kBits);
}
inline IVec as_int(Vec a) { return _mm256_castps_si256(a); }
inline Vec as_float(IVec a) { return _mm256_castsi256_ps(a); }
inline IVec to_int(Vec a) { return _mm256_cvtps_epi32(a); }
inline Vec to_float(IVec a) { return _mm256_cvtepi32_ps(a); }
inline Mask first_lanes(size_t count) {
    const IVec limit = ibroadcast(static_cast<uint32_t>(count));
    return {as_float(_mm256_cmpgt_epi32(limit, lane_numbers()))};
}
inline uint32_t lanes_where(Mask m) { return static_cast<uint32_t>(_mm256_movemask_ps(m.bits)); }
// See simd.h.
inline uint32_t meeting_words(const uint16_t* words, uint32_t mask) {
    const __m256i all = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(words));
    const __m256i met = _mm256_and_si256(all, _mm256_set1_epi16(static_cast<int16_t>(mask)));
    const __m256i is_zero = _mm256_cmpeq_epi16(met, _mm256_setzero_si256());
    const __m128i bytes =
        _mm_packs_epi16(_mm256_castsi256_si128(is_zero), _mm256_extracti128_si256(is_zero, 1));
    return ~static_cast<uint32_t>(_mm_movemask_epi8(bytes)) & 0xFFFFu;
}
// Unsigned a < b: the sign bit flipped makes the signed comparison right.
inline Mask is_below(IVec a, IVec b) {
    const IVec flip = ibroadcast(0x80000000u);
    return {as_float(_mm256_cmpgt_epi32(ixor(b, flip), ixor(a, flip)))};
}

// Words in 64-bit lanes, for 32 x 32 -> 64 bit products: the even or the odd words of an IVec in
// the low halves, the high halves holding anything.
using WideVec = __m256i;
inline WideVec wide_broadcast(uint32_t a) { return ibroadcast(a); }
inline WideVec even_words(IVec a) { return a; }
inline WideVec odd_words(IVec a) { return _mm256_srli_epi64(a, 32); }
inline IVec join_words(WideVec even, WideVec odd) {
    return _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA);
}
inline WideVec wide_product(WideVec a, WideVec b) { return _mm256_mul_epu32(a, b); }
inline WideVec high_half(WideVec a) { return _mm256_srli_epi64(a, 32); }
inline WideVec wide_xor(WideVec a, WideVec b) { return _mm256_xor_si256(a, b); }

// A root and a quotient keep the divider of a Zen 3 busy for 8 cycles and that of a Skylake for 11, and
// take two instructions in place of ten. An inverse root would be both: here the estimate is quicker.
inline Vec rsqrt_estimate(Vec a) { return _mm256_rsqrt_ps(a); }  // relative error 1.5 * 2^-12
constexpr int kNewtonSteps = 1;

inline Vec load_u8(const uint8_t* p) {
    return _mm256_cvtepi32_ps(
        _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
}
// Bit i where bytes[i] is not 0; 16 bytes.
inline uint32_t bytes_not_zero(const uint8_t* bytes) {
    const __m128i all = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
    const __m128i is_zero = _mm_cmpeq_epi8(all, _mm_setzero_si128());
    return ~static_cast<uint32_t>(_mm_movemask_epi8(is_zero)) & 0xFFFFu;
}

inline float sum_lanes(Vec a) {
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}
inline float max_lanes(Vec a) {
    __m128 s = _mm_max_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
    s = _mm_max_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

// One level of adding up the lanes of several vectors: the lanes of both that are half as far apart
// as at the level before are added, half a vector at level 0. Behind all levels lane lane_of_sum(i)
// has the sum of vector i.
template <int kLevel>
inline Vec fold(Vec a, Vec b) {
    if constexpr (kLevel == 0) {
        return _mm256_add_ps(_mm256_permute2f128_ps(a, b, 0x20),
                             _mm256_permute2f128_ps(a, b, 0x31));
    } else if constexpr (kLevel == 1) {
        return _mm256_add_ps(_mm256_shuffle_ps(a, b, 0x44), _mm256_shuffle_ps(a, b, 0xEE));
    } else {
        return _mm256_add_ps(_mm256_shuffle_ps(a, b, 0x88), _mm256_shuffle_ps(a, b, 0xDD));
    }
}
constexpr int lane_of_sum(int i) { return i % 2 * 4 + i / 2; }

// Transpose a kLanes x kLanes block held in registers: pairs, quads, then halves.
inline void transpose(Vec (&r)[8]) {
    Vec t[8];
#pragma GCC unroll 8
    for (int i = 0; i < 8; i += 2) {
        t[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; i += 4) {
        r[i] = _mm256_shuffle_ps(t[i], t[i + 2], 0x44);
        r[i + 1] = _mm256_shuffle_ps(t[i], t[i + 2], 0xEE);
        r[i + 2] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0x44);
        r[i + 3] = _mm256_shuffle_ps(t[i + 1], t[i + 3], 0xEE);
    }
#pragma GCC unroll 8
    for (int i = 0; i < 4; ++i) {
        t[i] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x20);
        t[i + 4] = _mm256_permute2f128_ps(r[i], r[i + 4], 0x31);
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) r[i] = t[i];
}

}  // namespace
}  // namespace pronghorn
