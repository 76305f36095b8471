// Plan's steps between stores and values.

#include <utility>

#include "exec/plan.h"
#include "exec/refuse.h"
#include "exec/table_steps.h"

namespace pronghorn {

namespace {

void check_table(const char* step, const StorePtr& table, size_t cols) {
    if (table->is_matrix() && table->shape()[1] == cols) return;
    refuse(step, "a table of " + std::to_string(cols) + " columns (the value's)",
           describe_store(*table), "Pass a matrix that fits the value.");
}

void check_rows(const char* step, const Buffer& labels, const Buffer& value) {
    if (labels.rows_per_sample == value.rows_per_sample) return;
    refuse(step, "a row for each label", describe_buffer(labels) + " and " + describe_buffer(value),
           "Pass matching values.");
}

// A fixed row with the store's elements.
void check_image(const char* step, const StorePtr& store, const Buffer& value) {
    if (value.fixed && value.cols == store->elements()) return;
    refuse(step, "a fixed buffer of " + std::to_string(store->elements()) + " columns",
           describe_buffer(value), "Make one with buffer(columns, fixed=True).");
}

}  // namespace

void Plan::take_rows(StorePtr table, int labels, int out) {
    const char* step = "take_rows";
    check_store(step, table);
    const Buffer& to = matrix(step, "out", out, false);
    check_table(step, table, to.cols);
    const Buffer& by = bounded_labels(step, labels, table->shape()[0], "the table's rows");
    check_rows(step, by, to);
    add(make_take_rows(table_, std::move(table), by, to));
}

void Plan::take_rows_gradient(int labels, int dy, StorePtr out) {
    const char* step = "take_rows_gradient";
    check_store(step, out);
    const Buffer& from = matrix(step, "dy", dy, false);
    check_table(step, out, from.cols);
    const Buffer& by = bounded_labels(step, labels, out->shape()[0], "the table's rows");
    check_rows(step, by, from);
    add(make_take_rows_gradient(table_, by, from, std::move(out)));
}

void Plan::unpack(StorePtr store, int out) {
    check_store("unpack", store);
    const Buffer& to = matrix("unpack", "out", out);
    check_image("unpack", store, to);
    add(make_unpack(std::move(store), to));
}

void Plan::pack(int x, StorePtr out) {
    check_store("pack", out);
    const Buffer& from = matrix("pack", "x", x);
    check_image("pack", out, from);
    add(make_pack(from, std::move(out)));
}

}  // namespace pronghorn
