// x86-64 with AVX-512, its BF16 extension and AMX: products of whole tiles of bfloat16 numbers,
// whose words are packed as isa_avx512_bf16.cpp packs them. Everything else of a net runs on the
// table of AVX-512.
#define PRONGHORN_SIMD_AVX512

#include <cstring>

#include "simd.h"
#include "simd_amx.h"
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
#include "matrix_tiles.inl"
// clang-format on

}  // namespace

extern const RoundedKernels kAvx512AmxKernels;
const RoundedKernels kAvx512AmxKernels = make_tiled("amx");

}  // namespace pronghorn
