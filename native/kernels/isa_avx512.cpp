// x86-64 with AVX-512 F, BW, DQ, VL: sixteen floats, thirty-two registers.
#define PRONGHORN_SIMD_AVX512

#include <cstring>

#include "../core/philox.h"
#include "ops.gen.h"
#include "simd.h"
#include "table.h"

namespace pronghorn {

namespace {
#include "kernels.inl"
}  // namespace

extern const KernelTable kAvx512Table;
const KernelTable kAvx512Table = make_table("avx512");

}  // namespace pronghorn
