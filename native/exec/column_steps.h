// Steps that go down the columns of a batch: sums, largest elements, products, positions.
#pragma once

#include "exec/step.h"

namespace pronghorn {

enum class ColumnKind { max, product, argmax };

// `out` is a fixed row with an element for each column of x.
StepPtr make_column_step(const KernelTable& table, ColumnKind kind, const Buffer& x,
                         const Buffer& out);

// Sums with a formula applied to them, as gradients of biases are.
StepPtr make_column_sum(const KernelTable& table, const Buffer& x, Operands operands);

}  // namespace pronghorn
