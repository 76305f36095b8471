// Plan's steps over the rows of a batch.

#include <cmath>
#include <utility>

#include "exec/plan.h"
#include "exec/refuse.h"

namespace pronghorn {

void Plan::add_row_input(const char* step, Operands& operands, const Ref& ref,
                         const RowShape& shape) const {
    if (const auto* store = std::get_if<StorePtr>(&ref)) {
        check_store(step, *store);
        const bool is_row = !(*store)->is_matrix() || (*store)->shape()[0] == 1;
        const size_t elements = (*store)->elements();
        if (elements != 1 && !(is_row && elements == shape.cols)) {
            refuse(step, "a store of " + std::to_string(shape.cols) + " elements or of one",
                   describe_store(**store), "Pass a row that fits the columns.");
        }
        operands.in.push_back({(*store)->data(), 0, elements == 1 ? 0U : 1U});
        operands.accesses.push_back({(*store)->data(), {Scope::Kind::whole}, false});
        operands.keep.push_back(*store);
        return;
    }
    const Buffer& buffer = matrix(step, "inputs", std::get<int>(ref));
    const bool rows_fit =
        buffer.fixed || (!shape.fixed && buffer.rows_per_sample == shape.rows_per_sample);
    if (!rows_fit || (buffer.cols != shape.cols && buffer.cols != 1)) {
        refuse(step,
               "inputs of " + std::to_string(shape.cols) + " columns or one, and of " +
                   (shape.fixed ? "one fixed row"
                                : std::to_string(shape.rows_per_sample) + " rows a sample"),
               describe_buffer(buffer), "Pass values that fit the outputs.");
    }
    operands.in.push_back({buffer.data, buffer.fixed ? 0 : static_cast<ptrdiff_t>(buffer.ld),
                           buffer.cols == shape.cols ? 1U : 0U});
    const Scope read_by_all{Scope::Kind::whole};
    operands.accesses.push_back(
        {buffer.data, buffer.fixed && !shape.fixed ? read_by_all : buffer.scope(), false});
}

void Plan::add_row_output(const char* step, Operands& operands, int id,
                          const RowShape& shape) const {
    const Buffer& buffer = matrix(step, "outputs", id);
    if (buffer.cols != shape.cols || buffer.fixed != shape.fixed ||
        buffer.rows_per_sample != shape.rows_per_sample) {
        const Buffer wanted{nullptr, shape.cols, 0, shape.rows_per_sample, shape.fixed, false};
        refuse(step, "outputs of shape " + describe_buffer(wanted), describe_buffer(buffer),
               "Make the buffer with the result's shape.");
    }
    for (const Operand& in : operands.in) {
        const bool same_place =
            in.col_step == 1 && (shape.fixed || in.row_stride == static_cast<ptrdiff_t>(buffer.ld));
        if (in.data == buffer.data && !same_place) {
            refuse(step, "an output that is no repeated input", describe_buffer(buffer),
                   "Give the result its own buffer.");
        }
    }
    operands.out.push_back({buffer.data, static_cast<ptrdiff_t>(buffer.ld), 1});
    operands.accesses.push_back({buffer.data, buffer.scope(), true});
}

Operands Plan::row_operands(const char* step, const MapPtr& map, size_t first_in,
                            const std::vector<Ref>& ins, const std::vector<int>& outs,
                            const RowShape& shape) const {
    Operands operands = start_operands(step, map, first_in, ins.size(), outs.size());
    for (const Ref& ref : ins) add_row_input(step, operands, ref, shape);
    for (const int id : outs) add_row_output(step, operands, id, shape);
    check_distinct_outputs(step, operands);
    return operands;
}

void Plan::map_rows(MapPtr map, const std::vector<Ref>& ins, const std::vector<int>& outs) {
    if (outs.empty()) refuse("map_rows", "at least one output", "none", "Pass a buffer.");
    const Buffer& shape = matrix("map_rows", "outputs", outs[0]);
    Operands operands = row_operands("map_rows", map, 0, ins, outs,
                                     {shape.cols, shape.rows_per_sample, shape.fixed});
    add(make_map_rows(table_, shape, std::move(operands)), map.get());
}

// Row kernels read and write different arrays of equal rows.
void Plan::add_row_step(const char* step, RowKind kind, const RowOperands& operands) {
    const Buffer& out = operands.out;
    for (const auto* in : {&operands.x, &operands.t, &operands.g, &operands.labels}) {
        if (!in->has_value()) continue;
        if ((*in)->data == out.data) {
            refuse(step, "an output other than the inputs", "an input", "Give it its own buffer.");
        }
        if ((*in)->fixed != out.fixed || (*in)->rows_per_sample != out.rows_per_sample) {
            refuse(step, "inputs and output of equal rows",
                   describe_buffer(**in) + " and " + describe_buffer(out), "Pass matching values.");
        }
    }
    add(make_row_step(table_, kind, operands));
}

namespace {

void check_cols(const char* step, const char* role, const Buffer& buffer, size_t cols) {
    if (buffer.cols == cols) return;
    refuse(step, std::string(role) + " of " + std::to_string(cols) + " columns",
           describe_buffer(buffer), "Pass values that belong together.");
}

}  // namespace

void Plan::reduce_rows(const std::string& kind, int x, int out) {
    RowOperands o;
    if (kind == "sum") {
        o.reduction = Reduction::sum;
    } else if (kind == "mean") {
        o.reduction = Reduction::mean;
    } else if (kind == "max") {
        o.reduction = Reduction::max;
    } else {
        refuse("reduce_rows", "'sum', 'mean' or 'max'", "'" + kind + "'", "Pass one of these.");
    }
    o.x = matrix("reduce_rows", "x", x);
    o.out = matrix("reduce_rows", "out", out);
    check_cols("reduce_rows", "out", o.out, 1);
    add_row_step("reduce_rows", RowKind::reduce, o);
}

void Plan::softmax(int x, int out) {
    RowOperands o;
    o.x = matrix("softmax", "x", x);
    o.out = matrix("softmax", "out", out);
    check_cols("softmax", "out", o.out, o.x->cols);
    add_row_step("softmax", RowKind::softmax, o);
}

void Plan::log_softmax(int x, int out) {
    RowOperands o;
    o.x = matrix("log_softmax", "x", x);
    o.out = matrix("log_softmax", "out", out);
    check_cols("log_softmax", "out", o.out, o.x->cols);
    add_row_step("log_softmax", RowKind::log_softmax, o);
}

void Plan::softmax_gradient(int p, int g, int out) {
    RowOperands o;
    o.x = matrix("softmax_gradient", "p", p);
    o.g = matrix("softmax_gradient", "g", g);
    o.out = matrix("softmax_gradient", "out", out);
    check_cols("softmax_gradient", "g", *o.g, o.x->cols);
    check_cols("softmax_gradient", "out", o.out, o.x->cols);
    add_row_step("softmax_gradient", RowKind::softmax_gradient, o);
}

void Plan::log_softmax_gradient(int y, int g, int out) {
    RowOperands o;
    o.x = matrix("log_softmax_gradient", "y", y);
    o.g = matrix("log_softmax_gradient", "g", g);
    o.out = matrix("log_softmax_gradient", "out", out);
    check_cols("log_softmax_gradient", "g", *o.g, o.x->cols);
    check_cols("log_softmax_gradient", "out", o.out, o.x->cols);
    add_row_step("log_softmax_gradient", RowKind::log_softmax_gradient, o);
}

namespace {

// A label must be a column: the steps that took them said below which number they lie.
void check_classes(const char* step, const Buffer& z, const std::vector<int>& classes, int labels) {
    const auto id = static_cast<size_t>(labels);
    if (id < classes.size() && classes[id] > 0 && static_cast<size_t>(classes[id]) <= z.cols)
        return;
    refuse(step, "labels gathered below " + std::to_string(z.cols) + " (the columns)",
           "labels without that bound", "Gather them first, with the number of classes.");
}

}  // namespace

void Plan::sparse_xent(int z, int labels, int out) {
    RowOperands o;
    o.x = matrix("sparse_xent", "z", z, false);
    o.labels = label_buffer("sparse_xent", labels);
    check_classes("sparse_xent", *o.x, label_classes_, labels);
    o.out = matrix("sparse_xent", "out", out, false);
    check_cols("sparse_xent", "out", o.out, 1);
    add_row_step("sparse_xent", RowKind::sparse_xent, o);
}

void Plan::sparse_xent_gradient(int z, int labels, int g, int out) {
    RowOperands o;
    o.x = matrix("sparse_xent_gradient", "z", z, false);
    o.labels = label_buffer("sparse_xent_gradient", labels);
    check_classes("sparse_xent_gradient", *o.x, label_classes_, labels);
    o.g = matrix("sparse_xent_gradient", "g", g, false);
    o.out = matrix("sparse_xent_gradient", "out", out, false);
    check_cols("sparse_xent_gradient", "g", *o.g, 1);
    check_cols("sparse_xent_gradient", "out", o.out, o.x->cols);
    add_row_step("sparse_xent_gradient", RowKind::sparse_xent_gradient, o);
}

void Plan::dense_xent(int z, int t, int out) {
    RowOperands o;
    o.x = matrix("dense_xent", "z", z);
    o.t = matrix("dense_xent", "t", t);
    o.out = matrix("dense_xent", "out", out);
    check_cols("dense_xent", "t", *o.t, o.x->cols);
    check_cols("dense_xent", "out", o.out, 1);
    add_row_step("dense_xent", RowKind::dense_xent, o);
}

void Plan::dense_xent_gradient(int z, int t, int g, int out) {
    RowOperands o;
    o.x = matrix("dense_xent_gradient", "z", z);
    o.t = matrix("dense_xent_gradient", "t", t);
    o.g = matrix("dense_xent_gradient", "g", g);
    o.out = matrix("dense_xent_gradient", "out", out);
    check_cols("dense_xent_gradient", "t", *o.t, o.x->cols);
    check_cols("dense_xent_gradient", "g", *o.g, 1);
    check_cols("dense_xent_gradient", "out", o.out, o.x->cols);
    add_row_step("dense_xent_gradient", RowKind::dense_xent_gradient, o);
}

void Plan::sparse_hit(int p, int labels, int out) {
    RowOperands o;
    o.x = matrix("sparse_hit", "p", p, false);
    o.labels = label_buffer("sparse_hit", labels);
    o.out = matrix("sparse_hit", "out", out, false);
    check_cols("sparse_hit", "out", o.out, 1);
    add_row_step("sparse_hit", RowKind::sparse_hit, o);
}

void Plan::dense_hit(int p, int t, int out) {
    RowOperands o;
    o.x = matrix("dense_hit", "p", p);
    o.t = matrix("dense_hit", "t", t);
    o.out = matrix("dense_hit", "out", out);
    check_cols("dense_hit", "t", *o.t, o.x->cols);
    check_cols("dense_hit", "out", o.out, 1);
    add_row_step("dense_hit", RowKind::dense_hit, o);
}

void Plan::one_hot(int labels, int out) {
    RowOperands o;
    o.labels = label_buffer("one_hot", labels);
    o.out = matrix("one_hot", "out", out, false);
    check_classes("one_hot", o.out, label_classes_, labels);
    add_row_step("one_hot", RowKind::one_hot, o);
}

void Plan::dropout_mask(int out, double rate, uint32_t stream) {
    if (!(rate >= 0.0 && rate < 1.0)) {
        refuse("dropout_mask", "a rate from 0 to below 1", std::to_string(rate),
               "Pass the share of units to drop.");
    }
    RowOperands o;
    o.out = matrix("dropout_mask", "out", out, false);
    o.keep = static_cast<float>(1.0 - rate);
    o.stream = stream;
    add_row_step("dropout_mask", RowKind::dropout_mask, o);
}

void Plan::copy_columns(int src, int src_col, int out, int out_col, int cols) {
    RowOperands o;
    o.x = matrix("copy_columns", "src", src);
    o.out = matrix("copy_columns", "out", out);
    const auto fits = [&](int first, const Buffer& buffer) {
        return first >= 0 && cols > 0 &&
               static_cast<size_t>(first) + static_cast<size_t>(cols) <= buffer.cols;
    };
    if (!fits(src_col, *o.x) || !fits(out_col, o.out)) {
        refuse("copy_columns",
               "columns within " + describe_buffer(*o.x) + " and " + describe_buffer(o.out),
               std::to_string(cols) + " from " + std::to_string(src_col) + " to " +
                   std::to_string(out_col),
               "Pass a part of both.");
    }
    o.x_col = static_cast<size_t>(src_col);
    o.out_col = static_cast<size_t>(out_col);
    o.cols = static_cast<size_t>(cols);
    add_row_step("copy_columns", RowKind::copy_columns, o);
}

void Plan::reshape(int src, int out) {
    RowOperands o;
    o.x = matrix("reshape", "src", src);
    o.out = matrix("reshape", "out", out);
    const bool same_size = o.x->cols * o.x->rows_per_sample == o.out.cols * o.out.rows_per_sample;
    if (!same_size || o.x->fixed != o.out.fixed || o.x->data == o.out.data) {
        refuse("reshape", "two buffers of equally many elements a sample",
               describe_buffer(*o.x) + " and " + describe_buffer(o.out), "Pass matching values.");
    }
    add(make_row_step(table_, RowKind::reshape, o));
}

}  // namespace pronghorn
