// Steps that follow a list of places within a sample: copies in any order, folds along any axes,
// and products of the matrices that a sample holds.
#pragma once

#include <cstdint>
#include <span>

#include "exec/step.h"

namespace pronghorn {

// Matrices of a sample: (count, m, k) @ (count, k, p).
struct ProductShape {
    size_t count, m, k, p;
};

// Offsets count the elements of one sample, row-major, of all of `ins` one after another; -1 is 0.
StepPtr make_index_copy(const std::vector<Buffer>& ins, std::span<const int64_t> offsets,
                        const Buffer& out);
// out[j] = the fold of x at offsets[j * width] and the next, in this order; no `mean`.
StepPtr make_index_reduce(Reduction fold, const Buffer& x, std::span<const int64_t> offsets,
                          size_t width, const Buffer& out);
StepPtr make_sample_matmul(const Buffer& a, const Buffer& b, const Buffer& out,
                           const ProductShape& shape);

}  // namespace pronghorn
