// Steps that go down the columns of a batch: largest elements, products, positions.
#pragma once

#include "exec/step.h"

namespace pronghorn {

enum class ColumnKind { max, product, argmax };

// `out` is a fixed row with an element for each column of x.
StepPtr make_column_step(const KernelTable& table, ColumnKind kind, const Buffer& x,
                         const Buffer& out);

}  // namespace pronghorn
