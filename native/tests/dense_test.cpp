// The matrix products against sums in double, for shapes that leave every kind of remainder, with
// NaN in all pads; and cut into rectangles, or with zeros left out, which must give the same bits.
#include <algorithm>

#include "check.h"
#include "packed.h"

using namespace pronghorn;
using check::Formula;
using check::Layout;
using check::Matrix;
using check::Packed;
using check::step;

namespace {

struct Shape {
    size_t n, k, m;
    Layout layout = Layout::panels;
};

// Sums of products in any order differ from the exact sum by at most
// (terms) * 2^-24 * sum |a b| (Higham, Accuracy and Stability, section 3.1), plus the epilogue.
struct Sum {
    double value = 0.0, size = 0.0;
    void add(float a, float b) {
        value += static_cast<double>(a) * b;
        size += std::fabs(static_cast<double>(a) * b);
    }
    bool is_near(float got, double extra, size_t terms) const {
        const double bound = static_cast<double>(terms + 2) * 0x1p-24 * (size + std::fabs(extra));
        return std::fabs(static_cast<double>(got) - (value + extra)) <= bound;
    }
};

// Zeros of both signs: columns of all rows, rows, and stretches of rows.
void blank(Matrix& x, check::Random& random) {
    for (size_t j = 0; j < x.cols; ++j) {
        const bool is_blank = random.below(3) == 0;
        for (size_t i = 0; i < x.rows && is_blank; ++i) x.at(i, j) = i % 2 ? -0.0f : 0.0f;
    }
    for (size_t i = 0; i < x.rows; ++i) {
        const size_t from = random.below(x.cols + 1), to = random.below(x.cols + 1);
        for (size_t j = i % 5 == 4 ? 0 : from; j < to; ++j) x.at(i, j) = 0.0f;
    }
}

// The same from sums of the first inputs and of the others, of rows cut anywhere.
void test_halves(const KernelTable& table, const DenseForward& whole, const Matrix& y,
                 check::Random& random) {
    const size_t n = whole.n, k = whole.w.k, half = first_half(k);
    const auto middle_of = static_cast<size_t>(middle_panel(whole.w));
    const size_t width = whole.w.first_col[middle_of + 1] - whole.w.first_col[middle_of];
    Matrix sums(1, 2 * n * width), joined(n, whole.w.m);
    for (const size_t from : {size_t{0}, half}) {
        const size_t middle = random.below(n + 1), to = from == 0 ? half : k;
        float* place = sums.data() + (from == 0 ? 0 : n * width);
        table.sum_middle(whole, place, from, to, middle, n);
        table.sum_middle(whole, place, from, to, 0, middle);
    }
    DenseForward call = whole;
    call.sums = sums.data();
    call.map.out[0] = joined.operand();
    table.dense_forward(call, 0, whole.w.count, 0, n);
    check::that(joined.same_bits(y) && joined.is_fenced() && sums.is_fenced(),
                "forward (%zu, %zu, %zu) joined from halves gives other bits", n, k, whole.w.m);
}

// y = x @ w + bias, and the sum itself as a second result.
void test_forward(const KernelTable& table, Shape s, check::Random& random) {
    Matrix x(s.n, s.k, 16), bias(1, s.m), y(s.n, s.m), product(s.n, s.m, 16);
    x.fill(random);
    bias.fill(random);
    Packed w(table, s.k, s.m, s.layout);
    w.fill(random);
    const Formula formula(2, {}, {step(OpCode::add, 2, 0, 1)}, {2, 0});
    DenseForward call = {s.n, x.data(), x.ld, w.panels, w.storage.data(), formula.map(table)};
    call.map.in[1] = {bias.data(), 0, 1};
    call.map.out[0] = y.operand();
    call.map.out[1] = product.operand();
    table.dense_forward(call, 0, w.panels.count, 0, s.n);
    for (size_t i = 0; i < s.n; ++i) {
        for (size_t j = 0; j < s.m; ++j) {
            Sum sum;
            for (size_t t = 0; t < s.k; ++t) sum.add(x.at(i, t), w.at(t, j));
            const bool near = sum.is_near(y.at(i, j), static_cast<double>(bias.at(0, j)), s.k) &&
                              sum.is_near(product.at(i, j), 0.0, s.k);
            check::that(near, "forward (%zu, %zu, %zu) at (%zu, %zu)", s.n, s.k, s.m, i, j);
        }
    }
    check::that(y.is_fenced() && product.is_fenced(), "forward (%zu, %zu, %zu) wrote outside", s.n,
                s.k, s.m);

    Matrix cut(s.n, s.m);
    call.map.out[0] = cut.operand();
    for (int panel = w.panels.count - 1; panel >= 0; --panel) {
        const size_t middle = random.below(s.n + 1);
        table.dense_forward(call, panel, panel + 1, middle, s.n);
        table.dense_forward(call, panel, panel + 1, 0, middle);
    }
    check::that(cut.same_bits(y), "forward (%zu, %zu, %zu) cut gives other bits", s.n, s.k, s.m);
    const bool is_in_halves = first_half(s.k) < s.k && middle_panel(w.panels) >= 0;
    if (is_in_halves) test_halves(table, call, y, random);
    const auto in_few_rows = [&](const char* what) {
        for (const size_t rows : {size_t{1}, size_t{2}}) {
            Matrix few(s.n, s.m);
            call.map.out[0] = few.operand();
            for (size_t i = 0; i < s.n; i += rows) {
                table.dense_forward(call, 0, w.panels.count, i, std::min(i + rows, s.n));
            }
            check::that(few.same_bits(y) && few.is_fenced(),
                        "forward (%zu, %zu, %zu) %s, %zu rows at a time, gives other bits", s.n,
                        s.k, s.m, what, rows);
        }
    };
    in_few_rows("whole");

    blank(x, random);
    call.map.out[0] = y.operand();
    table.dense_forward(call, 0, w.panels.count, 0, s.n);
    Matrix listed(s.n, s.m);
    call.map.out[0] = listed.operand();
    check::Marked marked(x);
    call.marks = marked.marks();
    table.dense_forward(call, 0, w.panels.count, 0, s.n);
    check::that(listed.same_bits(y) && listed.is_fenced(),
                "forward (%zu, %zu, %zu) without zeros gives other bits", s.n, s.k, s.m);
    if (is_in_halves) test_halves(table, call, y, random);
    in_few_rows("without zeros");
}

// dx = (dz @ w.T) * column, the column (n, 1).
void test_input_gradient(const KernelTable& table, Shape s, check::Random& random) {
    Matrix dz(s.n, s.m, 16), column(s.n, 1), dx(s.n, s.k);
    dz.fill(random);
    for (size_t i = 0; i < s.n; ++i) column.at(i, 0) = i % 2 ? 2.0f : -0.5f;  // exact factors
    Packed w(table, s.k, s.m, s.layout);
    w.fill(random);
    const Formula formula(2, {}, {step(OpCode::mul, 2, 0, 1)}, {2});
    DenseInputGradient call = {s.n,      dz.data(),        dz.ld,
                               w.panels, w.storage.data(), formula.map(table)};
    call.map.in[1] = {column.data(), static_cast<ptrdiff_t>(column.ld), 0};
    call.map.out[0] = dx.operand();
    Matrix scratch(1, table.input_gradient_scratch(s.m));
    table.dense_input_gradient(call, 0, s.k, 0, s.n, scratch.data());
    for (size_t i = 0; i < s.n; ++i) {
        for (size_t j = 0; j < s.k; ++j) {
            Sum sum;
            for (size_t t = 0; t < s.m; ++t) sum.add(dz.at(i, t) * column.at(i, 0), w.at(j, t));
            check::that(sum.is_near(dx.at(i, j), 0.0, s.m),
                        "input gradient (%zu, %zu, %zu) at (%zu, %zu)", s.n, s.k, s.m, i, j);
        }
    }
    check::that(dx.is_fenced() && scratch.is_fenced(),
                "input gradient (%zu, %zu, %zu) wrote outside", s.n, s.k, s.m);

    Matrix cut(s.n, s.k);
    call.map.out[0] = cut.operand();
    const size_t blocks = check::padded(s.k) / kAlignFloats;
    const size_t middle = kAlignFloats * random.below(blocks), row = random.below(s.n + 1);
    table.dense_input_gradient(call, middle, s.k, row, s.n, scratch.data());
    table.dense_input_gradient(call, middle, s.k, 0, row, scratch.data());
    table.dense_input_gradient(call, 0, middle, 0, s.n, scratch.data());
    check::that(cut.same_bits(dx), "input gradient (%zu, %zu, %zu) cut gives other bits", s.n, s.k,
                s.m);
}

// v <- v + x.T @ dz and w <- w - rate * v as it was: two packed arrays updated in place.
void test_weight_gradient(const KernelTable& table, Shape s, check::Random& random) {
    Matrix x(s.n, s.k, 16), dz(s.n, s.m, 16);
    x.fill(random);
    dz.fill(random);
    Packed w(table, s.k, s.m, s.layout), v(table, s.k, s.m, s.layout);
    w.fill(random);
    v.fill(random);
    Packed w0 = w, v0 = v;
    Matrix rate(1, 1);
    rate.at(0, 0) = 0.5f;
    const Formula formula(
        4, {}, {step(OpCode::add, 4, 0, 2), step(OpCode::mul, 5, 3, 2), step(OpCode::sub, 5, 1, 5)},
        {5, 4});
    Marks marks{};
    float* scratch = nullptr;
    const auto run = [&](Packed& weights, Packed& slot, int p0, int p1, size_t k0, size_t k1) {
        DenseWeightGradient call = {s.n,      x.data(),           x.ld,  dz.data(), dz.ld,
                                    w.panels, formula.map(table), marks, scratch};
        call.map.in[1] = call.map.out[0] = weights.operand();
        call.map.in[2] = call.map.out[1] = slot.operand();
        call.map.in[3] = {rate.data(), 0, 0};
        table.dense_weight_gradient(call, p0, p1, k0, k1);
    };
    run(w, v, 0, w.panels.count, 0, s.k);
    for (size_t i = 0; i < s.k; ++i) {
        for (size_t j = 0; j < s.m; ++j) {
            Sum sum;
            for (size_t t = 0; t < s.n; ++t) sum.add(x.at(t, i), dz.at(t, j));
            const bool near = sum.is_near(v.at(i, j), static_cast<double>(v0.at(i, j)), s.n);
            check::that(near && w.at(i, j) == w0.at(i, j) - 0.5f * v0.at(i, j),
                        "weight gradient (%zu, %zu, %zu) at (%zu, %zu)", s.n, s.k, s.m, i, j);
        }
    }
    check::that(w.storage.is_fenced() && v.storage.is_fenced(),
                "weight gradient (%zu, %zu, %zu) wrote outside", s.n, s.k, s.m);

    const auto same_numbers = [&](Packed& other_w, Packed& other_v, Packed& one_w, Packed& one_v) {
        for (size_t i = 0; i < s.k; ++i) {
            for (size_t j = 0; j < s.m; ++j) {
                if (other_w.at(i, j) != one_w.at(i, j)) return false;
                if (other_v.at(i, j) != one_v.at(i, j)) return false;
            }
        }
        return true;
    };
    Packed cut_w = w0, cut_v = v0;
    for (int panel = w.panels.count - 1; panel >= 0; --panel) {
        const size_t middle = w.cut_rows(random);
        run(cut_w, cut_v, panel, panel + 1, middle, s.k);
        run(cut_w, cut_v, panel, panel + 1, 0, middle);
    }
    check::that(same_numbers(cut_w, cut_v, w, v),
                "weight gradient (%zu, %zu, %zu) cut gives other bits", s.n, s.k, s.m);

    blank(x, random);
    Packed all_w = w0, all_v = v0, listed_w = w0, listed_v = v0;
    run(all_w, all_v, 0, w.panels.count, 0, s.k);
    check::Marked marked(x);
    marks = marked.marks();
    const size_t block = static_cast<size_t>(table.k_block);
    const size_t middle =
        s.layout == Layout::transposed ? w.cut_rows(random) : block * random.below(s.k / block + 1);
    run(listed_w, listed_v, 0, w.panels.count, middle, s.k);
    run(listed_w, listed_v, 0, w.panels.count, 0, middle);
    check::that(same_numbers(listed_w, listed_v, all_w, all_v) && listed_w.storage.is_fenced(),
                "weight gradient (%zu, %zu, %zu) without zeros gives other bits", s.n, s.k, s.m);

    const size_t floats = table.weight_gradient_scratch(s.n, s.m);
    if (s.layout == Layout::transposed || floats == 0) return;
    Matrix copies(1, floats);
    scratch = copies.data();
    Packed copied_w = w0, copied_v = v0;
    const int some = w.panels.count / 10;
    run(copied_w, copied_v, some, w.panels.count, 0, s.k);
    run(copied_w, copied_v, 0, some, 0, s.k);
    check::that(same_numbers(copied_w, copied_v, all_w, all_v) && copies.is_fenced(),
                "weight gradient (%zu, %zu, %zu) from copies gives other bits", s.n, s.k, s.m);
}

// Rows brought in beside a weight gradient change nothing in it: five of 200 bytes are 20 lines, of
// which each tile brings one.
void test_rows_ahead(const KernelTable& table, Shape s, check::Random& random) {
    Matrix x(s.n, s.k, 16), dz(s.n, s.m, 16);
    x.fill(random);
    dz.fill(random);
    const char rows[5 * 256] = {};
    const int64_t index[] = {4, 0, 2, 1, 3};
    RowsAhead ahead = {rows, 256, 200, index, 5, 0};
    const Formula copy(1, {}, {}, {0});
    Packed alone(table, s.k, s.m, s.layout), beside(table, s.k, s.m, s.layout);
    DenseWeightGradient call = {s.n,   x.data(),     x.ld,           dz.data(),
                                dz.ld, alone.panels, copy.map(table)};
    call.map.out[0] = alone.operand();
    table.dense_weight_gradient(call, 0, alone.panels.count, 0, s.k);
    call.map.out[0] = beside.operand();
    call.ahead = &ahead;
    call.lines_ahead = 1;
    table.dense_weight_gradient(call, 0, alone.panels.count, 0, s.k);
    bool same = true;
    for (size_t i = 0; i < s.k * s.m; ++i) {
        same = same && alone.at(i / s.m, i % s.m) == beside.at(i / s.m, i % s.m);
    }
    const auto block = static_cast<size_t>(table.k_block);
    const size_t tiles = static_cast<size_t>(alone.panels.count) * ((s.k + block - 1) / block);
    const size_t left = ahead.lines() - ahead.done / RowsAhead::kLineBytes;
    const bool is_few = s.layout == Layout::transposed && left <= 20 - std::min<size_t>(tiles, 20);
    check::that(same && (is_few || left == 20 - std::min<size_t>(tiles, 20)),
                "weight gradient (%zu, %zu, %zu) brought all but %zu lines", s.n, s.k, s.m, left);
}

// Sum of squares of a panel of small integers: exact in double. By the formula's loop and a sum behind
// it, and by the sum that a generated formula of one operand has.
void test_panel_sum(const KernelTable& table, Shape s, check::Random& random) {
    Packed w(table, s.k, s.m, s.layout);
    const Formula square(1, {}, {step(OpCode::mul, 1, 0, 0)}, {1});
    TileMap map = square.map(table);
    double expected = 0.0;
    for (size_t i = 0; i < s.k; ++i) {
        for (size_t j = 0; j < s.m; ++j) {
            w.at(i, j) = static_cast<float>((i * 5 + j) % 13) - 6.0f;
            expected += static_cast<double>(w.at(i, j)) * w.at(i, j);
        }
    }
    map.in[0] = w.operand();
    const size_t middle = w.cut_rows(random);
    const SumFn generated = table.find_sum("mul x0 x0|t0");
    check::that(generated != nullptr, "squares have no sum of their own");
    for (const SumFn sum : {SumFn{nullptr}, generated}) {
        map.sum = sum;
        double total = 0.0;
        for (int panel = 0; panel < w.panels.count; ++panel) {
            total += table.panel_sum(w.panels, map, panel, 0, middle) +
                     table.panel_sum(w.panels, map, panel, middle, s.k);
        }
        check::that(total == expected, "panel sum (%zu, %zu) is %g, expected %g", s.k, s.m, total,
                    expected);
    }
}

}  // namespace

