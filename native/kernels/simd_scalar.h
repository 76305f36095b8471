// Vec for any processor: four floats in the compiler's own vector type (GCC, Clang), which
// becomes whatever the base instruction set offers. No fused multiply-add: without the
// instruction it would be a library call for every element. Included by simd.h only.
#pragma once

#include <cmath>
#include <cstring>

namespace pronghorn {
namespace {

typedef float Vec __attribute__((vector_size(16)));
typedef uint32_t IVec __attribute__((vector_size(16)));
typedef int32_t SignedIVec __attribute__((vector_size(16)));
struct Mask {
    SignedIVec bits;
};
constexpr size_t kLanes = 4;
constexpr size_t kVectorRegisters = 16;

inline Vec load(const float* p) {
    Vec a;
    std::memcpy(&a, p, sizeof a);
    return a;
}
inline void store(float* p, Vec a) { std::memcpy(p, &a, sizeof a); }
inline Vec broadcast(float a) { return Vec{a, a, a, a}; }
inline Vec add(Vec a, Vec b) { return a + b; }
inline Vec sub(Vec a, Vec b) { return a - b; }
inline Vec mul(Vec a, Vec b) { return a * b; }
inline Vec div(Vec a, Vec b) { return a / b; }
inline Vec fma(Vec a, Vec b, Vec c) { return a * b + c; }
inline Vec fnma(Vec a, Vec b, Vec c) { return c - a * b; }
constexpr bool kRoundsOnce = false;  // fma and fnma

inline Mask is_lt(Vec a, Vec b) { return {a < b}; }
inline Mask is_le(Vec a, Vec b) { return {a <= b}; }
inline Mask is_eq(Vec a, Vec b) { return {a == b}; }
inline Mask is_ne(Vec a, Vec b) { return {a != b}; }
inline Vec blend(Mask m, Vec a, Vec b) { return m.bits ? a : b; }
inline bool any(Mask m) { return (m.bits[0] | m.bits[1] | m.bits[2] | m.bits[3]) != 0; }
inline Vec bigger(Vec a, Vec b) { return a > b ? a : b; }
inline Vec smaller(Vec a, Vec b) { return a < b ? a : b; }
inline Vec sqrt(Vec a) {
    return Vec{std::sqrt(a[0]), std::sqrt(a[1]), std::sqrt(a[2]), std::sqrt(a[3])};
}

inline IVec ibroadcast(uint32_t a) { return IVec{a, a, a, a}; }
inline IVec lane_numbers() { return IVec{0, 1, 2, 3}; }
inline IVec iadd(IVec a, IVec b) { return a + b; }
inline IVec isub(IVec a, IVec b) { return a - b; }
inline IVec iand(IVec a, IVec b) { return a & b; }
inline IVec ior(IVec a, IVec b) { return a | b; }
inline IVec ixor(IVec a, IVec b) { return a ^ b; }
template <int kBits>
inline IVec shift_left(IVec a) {
    return a << kBits;
}
template <int kBits>
inline IVec shift_right_signed(IVec a) {
    return reinterpret_cast<IVec>(reinterpret_cast<SignedIVec>(a) >> kBits);
}
inline IVec as_int(Vec a) { return reinterpret_cast<IVec>(a); }
inline Vec as_float(IVec a) { return reinterpret_cast<Vec>(a); }
inline Vec to_float(IVec a) {
    return __builtin_convertvector(reinterpret_cast<SignedIVec>(a), Vec);
}
// Adding and taking away 1.5 * 2^23 leaves the nearest integer, ties to even; |a| < 2^22.
inline Vec round_even(Vec a) {
    const Vec magic = broadcast(12582912.0f);
    return (a + magic) - magic;
}
inline IVec to_int(Vec a) {
    return reinterpret_cast<IVec>(__builtin_convertvector(round_even(a), SignedIVec));
}
inline Mask first_lanes(size_t count) {
    return {lane_numbers() < ibroadcast(static_cast<uint32_t>(count))};
}
inline Mask is_below(IVec a, IVec b) { return {a < b}; }  // unsigned
inline uint32_t lanes_where(Mask m) {
    const SignedIVec lanes = m.bits & SignedIVec{1, 2, 4, 8};
    return static_cast<uint32_t>(lanes[0] | lanes[1] | lanes[2] | lanes[3]);
}

// Words in 64-bit lanes, for 32 x 32 -> 64 bit products: the even or the odd words of an IVec in
// the low halves, the high halves holding anything.
typedef uint64_t WideVec __attribute__((vector_size(16)));
inline WideVec wide_broadcast(uint32_t a) { return WideVec{a, a}; }
inline WideVec even_words(IVec a) { return WideVec{a[0], a[2]}; }
inline WideVec odd_words(IVec a) { return WideVec{a[1], a[3]}; }
inline IVec join_words(WideVec even, WideVec odd) {
    return IVec{static_cast<uint32_t>(even[0]), static_cast<uint32_t>(odd[0]),
                static_cast<uint32_t>(even[1]), static_cast<uint32_t>(odd[1])};
}
inline WideVec wide_product(WideVec a, WideVec b) {
    const uint64_t word = 0xFFFFFFFFu;
    return WideVec{(a[0] & word) * (b[0] & word), (a[1] & word) * (b[1] & word)};
}
inline WideVec high_half(WideVec a) { return a >> 32; }
inline WideVec wide_xor(WideVec a, WideVec b) { return a ^ b; }

// Exact here: estimates are for processors whose square root is slow.
inline Vec rsqrt_estimate(Vec a) { return broadcast(1.0f) / sqrt(a); }
constexpr int kNewtonSteps = 0;

inline Vec load_u8(const uint8_t* p) {
    return Vec{static_cast<float>(p[0]), static_cast<float>(p[1]), static_cast<float>(p[2]),
               static_cast<float>(p[3])};
}
// Bit i where bytes[i] is not 0; 16 bytes.
inline uint32_t bytes_not_zero(const uint8_t* bytes) {
    uint32_t bits = 0;
    for (size_t i = 0; i < 16; ++i) bits |= static_cast<uint32_t>(bytes[i] != 0) << i;
    return bits;
}

inline float sum_lanes(Vec a) { return (a[0] + a[2]) + (a[1] + a[3]); }
inline float max_lanes(Vec a) {
    const float even = a[0] > a[2] ? a[0] : a[2];
    const float odd = a[1] > a[3] ? a[1] : a[3];
    return even > odd ? even : odd;
}

// One level of adding up the lanes of several vectors: the lanes of both that are half as far apart
// as at the level before are added, half a vector at level 0. Behind all levels lane lane_of_sum(i)
// has the sum of vector i.
template <int kLevel>
inline Vec fold(Vec a, Vec b) {
    if constexpr (kLevel == 0) {
        return Vec{a[0], a[1], b[0], b[1]} + Vec{a[2], a[3], b[2], b[3]};
    } else {
        return Vec{a[0], a[2], b[0], b[2]} + Vec{a[1], a[3], b[1], b[3]};
    }
}
constexpr int lane_of_sum(int i) { return i; }

// Transpose a kLanes x kLanes block held in registers.
inline void transpose(Vec (&r)[4]) {
    const Vec a = r[0], b = r[1], c = r[2], d = r[3];
    r[0] = Vec{a[0], b[0], c[0], d[0]};
    r[1] = Vec{a[1], b[1], c[1], d[1]};
    r[2] = Vec{a[2], b[2], c[2], d[2]};
    r[3] = Vec{a[3], b[3], c[3], d[3]};
}

}  // namespace
}  // namespace pronghorn
