// Vec over NEON (AArch64). Included by simd.h only.
#pragma once

#include <arm_neon.h>

namespace pronghorn {
namespace {

using Vec = float32x4_t;
using IVec = uint32x4_t;
struct Mask {
    uint32x4_t bits;
};
constexpr size_t kLanes = 4;
constexpr size_t kVectorRegisters = 32;

inline Vec load(const float* p) { return vld1q_f32(p); }
inline void store(float* p, Vec a) { vst1q_f32(p, a); }
inline Vec broadcast(float a) { return vdupq_n_f32(a); }
inline Vec add(Vec a, Vec b) { return vaddq_f32(a, b); }
inline Vec sub(Vec a, Vec b) { return vsubq_f32(a, b); }
inline Vec mul(Vec a, Vec b) { return vmulq_f32(a, b); }
inline Vec div(Vec a, Vec b) { return vdivq_f32(a, b); }
inline Vec fma(Vec a, Vec b, Vec c) { return vfmaq_f32(c, a, b); }
inline Vec fnma(Vec a, Vec b, Vec c) { return vfmsq_f32(c, a, b); }
constexpr bool kRoundsOnce = true;  // fma and fnma
inline Vec sqrt(Vec a) { return vsqrtq_f32(a); }
inline Vec round_even(Vec a) { return vrndnq_f32(a); }

inline Mask is_lt(Vec a, Vec b) { return {vcltq_f32(a, b)}; }
inline Mask is_le(Vec a, Vec b) { return {vcleq_f32(a, b)}; }
inline Mask is_eq(Vec a, Vec b) { return {vceqq_f32(a, b)}; }
inline Mask is_ne(Vec a, Vec b) { return {vmvnq_u32(vceqq_f32(a, b))}; }
inline Vec blend(Mask m, Vec a, Vec b) { return vbslq_f32(m.bits, a, b); }
inline bool any(Mask m) { return vmaxvq_u32(m.bits) != 0; }
// Comparisons, not vmaxq: the second operand wins where either is NaN, as on x86.
inline Vec bigger(Vec a, Vec b) { return blend(is_lt(b, a), a, b); }
inline Vec smaller(Vec a, Vec b) { return blend(is_lt(a, b), a, b); }

inline IVec ibroadcast(uint32_t a) { return vdupq_n_u32(a); }
inline IVec lane_numbers() {
    const uint32_t numbers[4] = {0, 1, 2, 3};
    return vld1q_u32(numbers);
}
inline IVec iadd(IVec a, IVec b) { return vaddq_u32(a, b); }
inline IVec isub(IVec a, IVec b) { return vsubq_u32(a, b); }
inline IVec iand(IVec a, IVec b) { return vandq_u32(a, b); }
inline IVec ior(IVec a, IVec b) { return vorrq_u32(a, b); }
inline IVec ixor(IVec a, IVec b) { return veorq_u32(a, b); }
template <int kBits>
inline IVec shift_left(IVec a) {
    return vshlq_n_u32(a, kBits);
}
template <int kBits>
inline IVec shift_right_signed(IVec a) {
    return vreinterpretq_u32_s32(vshrq_n_s32(vreinterpretq_s32_u32(a), kBits));
}
inline IVec as_int(Vec a) { return vreinterpretq_u32_f32(a); }
inline Vec as_float(IVec a) { return vreinterpretq_f32_u32(a); }
inline IVec to_int(Vec a) { return vreinterpretq_u32_s32(vcvtnq_s32_f32(a)); }
inline Vec to_float(IVec a) { return vcvtq_f32_s32(vreinterpretq_s32_u32(a)); }
inline Mask is_below(IVec a, IVec b) { return {vcltq_u32(a, b)}; }  // unsigned
inline uint32_t lanes_where(Mask m) {
    return vaddvq_u32(vandq_u32(m.bits, uint32x4_t{1, 2, 4, 8}));
}
inline Mask first_lanes(size_t count) {
    return is_below(lane_numbers(), ibroadcast(static_cast<uint32_t>(count)));
}

// Words in 64-bit lanes, for 32 x 32 -> 64 bit products: the even or the odd words of an IVec in
// the low halves, the high halves holding anything.
using WideVec = uint64x2_t;
inline WideVec wide_broadcast(uint32_t a) { return vdupq_n_u64(a); }
inline WideVec even_words(IVec a) { return vreinterpretq_u64_u32(a); }
inline WideVec odd_words(IVec a) { return vshrq_n_u64(vreinterpretq_u64_u32(a), 32); }
inline IVec join_words(WideVec even, WideVec odd) {
    return vreinterpretq_u32_u64(vsliq_n_u64(even, odd, 32));
}
inline WideVec wide_product(WideVec a, WideVec b) { return vmull_u32(vmovn_u64(a), vmovn_u64(b)); }
inline WideVec high_half(WideVec a) { return vshrq_n_u64(a, 32); }
inline WideVec wide_xor(WideVec a, WideVec b) { return veorq_u64(a, b); }

inline Vec rsqrt_estimate(Vec a) {
    const Vec y = vrsqrteq_f32(a);  // 8 bits; one step here, the common one follows
    return vmulq_f32(y, vrsqrtsq_f32(vmulq_f32(a, y), y));
}
inline Vec reciprocal_estimate(Vec a) {
    const Vec y = vrecpeq_f32(a);
    return vmulq_f32(y, vrecpsq_f32(a, y));
}
constexpr int kNewtonSteps = 1;

inline Vec load_u8(const uint8_t* p) {
    uint32_t four;
    __builtin_memcpy(&four, p, sizeof four);
    const uint8x8_t bytes = vreinterpret_u8_u32(vdup_n_u32(four));
    return vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(bytes))));
}
// Bit i where bytes[i] is not 0; 16 bytes.
inline uint32_t bytes_not_zero(const uint8_t* bytes) {
    const uint8x16_t all = vld1q_u8(bytes);
    const uint8x16_t places = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t bits = vandq_u8(vtstq_u8(all, all), places);
    return static_cast<uint32_t>(vaddv_u8(vget_low_u8(bits))) |
           static_cast<uint32_t>(vaddv_u8(vget_high_u8(bits))) << 8;
}

