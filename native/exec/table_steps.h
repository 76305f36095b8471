// Steps between the rows of a packed store and the values of a plan: looking rows up by label and
// the gradient of that, and whole stores as values.
#pragma once

#include "exec/step.h"

namespace pronghorn {

// out row i = the table's row labels[i]
StepPtr make_take_rows(const KernelTable& table, StorePtr store, const Buffer& labels,
                       const Buffer& out);
// Each row of the store = the sum of the rows of dy with its label.
StepPtr make_take_rows_gradient(const KernelTable& table, const Buffer& labels, const Buffer& dy,
                                StorePtr store);
StepPtr make_unpack(StorePtr store, const Buffer& out);
StepPtr make_pack(const Buffer& x, StorePtr store);

}  // namespace pronghorn
