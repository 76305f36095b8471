// Vec over AVX-512 (F, BW, DQ, VL). Included by simd.h only.
#pragma once

#include <immintrin.h>

namespace pronghorn {
namespace {

using Vec = __m512;
using IVec = __m512i;
using Mask = __mmask16;
constexpr size_t kLanes = 16;
constexpr size_t kVectorRegisters = 32;

inline Vec load(const float* p) { return _mm512_loadu_ps(p); }
inline void store(float* p, Vec a) { _mm512_storeu_ps(p, a); }
inline Vec broadcast(float a) { return _mm512_set1_ps(a); }
inline Vec add(Vec a, Vec b) { return _mm512_add_ps(a, b); }
inline Vec sub(Vec a, Vec b) { return _mm512_sub_ps(a, b); }
inline Vec mul(Vec a, Vec b) { return _mm512_mul_ps(a, b); }
inline Vec div(Vec a, Vec b) { return _mm512_div_ps(a, b); }
inline Vec fma(Vec a, Vec b, Vec c) { return _mm512_fmadd_ps(a, b, c); }
inline Vec fnma(Vec a, Vec b, Vec c) { return _mm512_fnmadd_ps(a, b, c); }
constexpr bool kRoundsOnce = true;  // fma and fnma
inline Vec bigger(Vec a, Vec b) { return _mm512_max_ps(a, b); }
inline Vec smaller(Vec a, Vec b) { return _mm512_min_ps(a, b); }
inline Vec sqrt(Vec a) { return _mm512_sqrt_ps(a); }
inline Vec round_even(Vec a) { return _mm512_roundscale_ps(a, 0); }

inline Mask is_lt(Vec a, Vec b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
inline Mask is_le(Vec a, Vec b) { return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ); }
inline Mask is_eq(Vec a, Vec b) { return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ); }
inline Mask is_ne(Vec a, Vec b) { return _mm512_cmp_ps_mask(a, b, _CMP_NEQ_UQ); }
inline Vec blend(Mask m, Vec a, Vec b) { return _mm512_mask_mov_ps(b, m, a); }
inline bool any(Mask m) { return m != 0; }
inline Mask first_lanes(size_t count) { return static_cast<Mask>((1u << count) - 1u); }
inline uint32_t lanes_where(Mask m) { return m; }

inline IVec ibroadcast(uint32_t a) { return _mm512_set1_epi32(static_cast<int>(a)); }
inline IVec lane_numbers() {
    return _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}
inline IVec iadd(IVec a, IVec b) { return _mm512_add_epi32(a, b); }
inline IVec isub(IVec a, IVec b) { return _mm512_sub_epi32(a, b); }
inline IVec iand(IVec a, IVec b) { return _mm512_and_si512(a, b); }
inline IVec ior(IVec a, IVec b) { return _mm512_or_si512(a, b); }
inline IVec ixor(IVec a, IVec b) { return _mm512_xor_si512(a, b); }
template <int kBits>
inline IVec shift_left(IVec a) {
    return _mm512_slli_epi32(a, kBits);
}
template <int kBits>
inline IVec shift_right_signed(IVec a) {
    return _mm512_srai_epi32(a, kBits);
}
inline Mask is_below(IVec a, IVec b) { return _mm512_cmplt_epu32_mask(a, b); }  // unsigned
inline IVec as_int(Vec a) { return _mm512_castps_si512(a); }
inline Vec as_float(IVec a) { return _mm512_castsi512_ps(a); }
inline IVec to_int(Vec a) { return _mm512_cvtps_epi32(a); }
inline Vec to_float(IVec a) { return _mm512_cvtepi32_ps(a); }

// See simd.h.
inline size_t list_bits(uint32_t bits, size_t first, uint16_t* numbers) {
    const IVec all = iadd(lane_numbers(), ibroadcast(static_cast<uint32_t>(first)));
    const IVec kept = _mm512_maskz_compress_epi32(static_cast<Mask>(bits), all);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(numbers), _mm512_cvtepi32_epi16(kept));
    return static_cast<size_t>(__builtin_popcount(bits));
}
inline uint32_t meeting_words(const uint16_t* words, uint32_t mask) {
    const __m256i all = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(words));
    return _mm256_test_epi16_mask(all, _mm256_set1_epi16(static_cast<int16_t>(mask)));
}

