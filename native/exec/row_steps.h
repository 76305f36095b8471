// Steps that treat each row by itself: formulas, softmax and its losses, dropout, copies.
#pragma once

#include <optional>

#include "exec/step.h"

namespace pronghorn {

// `shape` is an output: it gives the rows and columns.
StepPtr make_map_rows(const KernelTable& table, const Buffer& shape, Operands operands);

enum class RowKind {
    reduce,
    softmax,
    log_softmax,
    softmax_gradient,
    log_softmax_gradient,
    sparse_xent,
    sparse_xent_gradient,
    dense_xent,
    dense_xent_gradient,
    sparse_hit,
    dense_hit,
    one_hot,
    argmax,
    top_k_mask,
    dropout_mask,
    random_normal,
    random_uniform,
    copy_columns,
    reshape
};

// Which random numbers a kernel draws: of the run's seed where it has none of its own.
struct Draw {
    uint32_t stream = 0;
    std::optional<uint64_t> seed{};
    float keep = 1.0F;  // of a dropout mask
};

// What a row kernel works on. `x` is its first input (logits, probabilities, the source of a
// copy), `t` the targets or the forward result's gradient partner, `g` an incoming gradient.
struct RowOperands {
    Buffer out{};
    std::optional<Buffer> x{}, t{}, g{}, labels{};
    Reduction reduction = Reduction::sum;
    Draw draw{};
    size_t x_col = 0, out_col = 0, cols = 0;
    size_t k = 0;
};

StepPtr make_row_step(const KernelTable& table, RowKind kind, const RowOperands& operands);

}  // namespace pronghorn
