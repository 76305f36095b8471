// Every processor: four floats at a time in the base instruction set.
#define PRONGHORN_SIMD_SCALAR

#include <cstring>

#include "../core/philox.h"
#include "ops.gen.h"
#include "simd.h"
#include "table.h"

namespace pronghorn {

namespace {
#include "kernels.inl"
}  // namespace

extern const KernelTable kScalarTable;
const KernelTable kScalarTable = make_table("scalar");

}  // namespace pronghorn
