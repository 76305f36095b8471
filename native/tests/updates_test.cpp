// Weight gradients that have their update in the same loop, against the gradient with the update
// behind it, which dense_test.cpp holds against plain loops.
#include <algorithm>

#include "check.h"
#include "packed.h"

using namespace pronghorn;
using check::Layout;
using check::Matrix;
using check::Packed;

namespace {

struct Update {
    const char* key;  // inputs: gradient, weights, slots; results: weights, slots
    int slots;
    float scalars[7];
};
const Update kUpdates[] = {
    {"~mul x0 s0;sub x1 t0|t1", 0, {0.01f}},
    {"~mul x2 s0;mul x0 s1;sub t0 t1;add x1 t2|t3 t2", 1, {0.9f, 0.01f}},
    {"~mul x0 s0;mul x2 s1;mul x0 x0;mul t2 s2;add t1 t3;add t4 s3;sqrt t5;div t0 t6;sub x1 t7|t8 "
     "t4",
     1,
     {0.01f, 0.9f, 0.1f, 1e-4f}},
    {"~sub x0 x2;mul t0 s0;add x2 t1;mul t2 s1;mul x0 x0;sub t4 x3;mul t5 s2;add x3 t6;sqrt t7;add "
     "t8 s3;div t3 t9;sub x1 t10|t11 t2 t7",
     2,
     {0.1f, 0.01f, 0.001f, 1e-4f}},
    // With a penalty, whose factor is made of scalars alone.
    {"~div s0 s1;mul t0 s2;mul t1 x1;add t2 t2;add t3 x0;sub t4 x2;mul t5 s3;add x2 t6;mul t7 s4;"
     "mul t4 t4;sub t9 x3;mul t10 s5;add x3 t11;sqrt t12;add t13 s6;div t8 t14;sub x1 t15|t16 t7 "
     "t12",
     2,
     {2.0f, 32.0f, 0.5f, 0.1f, 0.01f, 0.001f, 1e-4f}},
};
constexpr int kArrays = 3;

struct Weights {
    std::vector<Packed> arrays;

