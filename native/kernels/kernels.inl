// All kernel families, and the table of them that one instruction set exports. Included inside an
// anonymous namespace, after simd.h and the headers this needs.

// In this order: each family uses those before it.
// clang-format off
#include "vmath.inl"
#include "power.inl"
#include "map.inl"
#include "trigonometry.inl"
#include "microprogram.inl"
#include "pointwise.gen.inl"
#include "ahead.inl"
#include "tile.inl"
#include "parts.inl"
#include "zeros.inl"
#include "copies.inl"
#include "products.inl"
#include "updates.inl"
#include "few_columns.inl"
#include "few_rows.inl"
#include "forward.inl"
#include "dense.inl"
#include "bfloat16.inl"
#include "words.inl"
#include "packing.inl"
#include "rounded.inl"
namespace tiles {
#include "pairs.inl"
#include "packing.inl"
#include "emulated_tiles.inl"
#include "matrix_tiles.inl"
}  // namespace tiles
#include "reduce.inl"
#include "softmax_xent.inl"
#include "gather.inl"
#include "random.inl"
#include "lookup.inl"
// clang-format on

// Keys are sorted as strcmp sorts.
const NamedLoops* find_loops(const char* key) {
    size_t low = 0, high = sizeof kLoops / sizeof kLoops[0];
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const int order = std::strcmp(key, kLoops[middle].key);
        if (order == 0) return &kLoops[middle];
        (order < 0 ? high : low) = order < 0 ? middle : middle + 1;
    }
    return nullptr;
}
MapFn find_map(const char* key) {
    const NamedLoops* found = find_loops(key);
    return found == nullptr ? nullptr : found->map;
}
UpdateFn find_update(const char* key) {
    const NamedLoops* found = find_loops(key);
    return found == nullptr ? nullptr : found->update;
}
SumFn find_sum(const char* key) {
    const NamedLoops* found = find_loops(key);
    return found == nullptr ? nullptr : found->sum;
}

constexpr RoundedKernels kRounded = make_rounded("emulated", false);
constexpr RoundedKernels kTiled = tiles::make_tiled("emulated_amx");

constexpr KernelTable make_table(const char* isa) {
    KernelTable table{};
    table.isa = isa;
    table.lanes = static_cast<int>(kLanes);
    table.panel_vectors = kPanelVectors;
    table.row_block = kRowBlock;
    table.k_block = kRowBlock;
    table.dense_forward = dense_forward;
    table.sum_middle = sum_middle;
    table.dense_input_gradient = dense_input_gradient;
    table.input_gradient_scratch = input_gradient_scratch;
    table.dense_weight_gradient = dense_weight_gradient;
    table.weight_gradient_scratch = OperandCopies::floats;
    table.rounded = &kRounded;
    table.tiled = &kTiled;
    table.column_sum = column_sum;
    table.max_columns = max_columns;
    table.product_columns = product_columns;
    table.arg_max_columns = arg_max_columns;
    table.panel_sum = panel_sum;
    table.find_map = find_map;
    table.find_update = find_update;
    table.find_sum = find_sum;
    table.interpret = interpret;
    table.gather = gather;
    table.to_bytes = to_bytes;
    table.gather_labels = gather_labels;
    table.reduce_rows = reduce_rows;
    table.softmax = softmax;
    table.log_softmax = log_softmax;
    table.softmax_gradient = softmax_gradient;
    table.log_softmax_gradient = log_softmax_gradient;
    table.sparse_xent = sparse_xent;
    table.sparse_xent_gradient = sparse_xent_gradient;
    table.dense_xent = dense_xent;
    table.dense_xent_gradient = dense_xent_gradient;
    table.sparse_hit = sparse_hit;
    table.dense_hit = dense_hit;
    table.arg_max = arg_max;
    table.take_rows = take_rows;
    table.sum_by_label = sum_by_label;
    table.dropout_mask = dropout_mask;
    table.random_uniform = random_uniform;
    table.random_normal = random_normal;
    return table;
}