void test_dense(const KernelTable& table) {
    check::Random random;
    const auto test = [&](const Shape& shape) {
        test_forward(table, shape, random);
        test_input_gradient(table, shape, random);
        test_weight_gradient(table, shape, random);
        test_rows_ahead(table, shape, random);
        if (shape.n == 1) test_panel_sum(table, shape, random);
    };
    for (const size_t n : {1, 2, 3, 5, 8, 17, 32, 67}) {
        for (const size_t k : {1, 3, 8, 16, 17, 49, 100}) {
            for (const size_t m : {1, 2, 5, 10, 16, 17, 33, 48, 65, 100}) test({n, k, m});
        }
    }
    for (const size_t n : {1, 3, 4, 7, 17, 32}) {
        for (const size_t k : {1, 16, 17, 100, 200, 300}) {
            for (size_t m = 1; m <= few_columns(table); ++m) test({n, k, m, Layout::transposed});
        }
    }
    // So many inputs are summed in halves by the middle panel, alone or among others.
    for (const Layout layout : {Layout::panels, Layout::ones, Layout::twos, Layout::threes}) {
        for (const size_t n : {1, 2, 13}) {
            for (const size_t k : {256, 330}) {
                for (const size_t vectors : {1, 2, 3, 5, 7}) {
                    test({n, k, vectors * static_cast<size_t>(table.lanes) - 1, layout});
                }
            }
        }
    }
    // Few rows take neighbouring panels of one width together.
    for (const Layout layout : {Layout::ones, Layout::twos, Layout::threes}) {
        for (const size_t n : {1, 2, 5}) {
            for (const size_t vectors : {4, 7, 8, 13}) {
                test_forward(table, {n, 37, vectors * static_cast<size_t>(table.lanes), layout},
                             random);
            }
        }
    }
    // Sums that a weight gradient takes in parts, with and without room for lists.
    for (const size_t n : {1025, 1100, 2048, 3000, 4096}) {
        test_weight_gradient(table, {n, 41, 100}, random);
        test_rows_ahead(table, {n, 9, 17}, random);
    }
    test_weight_gradient(table, {1100, 41, 5, Layout::transposed}, random);
    // Copies of both operands, whose last group of inputs is not full; in parts as well.
    for (const size_t n : {50, 1100}) {
        for (const size_t k : {141, 160}) test_weight_gradient(table, {n, k, 300}, random);
    }
    // Longer sums than the lists of what is not 0 have room for.
    test_forward(table, {9, 20000, 3}, random);
    test_weight_gradient(table, {5000, 9, 49}, random);
}
