// Softmax, cross-entropy, their gradients and hits, against long double.
#include "check.h"

using namespace pronghorn;
using check::kNaN;
using check::Matrix;

namespace {

struct Row {
    std::vector<long double> p, log_p;
};

Row soften(const Matrix& z, size_t i) {
    long double most = -std::numeric_limits<long double>::infinity(), sum = 0.0L;
    for (size_t j = 0; j < z.cols; ++j) {
        most = std::fmax(most, static_cast<long double>(z.at(i, j)));
    }
    for (size_t j = 0; j < z.cols; ++j) sum += std::exp(z.at(i, j) - most);
    Row row;
    for (size_t j = 0; j < z.cols; ++j) {
        row.log_p.push_back(z.at(i, j) - most - std::log(sum));
        row.p.push_back(std::exp(row.log_p.back()));
    }
    return row;
}

// Within a few roundings of the size of what was added up.
bool near(float got, long double exact, long double size) {
    return std::fabs(got - exact) <= 2e-6L * size + 1e-37L;
}

void test_forward(const KernelTable& table, const Matrix& z) {
    const size_t n = z.rows, c = z.cols;
    Matrix p(n, c, 16), log_p(n, c);
    table.softmax(z.data(), z.ld, c, p.data(), p.ld, 0, n);
    table.log_softmax(z.data(), z.ld, c, log_p.data(), log_p.ld, 0, n);
    for (size_t i = 0; i < n; ++i) {
        const Row row = soften(z, i);
        for (size_t j = 0; j < c; ++j) {
            check::that(near(p.at(i, j), row.p[j], row.p[j]), "softmax of %zu at (%zu, %zu)", c, i,
                        j);
            check::that(near(log_p.at(i, j), row.log_p[j], 1.0L - row.log_p[j]),
                        "log_softmax of %zu at (%zu, %zu)", c, i, j);
        }
    }
    check::that(p.is_fenced() && log_p.is_fenced(), "softmax of %zu wrote outside", c);
    Matrix in_place = z;
    table.softmax(in_place.data(), in_place.ld, c, in_place.data(), in_place.ld, 0, n);
    check::that(in_place.same_bits(p), "softmax of %zu in place gives other bits", c);
}

void test_gradients(const KernelTable& table, const Matrix& z, const Matrix& g) {
    const size_t n = z.rows, c = z.cols;
    Matrix p(n, c), log_p(n, c), dz(n, c), log_dz(n, c);
    table.softmax(z.data(), z.ld, c, p.data(), p.ld, 0, n);
    table.log_softmax(z.data(), z.ld, c, log_p.data(), log_p.ld, 0, n);
    table.softmax_gradient(p.data(), p.ld, g.data(), g.ld, c, dz.data(), dz.ld, 0, n);
    table.log_softmax_gradient(log_p.data(), log_p.ld, g.data(), g.ld, c, log_dz.data(), log_dz.ld,
                               0, n);
    for (size_t i = 0; i < n; ++i) {
        const Row row = soften(z, i);
        long double dot = 0.0L, total = 0.0L, size = 1.0L;
        for (size_t j = 0; j < c; ++j) {
            dot += g.at(i, j) * row.p[j];
            total += g.at(i, j);
            size += std::fabs(g.at(i, j));
        }
        for (size_t j = 0; j < c; ++j) {
            check::that(near(dz.at(i, j), row.p[j] * (g.at(i, j) - dot), size * row.p[j]),
                        "softmax gradient of %zu at (%zu, %zu)", c, i, j);
            const long double spread = size * (1.0L - row.p[j] * row.log_p[j]);
            check::that(near(log_dz.at(i, j), g.at(i, j) - row.p[j] * total, spread),
                        "log_softmax gradient of %zu at (%zu, %zu)", c, i, j);
        }
    }
}

void test_sparse(const KernelTable& table, const Matrix& z, const std::vector<int32_t>& label,
                 const Matrix& g) {
    const size_t n = z.rows, c = z.cols;
    Matrix loss(n, 1), dz(n, c);
    table.sparse_xent(z.data(), z.ld, c, label.data(), loss.data(), loss.ld, 0, n);
    table.sparse_xent_gradient(z.data(), z.ld, c, label.data(), g.data(), g.ld, dz.data(), dz.ld, 0,
                               n);
    for (size_t i = 0; i < n; ++i) {
        const Row row = soften(z, i);
        const size_t chosen = static_cast<size_t>(label[i]);
        const long double size = 1.0L + std::fabs(row.log_p[chosen]);
        check::that(near(loss.at(i, 0), -row.log_p[chosen], size), "sparse loss of %zu, row %zu", c,
                    i);
        for (size_t j = 0; j < c; ++j) {
            const long double exact = (row.p[j] - (j == chosen ? 1.0L : 0.0L)) * g.at(i, 0);
            check::that(near(dz.at(i, j), exact, 1.0L), "sparse gradient of %zu at (%zu, %zu)", c,
                        i, j);
        }
    }
    std::vector<int32_t> wrong(n, static_cast<int32_t>(c));
    table.sparse_xent(z.data(), z.ld, c, wrong.data(), loss.data(), loss.ld, 0, n);
    check::that(std::isnan(loss.at(0, 0)), "a label that is no class of %zu has a loss", c);
}

void test_dense_targets(const KernelTable& table, const Matrix& z, const Matrix& t,
                        const Matrix& g) {
    const size_t n = z.rows, c = z.cols;
    Matrix loss(n, 1), dz(n, c);
    table.dense_xent(z.data(), z.ld, c, t.data(), t.ld, loss.data(), loss.ld, 0, n);
    table.dense_xent_gradient(z.data(), z.ld, c, t.data(), t.ld, g.data(), g.ld, dz.data(), dz.ld,
                              0, n);
    for (size_t i = 0; i < n; ++i) {
        const Row row = soften(z, i);
        long double exact = 0.0L, total = 0.0L, size = 1.0L;
        for (size_t j = 0; j < c; ++j) {
            exact -= t.at(i, j) * row.log_p[j];
            total += t.at(i, j);
            size += std::fabs(t.at(i, j) * row.log_p[j]);
        }
        check::that(near(loss.at(i, 0), exact, size), "dense loss of %zu, row %zu", c, i);
        for (size_t j = 0; j < c; ++j) {
            const long double d = (row.p[j] * total - t.at(i, j)) * g.at(i, 0);
            check::that(near(dz.at(i, j), d, 1.0L + total), "dense gradient of %zu at (%zu, %zu)",
                        c, i, j);
        }
    }
}

// Rows worked by hand: a tie goes to the first, NaN beats all, as numpy.argmax.
void test_hits(const KernelTable& table) {
    for (const size_t c : {3, 10, 16, 17, 40}) {
        Matrix p(4, c), t(4, c), sparse(4, 1), dense(4, 1);
        for (size_t i = 0; i < 4; ++i) {
            for (size_t j = 0; j < c; ++j) p.at(i, j) = -1.0f, t.at(i, j) = 0.0f;
        }
        p.at(0, c - 1) = 2.0f;                                           // argmax c - 1
        p.at(1, 1) = p.at(1, c - 1) = 2.0f;                              // argmax 1
        p.at(2, 0) = 5.0f, p.at(2, 1) = kNaN;                            // argmax 1
        const int32_t label[] = {static_cast<int32_t>(c - 1), 1, 1, 1};  // row 3: argmax 0
        for (size_t i = 0; i < 4; ++i) t.at(i, static_cast<size_t>(label[i])) = 1.0f;
        table.sparse_hit(p.data(), p.ld, c, label, sparse.data(), sparse.ld, 0, 4);
        table.dense_hit(p.data(), p.ld, c, t.data(), t.ld, dense.data(), dense.ld, 0, 4);
        const float expected[] = {1.0f, 1.0f, 1.0f, 0.0f};
        for (size_t i = 0; i < 4; ++i) {
            check::that(sparse.at(i, 0) == expected[i] && dense.at(i, 0) == expected[i],
                        "hit of %zu classes, row %zu", c, i);
        }
    }
}

// Logits that overflow exp, and a NaN, which must reach every probability of its row.
void test_extremes(const KernelTable& table) {
    Matrix z(2, 10), p(2, 10), loss(2, 1);
    for (size_t j = 0; j < 10; ++j) z.at(0, j) = j == 4 ? 1000.0f : -1000.0f, z.at(1, j) = 0.0f;
    z.at(1, 7) = kNaN;
    const int32_t label[] = {4, 0};
    table.softmax(z.data(), z.ld, 10, p.data(), p.ld, 0, 2);
    table.sparse_xent(z.data(), z.ld, 10, label, loss.data(), loss.ld, 0, 2);
    for (size_t j = 0; j < 10; ++j) {
        check::that(p.at(0, j) == (j == 4 ? 1.0f : 0.0f), "softmax of +-1000 at %zu", j);
        check::that(std::isnan(p.at(1, j)), "softmax hides a NaN at %zu", j);
    }
    check::that(loss.at(0, 0) == 0.0f && std::isnan(loss.at(1, 0)), "loss of extreme logits");
}

}  // namespace

void test_softmax(const KernelTable& table) {
    check::Random random;
    for (const size_t c : {1, 2, 3, 10, 15, 16, 17, 33, 100}) {
        const size_t n = 13;
        Matrix z(n, c, 16), g(n, c), t(n, c, 16), weight(n, 1);
        z.fill(random, -15.0f, 15.0f);
        g.fill(random);
        t.fill(random, 0.0f, 1.0f);
        weight.fill(random, 0.1f, 1.0f);
        std::vector<int32_t> label;
        for (size_t i = 0; i < n; ++i) label.push_back(static_cast<int32_t>(random.below(c)));
        test_forward(table, z);
        test_gradients(table, z, g);
        test_sparse(table, z, label, weight);
        test_dense_targets(table, z, t, weight);
    }
    test_hits(table);
    test_extremes(table);
}
