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
        const Buffer wanted{nullptr,     shape.cols, 0,      shape.rows_per_sample,
                            shape.fixed, false,      nullptr};
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
    operands.are_columns = buffer.is_column();
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

void check_cols(const char* step, const char* role, const Buffer& buffer, size_t cols) {
    if (buffer.cols == cols) return;
    refuse(step, std::string(role) + " of " + std::to_string(cols) + " columns",
           describe_buffer(buffer), "Pass values that belong together.");
}

void Plan::reduce_rows(const std::string& kind, int x, int out) {
    RowOperands o;
    if (kind == "sum") {
        o.reduction = Reduction::sum;
    } else if (kind == "mean") {
        o.reduction = Reduction::mean;
    } else if (kind == "max") {
        o.reduction = Reduction::max;
    } else if (kind == "product") {
        o.reduction = Reduction::product;
    } else {
        refuse("reduce_rows", "'sum', 'mean', 'max' or 'product'", "'" + kind + "'",
               "Pass one of these.");
    }
    o.x = matrix("reduce_rows", "x", x);
    o.out = matrix("reduce_rows", "out", out);
    check_cols("reduce_rows", "out", o.out, 1);
    add_row_step("reduce_rows", RowKind::reduce, o);
}

void Plan::reduce_columns(const std::string& kind, int x, int out) {
    const char* step = "reduce_columns";
    ColumnKind wanted{};
    if (kind == "max") {
        wanted = ColumnKind::max;
    } else if (kind == "product") {
        wanted = ColumnKind::product;
    } else if (kind == "argmax") {
        wanted = ColumnKind::argmax;
    } else {
        refuse(step, "'max', 'product' or 'argmax'", "'" + kind + "'", "Pass one of these.");
    }
    const Buffer& from = matrix(step, "x", x, false);
    const Buffer& to = matrix(step, "out", out);
    check_cols(step, "out", to, from.cols);
    if (!to.fixed) {
        refuse(step, "a fixed output", describe_buffer(to),
               "Make one with buffer(columns, fixed=True).");
    }
    add(make_column_step(table_, wanted, from, to));
}

void Plan::add_draw(const char* step, RowKind kind, int out, const Draw& draw) {
    RowOperands o;
    o.out = matrix(step, "out", out);
    o.draw = draw;
    add_row_step(step, kind, o);
}

void Plan::dropout_mask(int out, double rate, uint32_t stream, std::optional<uint64_t> seed) {
    if (!(rate >= 0.0 && rate < 1.0)) {
        refuse("dropout_mask", "a rate from 0 to below 1", std::to_string(rate),
               "Pass the share of units to drop.");
    }
    add_draw("dropout_mask", RowKind::dropout_mask, out,
             {stream, seed, static_cast<float>(1.0 - rate)});
}

void Plan::random_normal(int out, uint32_t stream, std::optional<uint64_t> seed) {
    add_draw("random_normal", RowKind::random_normal, out, {stream, seed});
}

void Plan::random_uniform(int out, uint32_t stream, std::optional<uint64_t> seed) {
    add_draw("random_uniform", RowKind::random_uniform, out, {stream, seed});
}

void Plan::argmax(int x, int out) {
    RowOperands o;
    o.x = matrix("argmax", "x", x);
    o.out = matrix("argmax", "out", out);
    check_cols("argmax", "out", o.out, 1);
    add_row_step("argmax", RowKind::argmax, o);
}

void Plan::top_k_mask(int x, int k, int out) {
    RowOperands o;
    o.x = matrix("top_k_mask", "x", x);
    o.out = matrix("top_k_mask", "out", out);
    check_cols("top_k_mask", "out", o.out, o.x->cols);
    if (k < 1 || static_cast<size_t>(k) > o.x->cols) {
        refuse("top_k_mask", "k from 1 to the columns of " + describe_buffer(*o.x),
               std::to_string(k), "Pass how many of a row to mark.");
    }
    o.k = static_cast<size_t>(k);
    add_row_step("top_k_mask", RowKind::top_k_mask, o);
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
