// Steps over whole stores: formulas, and sums of formulas.
#pragma once

#include "exec/step.h"

namespace pronghorn {

// Outputs of one shape; inputs of that shape or of one element.
StepPtr make_map_store(const KernelTable& table, StorePtr shape, Operands operands);

// A sum over a store is taken in two steps: every thread sums its fixed blocks, and then whoever
// needs the sum, after a barrier, adds the blocks in order. Sums that stand before a barrier of
// other steps so cost none of their own.
StepPtr make_store_sum(const KernelTable& table, StorePtr shape, Operands operands, BlockSums into);
// accumulator += n * sum
StepPtr make_sum_total(BlockSums sum, int accumulator);
// accumulator += n * map(*sums), the sums rounded to floats
StepPtr make_formula_total(const KernelTable& table, MapPtr map, std::vector<BlockSums> sums,
                           int accumulator);
// *out = sum; `scope` is how the other steps cut what `out` lies in, `keep` owns it if a store
StepPtr make_sum_value(BlockSums sum, float* out, Scope scope, StorePtr keep);

}  // namespace pronghorn
