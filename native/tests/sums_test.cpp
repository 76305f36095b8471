// Column sums with their update, and row reductions.
#include <algorithm>

#include "check.h"

using namespace pronghorn;
using check::Formula;
using check::Matrix;
using check::step;

namespace {

// bias <- bias - sum over rows of x. Small integers: every order of summing is exact.
void test_column_sum(const KernelTable& table, size_t n, size_t m) {
    Matrix x(n, m, 16), bias(1, m), cut(1, m);
    for (size_t j = 0; j < m; ++j) {
        bias.at(0, j) = cut.at(0, j) = static_cast<float>(j);
        for (size_t i = 0; i < n; ++i) x.at(i, j) = static_cast<float>((i * 3 + j) % 9) - 4.0f;
    }
    const Formula formula(2, {}, {step(OpCode::sub, 2, 1, 0)}, {2});
    ColumnSum call = {n, x.data(), x.ld, formula.map(table)};
    call.map.in[1] = call.map.out[0] = {bias.data(), 0, 1};
    table.column_sum(call, 0, m);
    for (size_t j = 0; j < m; ++j) {
        float sum = 0.0f;
        for (size_t i = 0; i < n; ++i) sum += x.at(i, j);
        check::that(bias.at(0, j) == static_cast<float>(j) - sum, "column sum (%zu, %zu) at %zu", n,
                    m, j);
    }
    check::that(bias.is_fenced(), "column sum (%zu, %zu) wrote outside", n, m);
    call.map.in[1] = call.map.out[0] = {cut.data(), 0, 1};
    const size_t middle = check::padded(m) / kAlignFloats / 2 * kAlignFloats;
    table.column_sum(call, middle, m);
    table.column_sum(call, 0, middle);
    check::that(cut.same_bits(bias), "column sum (%zu, %zu) cut gives other bits", n, m);
}

// Rounded sums: a cut must not change the order in which the rows are added.
void test_column_order(const KernelTable& table, size_t n, size_t m) {
    check::Random random;
    Matrix x(n, m);
    x.fill(random);
    Matrix whole(1, m), cut(1, m);
    const Formula formula(1, {}, {}, {0});
    ColumnSum call = {n, x.data(), x.ld, formula.map(table)};
    call.map.out[0] = {whole.data(), 0, 1};
    table.column_sum(call, 0, m);
    call.map.out[0] = {cut.data(), 0, 1};
    for (size_t j = 0; j < m; j += kAlignFloats) {
        table.column_sum(call, j, j + kAlignFloats < m ? j + kAlignFloats : m);
    }
    check::that(cut.same_bits(whole), "column sum (%zu, %zu) by 16 gives other bits", n, m);
}

void test_reductions(const KernelTable& table, size_t n, size_t cols) {
    Matrix x(n, cols, 16), out(n, 4);
    for (size_t i = 0; i < n; ++i) {
        for (size_t j = 0; j < cols; ++j) {
            x.at(i, j) = static_cast<float>((i * 31 + j * 17) % 101) - 120.0f;
        }
    }
    const Reduction kinds[] = {Reduction::sum, Reduction::mean, Reduction::max, Reduction::product};
    for (size_t kind = 0; kind < 3; ++kind) {
        table.reduce_rows(kinds[kind], x.data(), x.ld, cols, out.data() + kind, out.ld, 0, n);
    }
    for (size_t i = 0; i < n; ++i) {
        float sum = 0.0f, most = -check::kInfinity;
        for (size_t j = 0; j < cols; ++j) {
            sum += x.at(i, j);
            most = std::fmax(most, x.at(i, j));
        }
        check::that(out.at(i, 0) == sum && out.at(i, 1) == sum / static_cast<float>(cols) &&
                        out.at(i, 2) == most,
                    "row reductions (%zu, %zu) at row %zu", n, cols, i);
    }
    // Powers of two: every order of multiplying is exact.
    for (size_t j = 0; j < cols; ++j) x.at(0, j) = j % 3 == 0 ? 0.5f : (j % 3 == 1 ? -2.0f : 1.0f);
    table.reduce_rows(Reduction::product, x.data(), x.ld, cols, out.data() + 3, out.ld, 0, 1);
    float product = 1.0f;
    for (size_t j = 0; j < cols; ++j) product *= x.at(0, j);
    check::that(out.at(0, 3) == product, "product of a row (%zu, %zu)", n, cols);
    x.at(n - 1, cols - 1) = check::kNaN;
    for (size_t kind = 0; kind < 4; ++kind) {
        table.reduce_rows(kinds[kind], x.data(), x.ld, cols, out.data() + kind, out.ld, n - 1, n);
        check::that(std::isnan(out.at(n - 1, kind)), "row reduction %zu of %zu hides a NaN", kind,
                    cols);
    }
}

// Down the columns: largest element, its first row, product; whole and cut.
void test_columns(const KernelTable& table, size_t n, size_t m) {
    Matrix x(n, m, 16), found(3, m), cut(3, m);
    for (size_t i = 0; i < n; ++i) {
        for (size_t j = 0; j < m; ++j) {
            // Every largest element comes several times; powers of two multiply exactly.
            x.at(i, j) = std::ldexp((i + j) % 5 == 0 ? -1.0f : 1.0f, static_cast<int>((i * j) % 3));
        }
    }
    const ColumnFn kernels[] = {table.max_columns, table.arg_max_columns, table.product_columns};
    for (size_t k = 0; k < 3; ++k) {
        kernels[k](x.data(), x.ld, n, &found.at(k, 0), 0, m);
        for (size_t j = 0; j < m; j += kAlignFloats) {
            kernels[k](x.data(), x.ld, n, &cut.at(k, 0), j, std::min(j + kAlignFloats, m));
        }
    }
    for (size_t j = 0; j < m; ++j) {
        size_t best = 0;
        float product = 1.0f;
        for (size_t i = 0; i < n; ++i) {
            if (x.at(i, j) > x.at(best, j)) best = i;
            product *= x.at(i, j);
        }
        check::that(found.at(0, j) == x.at(best, j) && found.at(1, j) == static_cast<float>(best) &&
                        found.at(2, j) == product,
                    "columns (%zu, %zu) at %zu", n, m, j);
    }
    check::that(found.is_fenced(), "columns (%zu, %zu) wrote outside", n, m);
    check::that(cut.same_bits(found), "columns (%zu, %zu) cut give other bits", n, m);
    x.at(n / 2, m - 1) = x.at(n - 1, m - 1) = check::kNaN;
    for (size_t k = 0; k < 3; ++k) kernels[k](x.data(), x.ld, n, &found.at(k, 0), 0, m);
    check::that(std::isnan(found.at(0, m - 1)) && found.at(1, m - 1) == static_cast<float>(n / 2) &&
                    std::isnan(found.at(2, m - 1)),
                "columns (%zu, %zu) hide a NaN", n, m);
}

}  // namespace

void test_sums(const KernelTable& table) {
    for (const size_t n : {1, 2, 33}) {
        for (const size_t m : {1, 5, 10, 16, 17, 63, 64, 65, 200}) {
            test_column_sum(table, n, m);
            test_column_order(table, n, m);
            test_reductions(table, n, m);
            test_columns(table, n, m);
        }
    }
}