    Weights(const KernelTable& table, size_t k, size_t m, Layout layout, check::Random& random)
        : arrays(kArrays, Packed(table, k, m, layout)) {
        for (Packed& array : arrays) {
            array.fill(random);
            // Second moments are not negative; pads are numbers in the engine, too.
            for (float& value : array.storage.storage) {
                value = std::isnan(value)        ? 0.5f
                        : value == Matrix::kMark ? value
                                                 : std::fabs(value);
            }
        }
    }
    // The largest difference of an element from another's, in units of the last place of the largest of
    // both and of what both were updated from, which a step may nearly cancel.
    double distance(Weights& other, Weights& start, size_t k, size_t m) {
        double most = 0.0;
        for (int a = 0; a < kArrays; ++a) {
            for (size_t i = 0; i < k * m; ++i) {
                const float one = arrays[static_cast<size_t>(a)].at(i / m, i % m);
                const float two = other.arrays[static_cast<size_t>(a)].at(i / m, i % m);
                const float from = start.arrays[static_cast<size_t>(a)].at(i / m, i % m);
                const float scale =
                    std::max({std::fabs(one), std::fabs(two), std::fabs(from), 0.05f});
                most = std::max(most, check::ulps(scale + (one - two), static_cast<double>(scale)));
            }
        }
        return most;
    }
    bool is_fenced() const {
        return std::all_of(arrays.begin(), arrays.end(),
                           [](const Packed& array) { return array.storage.is_fenced(); });
    }
};

struct Shape {
    size_t n, k, m;
    Layout layout = Layout::panels;
};

void test_update(const KernelTable& table, const Update& update, Shape s, check::Random& random) {
    Matrix x(s.n, s.k, 16), dz(s.n, s.m, 16);
    x.fill(random);
    dz.fill(random);
    // A column that is 0 in all rows, and rows that are 0 in all columns: both may be left out.
    for (size_t i = 0; i < s.n; ++i) {
        for (size_t j = 0; j < s.k; ++j) {
            if (j % 7 == 3 || (i % 3 == 1 && j % 40 < 30)) x.at(i, j) = 0.0f;
        }
    }
    Weights start(table, s.k, s.m, s.layout, random);
    float* scratch = nullptr;
    const auto run = [&](Weights& weights, bool together, Marks marks, size_t k0, size_t k1) {
        const Panels& panels = weights.arrays[0].panels;
        DenseWeightGradient call = {s.n,   x.data(), x.ld,      dz.data(),
                                    dz.ld, panels,   TileMap{}, marks};
        call.scratch = scratch;
        call.map.fn = table.find_map(update.key);
        call.map.update = together ? table.find_update(update.key) : nullptr;
        call.map.inputs = 2 + update.slots;
        call.map.outputs = 1 + update.slots;
        call.map.scalars = update.scalars;
        for (int a = 0; a <= update.slots; ++a) {
            call.map.in[a + 1] = call.map.out[a] = weights.arrays[static_cast<size_t>(a)].operand();
        }
        table.dense_weight_gradient(call, 0, panels.count, k0, k1);
    };
    Weights behind = start, together = start, listed = start, cut = start;
    check::Marked marked(x);
    run(behind, false, {}, 0, s.k);
    run(together, true, {}, 0, s.k);
    run(listed, true, marked.marks(), 0, s.k);
    const size_t middle = kPairOfStrips * random.below((s.k + kPairOfStrips - 1) / kPairOfStrips);
    run(cut, true, marked.marks(), middle, s.k);
    run(cut, true, marked.marks(), 0, middle);
    // Compilers may round a product that is added once here and twice there. Of Adam's second moment
    // that is a unit, and a unit each may be added by its root, the quotient and the difference.
    const double off = together.distance(behind, start, s.k, s.m);
    check::that(off <= (update.slots == 2 ? 4.0 : 2.0),
                "update %.20s of (%zu, %zu, %zu) in one loop is %g units off", update.key, s.n, s.k,
                s.m, off);
    check::that(listed.distance(together, start, s.k, s.m) == 0.0 &&
                    cut.distance(listed, start, s.k, s.m) == 0.0,
                "update %.20s of (%zu, %zu, %zu) has other bits without zeros or cut", update.key,
                s.n, s.k, s.m);
    check::that(together.is_fenced() && cut.is_fenced(),
                "update %.20s of (%zu, %zu, %zu) wrote outside", update.key, s.n, s.k, s.m);

    const size_t floats = table.weight_gradient_scratch(s.n, s.m);
    if (s.layout == Layout::transposed || floats == 0) return;
    Matrix copies(1, floats);
    scratch = copies.data();
    Weights copied = start;
    run(copied, true, marked.marks(), 0, s.k);
    check::that(copied.distance(listed, start, s.k, s.m) == 0.0 && copies.is_fenced(),
                "update %.20s of (%zu, %zu, %zu) has other bits from copies", update.key, s.n, s.k,
                s.m);
}

// An operand that is one number, or a result that goes elsewhere, is served as well.
void test_other_operands(const KernelTable& table, check::Random& random) {
    const char* key = "~mul x0 x2;mul t0 s0;sub x1 t1|t2";
    const size_t n = 9, k = 40, m = 70;
    Matrix x(n, k), dz(n, m), rate(1, 1);
    x.fill(random);
    dz.fill(random);
    rate.at(0, 0) = 0.25f;
    const float step = 0.5f;
    Packed w(table, k, m), beside(table, k, m), in_place(table, k, m);
    w.fill(random);
    const auto run = [&](Packed& out, bool together) {
        DenseWeightGradient call = {n, x.data(), x.ld, dz.data(), dz.ld, w.panels, TileMap{}};
        call.map.fn = table.find_map(key);
        call.map.update = together ? table.find_update(key) : nullptr;
        call.map.inputs = 3;
        call.map.outputs = 1;
        call.map.scalars = &step;
        call.map.in[1] = w.operand();
        call.map.in[2] = {rate.data(), 0, 0};
        call.map.out[0] = out.operand();
        table.dense_weight_gradient(call, 0, w.panels.count, 0, k);
    };
    run(beside, false);
    run(in_place, true);
    bool same = true;
    for (size_t i = 0; i < k * m; ++i) {
        same = same && beside.at(i / m, i % m) == in_place.at(i / m, i % m) &&
               beside.at(i / m, i % m) != w.at(i / m, i % m);
    }
    check::that(same, "an update with a number and a result elsewhere");
}

}  // namespace

void test_updates(const KernelTable& table) {
    check::Random random;
    for (const Update& update : kUpdates) {
        check::that(table.find_map(update.key) != nullptr, "no loop for %s", update.key);
        for (const size_t n : {1, 5, 16, 32, 67}) {
            for (const size_t k : {1, 8, 17, 49, 100}) {
                for (const size_t m : {1, 16, 33, 48, 100}) {
                    test_update(table, update, {n, k, m}, random);
                }
            }
            for (size_t m = 1; m <= few_columns(table); ++m) {
                for (const size_t k : {16, 100, 200}) {
                    test_update(table, update, {n, k, m, Layout::transposed}, random);
                }
            }
        }
        // Copies of both operands, whose last group of inputs is not full.
        test_update(table, update, {50, 141, 300}, random);
        // Sums in parts, and more rows than there is room to list.
        test_update(table, update, {1100, 41, 100}, random);
        test_update(table, update, {5000, 9, 49}, random);
    }
    test_other_operands(table, random);
}
