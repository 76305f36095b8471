// Rows of a packed table by label, and sums by label, against plain loops.
#include "check.h"
#include "packed.h"

using namespace pronghorn;
using check::Layout;
using check::Matrix;
using check::Packed;

namespace {

std::vector<int32_t> draw_labels(check::Random& random, size_t n, size_t k) {
    std::vector<int32_t> labels;
    for (size_t i = 0; i < n; ++i) labels.push_back(static_cast<int32_t>(random.below(k)));
    return labels;
}

void test_take(const KernelTable& table, size_t n, size_t k, size_t m,
               Layout layout = Layout::panels) {
    check::Random random;
    Packed weights(table, k, m, layout);
    weights.fill(random);
    const std::vector<int32_t> labels = draw_labels(random, n, k);
    Matrix out(n, m);
    const float* packed = weights.storage.data();
    table.take_rows(weights.panels, packed, labels.data(), out.data(), out.ld, n / 2, n);
    table.take_rows(weights.panels, packed, labels.data(), out.data(), out.ld, 0, n / 2);
    for (size_t i = 0; i < n; ++i) {
        for (size_t j = 0; j < m; ++j) {
            check::that(out.at(i, j) == weights.at(static_cast<size_t>(labels[i]), j),
                        "row %zu of a table (%zu, %zu) at %zu", i, k, m, j);
        }
    }
    check::that(out.is_fenced(), "rows of a table (%zu, %zu) wrote outside", k, m);
}

void test_sums(const KernelTable& table, size_t n, size_t k, size_t m, size_t parts,
               Layout layout = Layout::panels) {
    check::Random random;
    const std::vector<int32_t> labels = draw_labels(random, n, k);
    Matrix dy(n, m);
    dy.fill(random);
    Packed sums(table, k, m, layout);
    sums.fill(random);
    for (size_t part = parts; part-- > 0;) {
        table.sum_by_label(sums.panels, dy.data(), dy.ld, labels.data(), n, sums.storage.data(),
                           part, parts);
    }
    for (size_t v = 0; v < k; ++v) {
        for (size_t j = 0; j < m; ++j) {
            float sum = 0.0f;
            for (size_t i = 0; i < n; ++i) {
                if (labels[i] == static_cast<int32_t>(v)) sum += dy.at(i, j);
            }
            check::that(sums.at(v, j) == sum, "sums by label (%zu, %zu) in %zu parts at (%zu, %zu)",
                        k, m, parts, v, j);
        }
    }
    check::that(sums.storage.is_fenced(), "sums by label (%zu, %zu) wrote outside", k, m);
}

}  // namespace

void test_lookup(const KernelTable& table) {
    for (const size_t m : {1, 16, 17, 100, 130}) {
        test_take(table, 23, 9, m);
        test_sums(table, 50, 9, m, 1);
        test_sums(table, 50, 200, m, 1);
        test_sums(table, 50, 200, m, 3);
    }
    for (const size_t m : {size_t{1}, size_t{3}, few_columns(table)}) {
        test_take(table, 23, 90, m, Layout::transposed);
        test_sums(table, 50, 200, m, 1, Layout::transposed);
        test_sums(table, 50, 200, m, 3, Layout::transposed);
    }
}
