// Operands of products with rounded numbers (RoundedKernels), as words along or across their rows.
#pragma once

#include "exec/step.h"

namespace pronghorn {

StepPtr make_round_rows(const RoundedKernels& kernels, const Buffer& x, const Buffer& out);

}  // namespace pronghorn