// Words in 64-bit lanes, for 32 x 32 -> 64 bit products: the even or the odd words of an IVec in
// the low halves, the high halves holding anything.
using WideVec = __m512i;
inline WideVec wide_broadcast(uint32_t a) { return ibroadcast(a); }
inline WideVec even_words(IVec a) { return a; }
inline WideVec odd_words(IVec a) { return _mm512_srli_epi64(a, 32); }
inline IVec join_words(WideVec even, WideVec odd) {
    return _mm512_mask_mov_epi32(even, 0xAAAA, _mm512_slli_epi64(odd, 32));
}
inline WideVec wide_product(WideVec a, WideVec b) { return _mm512_mul_epu32(a, b); }
inline WideVec high_half(WideVec a) { return _mm512_srli_epi64(a, 32); }
inline WideVec wide_xor(WideVec a, WideVec b) { return _mm512_xor_si512(a, b); }

// a * 2^n for integral n, right through denormals and overflow.
inline Vec scale_by_power(Vec a, Vec n) { return _mm512_scalef_ps(a, n); }

// The divider works beside the multipliers, which updates keep busy: see updates.inl.
inline Vec rsqrt_estimate(Vec a) { return div(broadcast(1.0f), sqrt(a)); }
constexpr int kNewtonSteps = 0;

inline Vec load_u8(const uint8_t* p) {
    return _mm512_cvtepi32_ps(
        _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
}
// Bit i where bytes[i] is not 0; 16 bytes.
inline uint32_t bytes_not_zero(const uint8_t* bytes) {
    const __m128i all = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
    const __m128i is_zero = _mm_cmpeq_epi8(all, _mm_setzero_si128());
    return ~static_cast<uint32_t>(_mm_movemask_epi8(is_zero)) & 0xFFFFu;
}

inline float sum_lanes(Vec a) { return _mm512_reduce_add_ps(a); }
inline float max_lanes(Vec a) { return _mm512_reduce_max_ps(a); }

// One level of adding up the lanes of several vectors: the lanes of both that are half as far apart
// as at the level before are added, half a vector at level 0. Behind all levels lane lane_of_sum(i)
// has the sum of vector i.
template <int kLevel>
inline Vec fold(Vec a, Vec b) {
    if constexpr (kLevel == 0) {
        return _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xEE));
    } else if constexpr (kLevel == 1) {
        return _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x88), _mm512_shuffle_f32x4(a, b, 0xDD));
    } else if constexpr (kLevel == 2) {
        return _mm512_add_ps(_mm512_shuffle_ps(a, b, 0x44), _mm512_shuffle_ps(a, b, 0xEE));
    } else {
        return _mm512_add_ps(_mm512_shuffle_ps(a, b, 0x88), _mm512_shuffle_ps(a, b, 0xDD));
    }
}
constexpr int lane_of_sum(int i) { return i % 4 * 4 + i / 4; }

// Transpose a kLanes x kLanes block held in registers: pairs, quads, then 128-bit lanes.
inline void transpose(Vec (&r)[16]) {
    Vec t[16];
#pragma GCC unroll 16
    for (int i = 0; i < 16; i += 2) {
        t[i] = _mm512_unpacklo_ps(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_ps(r[i], r[i + 1]);
    }
#pragma GCC unroll 16
    for (int i = 0; i < 16; i += 4) {
        r[i] = _mm512_shuffle_ps(t[i], t[i + 2], 0x44);
        r[i + 1] = _mm512_shuffle_ps(t[i], t[i + 2], 0xEE);
        r[i + 2] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0x44);
        r[i + 3] = _mm512_shuffle_ps(t[i + 1], t[i + 3], 0xEE);
    }
#pragma GCC unroll 16
    for (int i = 0; i < 4; ++i) {
        t[i] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0x88);
        t[i + 4] = _mm512_shuffle_f32x4(r[i], r[i + 4], 0xDD);
        t[i + 8] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0x88);
        t[i + 12] = _mm512_shuffle_f32x4(r[i + 8], r[i + 12], 0xDD);
    }
#pragma GCC unroll 16
    for (int i = 0; i < 4; ++i) {
        r[i] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0x88);
        r[i + 8] = _mm512_shuffle_f32x4(t[i], t[i + 8], 0xDD);
        r[i + 4] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0x88);
        r[i + 12] = _mm512_shuffle_f32x4(t[i + 4], t[i + 12], 0xDD);
    }
}

}  // namespace
}  // namespace pronghorn
