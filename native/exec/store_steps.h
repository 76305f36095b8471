// Steps over whole stores: formulas, and sums of formulas.
#pragma once

#include "exec/step.h"

namespace pronghorn {

// Outputs of one shape; inputs of that shape or of one element.
StepPtr make_map_store(const KernelTable& table, StorePtr shape, Operands operands);

// A sum over a store is taken in two steps: every thread sums its fixed blocks, and then each of
// them, after a barrier, adds the blocks in order.
struct StoreSum {
    StepPtr blocks;
    StepPtr finish;
};
// accumulator += n * sum
StoreSum make_store_total(const KernelTable& table, StorePtr shape, Operands operands,
                          int accumulator);
// *out = sum; `scope` is how the other steps cut what `out` lies in, `keep` owns it if a store
StoreSum make_store_sum(const KernelTable& table, StorePtr shape, Operands operands, float* out,
                        Scope scope, StorePtr keep);

}  // namespace pronghorn
