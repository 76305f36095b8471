// Plan's softmax, cross-entropies, hits and one-hot rows.

#include "exec/plan.h"
#include "exec/refuse.h"

namespace pronghorn {

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

void Plan::sparse_xent(int z, int labels, int out) {
    RowOperands o;
    o.x = matrix("sparse_xent", "z", z, false);
    o.labels = bounded_labels("sparse_xent", labels, o.x->cols, "the columns");
    o.out = matrix("sparse_xent", "out", out, false);
    check_cols("sparse_xent", "out", o.out, 1);
    add_row_step("sparse_xent", RowKind::sparse_xent, o);
}

void Plan::sparse_xent_gradient(int z, int labels, int g, int out) {
    RowOperands o;
    o.x = matrix("sparse_xent_gradient", "z", z, false);
    o.labels = bounded_labels("sparse_xent_gradient", labels, o.x->cols, "the columns");
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
    o.out = matrix("one_hot", "out", out, false);
    o.labels = bounded_labels("one_hot", labels, o.out.cols, "the columns");
    add_row_step("one_hot", RowKind::one_hot, o);
}

}  // namespace pronghorn
