// x86-64 with AVX-512 and its BF16 extension: products of pairs of bfloat16 numbers. Everything
// else of a net runs on the table of AVX-512.
#define PRONGHORN_SIMD_AVX512

#include <cstring>

#include "simd.h"
#include "simd_avx512_bf16.h"
#include "table.h"

namespace pronghorn {

namespace {

// clang-format off
#include "map.inl"
#include "ahead.inl"
#include "tile.inl"
#include "parts.inl"
#include "zeros.inl"
#include "copies.inl"
#include "products.inl"
#include "bfloat16.inl"
#include "packing.inl"
#include "rounded.inl"
// clang-format on

}  // namespace

extern const RoundedKernels kAvx512Bf16Kernels;
// Pairs take as long as single floats: three products take longer than one of floats.
const RoundedKernels kAvx512Bf16Kernels = make_rounded("avx512_bf16", false);

}  // namespace pronghorn
