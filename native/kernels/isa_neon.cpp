// AArch64: four floats, thirty-two registers.
#define PRONGHORN_SIMD_NEON

#include <cstring>

#include "../core/philox.h"
#include "ops.gen.h"
#include "simd.h"
#include "table.h"

namespace pronghorn {

namespace {
#include "kernels.inl"
}  // namespace

extern const KernelTable kNeonTable;
const KernelTable kNeonTable = make_table("neon");

}  // namespace pronghorn
