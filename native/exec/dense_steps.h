// Matrix products of a dense layer, each with a formula applied to its tiles.
#pragma once

#include "exec/step.h"

namespace pronghorn {

// The products of a table, or those of its words where operands are rounded.
struct ProductKernels {
    const KernelTable& table;
    const RoundedKernels* rounded;  // null: of floats
};

class HalfSums;

// `halves`: where two threads find the sums of x @ w, if not null.
StepPtr make_dense_forward(const ProductKernels& kernels, const Buffer& x, StorePtr w,
                           Operands operands, std::shared_ptr<const HalfSums> halves);
// Of such a product with more than one panel, what each of two threads makes before the halves meet.
StepPtr make_own_panels(const ProductKernels& kernels, const Buffer& x, StorePtr w,
                        Operands operands, std::shared_ptr<const HalfSums> halves);
StepPtr make_dense_input_gradient(const ProductKernels& kernels, const Buffer& dz, StorePtr w,
                                  Operands operands);
// Where `previous` is the input gradient that reads the weights this one updates, both cut the
// weights' rows alike, and no barrier is needed between them.
StepPtr make_dense_weight_gradient(const ProductKernels& kernels, const Buffer& x, const Buffer& dz,
                                   StorePtr layout, Operands operands, const Step* previous);

}  // namespace pronghorn
