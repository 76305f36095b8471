// x86-64 with AVX2 and FMA: eight floats, sixteen registers.
#define PRONGHORN_SIMD_AVX2

#include <cstring>

#include "../core/philox.h"
#include "ops.gen.h"
#include "simd.h"
#include "table.h"

namespace pronghorn {

namespace {
#include "kernels.inl"
}  // namespace

extern const KernelTable kAvx2Table;
const KernelTable kAvx2Table = make_table("avx2");

}  // namespace pronghorn