inline float sum_lanes(Vec a) { return vaddvq_f32(a); }
inline float max_lanes(Vec a) { return vmaxvq_f32(a); }

// One level of adding up the lanes of several vectors: the lanes of both that are half as far apart
// as at the level before are added, half a vector at level 0. Behind all levels lane lane_of_sum(i)
// has the sum of vector i.
template <int kLevel>
inline Vec fold(Vec a, Vec b) {
    if constexpr (kLevel == 0) {
        return vaddq_f32(vcombine_f32(vget_low_f32(a), vget_low_f32(b)),
                         vcombine_f32(vget_high_f32(a), vget_high_f32(b)));
    } else {
        return vpaddq_f32(a, b);
    }
}
constexpr int lane_of_sum(int i) { return i; }

// Transpose a kLanes x kLanes block held in registers.
inline void transpose(Vec (&r)[4]) {
    const Vec a = vtrn1q_f32(r[0], r[1]), b = vtrn2q_f32(r[0], r[1]);
    const Vec c = vtrn1q_f32(r[2], r[3]), d = vtrn2q_f32(r[2], r[3]);
    r[0] = vcombine_f32(vget_low_f32(a), vget_low_f32(c));
    r[1] = vcombine_f32(vget_low_f32(b), vget_low_f32(d));
    r[2] = vcombine_f32(vget_high_f32(a), vget_high_f32(c));
    r[3] = vcombine_f32(vget_high_f32(b), vget_high_f32(d));
}

}  // namespace
}  // namespace pronghorn
