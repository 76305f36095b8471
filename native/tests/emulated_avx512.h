// The intrinsics of AVX-512 for processors without it, so that the kernels made of them can be tested
// there: those of SIMDe, and one lane after the other what SIMDe 0.7 (Debian 12) has not. Included
// before all else (-include), instead of flags that would have the compiler emit AVX-512.
#pragma once

#include <immintrin.h>

#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace emulated {
namespace {

template <class Number, size_t kCount>
struct Lanes {
    Number at[kCount];
};
using Floats = Lanes<float, 16>;
using Ints = Lanes<int32_t, 16>;
using Words = Lanes<uint32_t, 16>;
using Halves = Lanes<uint16_t, 16>;
using Bytes = Lanes<uint8_t, 16>;

// Lane i of the result is function(lane i of each operand).
template <class To, class... From, class Function>
inline To each(Function function, const From&... lanes) {
    To to;
    for (size_t i = 0; i < 16; ++i) to.at[i] = function(lanes.at[i]...);
    return to;
}

// Bit i of the result is condition(lane i of both).
template <class Number, class Condition>
inline __mmask16 where(Condition condition, const Lanes<Number, 16>& a,
                       const Lanes<Number, 16>& b) {
    unsigned bits = 0;
    for (size_t i = 0; i < 16; ++i) bits |= static_cast<unsigned>(condition(a.at[i], b.at[i])) << i;
    return static_cast<__mmask16>(bits);
}

// Halves are folded onto each other.
template <class Function>
inline float reduce(Function function, __m512 a) {
    auto lanes = std::bit_cast<Floats>(a);
    for (size_t half = 8; half > 0; half /= 2) {
        for (size_t i = 0; i < half; ++i) {
            lanes.at[i] = function(lanes.at[i], lanes.at[i + half]);
        }
    }
    return lanes.at[0];
}
inline float reduce_add(__m512 a) {
    return reduce([](float x, float y) { return x + y; }, a);
}
inline float reduce_max(__m512 a) {
    return reduce([](float x, float y) { return x > y ? x : y; }, a);
}

inline __mmask16 test_epi16(__m256i a, __m256i b) {
    return where([](uint16_t x, uint16_t y) { return (x & y) != 0; }, std::bit_cast<Halves>(a),
                 std::bit_cast<Halves>(b));
}
inline __mmask16 less_epu32(__m512i a, __m512i b) {
    return where([](uint32_t x, uint32_t y) { return x < y; }, std::bit_cast<Words>(a),
                 std::bit_cast<Words>(b));
}

inline __m256i epi32_to_epi16(__m512i a) {
    return std::bit_cast<__m256i>(
        each<Halves>([](uint32_t x) { return static_cast<uint16_t>(x); }, std::bit_cast<Words>(a)));
}
inline __m512i epu8_to_epi32(__m128i a) {
    return std::bit_cast<__m512i>(
        each<Words>([](uint8_t x) { return uint32_t{x}; }, std::bit_cast<Bytes>(a)));
}
inline __m512 epi32_to_ps(__m512i a) {
    return std::bit_cast<__m512>(
        each<Floats>([](int32_t x) { return static_cast<float>(x); }, std::bit_cast<Ints>(a)));
}
// To nearest, ties to even; what no integer can be becomes the least one.
inline __m512i ps_to_epi32(__m512 a) {
    const auto convert = [](float x) {
        const float whole = std::nearbyint(x);
        return whole >= -0x1p31f && whole < 0x1p31f ? static_cast<int32_t>(whole) : INT32_MIN;
    };
    return std::bit_cast<__m512i>(each<Ints>(convert, std::bit_cast<Floats>(a)));
}
inline __m512i shift_right_signed(__m512i a, unsigned count) {
    const unsigned most = count < 31 ? count : 31;
    return std::bit_cast<__m512i>(
        each<Ints>([&](int32_t x) { return x >> most; }, std::bit_cast<Ints>(a)));
}
// a * 2^floor(b). (SIMDe multiplies by the power, which may overflow where the product does not.)
inline __m512 scale(__m512 a, __m512 b) {
    const auto scaled = [](float x, float power) {
        return std::isfinite(power) ? std::ldexp(x, static_cast<int>(std::floor(power)))
                                    : x * std::exp2(power);
    };
    return std::bit_cast<__m512>(
        each<Floats>(scaled, std::bit_cast<Floats>(a), std::bit_cast<Floats>(b)));
}
// Four floats at a time: two of `a` and two of `b`, two bits of `which` for each.
inline __m512 shuffle_quarters(__m512 a, __m512 b, int which) {
    struct Quarter {
        float at[4];
    };
    const auto x = std::bit_cast<Lanes<Quarter, 4>>(a), y = std::bit_cast<Lanes<Quarter, 4>>(b);
    return std::bit_cast<__m512>(Lanes<Quarter, 4>{
        {x.at[which & 3], x.at[which >> 2 & 3], y.at[which >> 4 & 3], y.at[which >> 6 & 3]}});
}

}  // namespace
}  // namespace emulated

#undef _mm512_reduce_add_ps
#undef _mm512_reduce_max_ps
#undef _mm256_test_epi16_mask
#undef _mm512_cmplt_epu32_mask
#undef _mm512_cvtepi32_epi16
#undef _mm512_cvtepu8_epi32
#undef _mm512_cvtepi32_ps
#undef _mm512_cvtps_epi32
#undef _mm512_srai_epi32
#undef _mm512_scalef_ps
#undef _mm512_shuffle_f32x4
#define _mm512_reduce_add_ps emulated::reduce_add
#define _mm512_reduce_max_ps emulated::reduce_max
#define _mm256_test_epi16_mask emulated::test_epi16
#define _mm512_cmplt_epu32_mask emulated::less_epu32
#define _mm512_cvtepi32_epi16 emulated::epi32_to_epi16
#define _mm512_cvtepu8_epi32 emulated::epu8_to_epi32
#define _mm512_cvtepi32_ps emulated::epi32_to_ps
#define _mm512_cvtps_epi32 emulated::ps_to_epi32
#define _mm512_srai_epi32 emulated::shift_right_signed
#define _mm512_scalef_ps emulated::scale
#define _mm512_shuffle_f32x4 emulated::shuffle_quarters
