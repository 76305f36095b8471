#include "core/store.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace pronghorn {

namespace {

// As few panels as hold the vectors; but so many that two or four threads own whole panels, where
// that leaves tiles of a good width: weights and slots then stay in the cache of one core. It does
// not ask how many threads there are: sums over a store follow the layout, and must come out alike.
// Tiles of eight rows are as quick with two vectors as with three. Four rows of two vectors are just
// the additions that are in flight at a time, which costs 5 % of a product and more than a panel
// that two threads share; their panels hold two and a half in the mean, or are as few as can be.
size_t count_panels(size_t vectors, const KernelTable& table) {
    const auto most = static_cast<size_t>(table.panel_vectors);
    const size_t fewest = (vectors + most - 1) / most, even = fewest + fewest % 2;
    if (table.row_block < 8) return 2 * vectors >= 5 * even ? even : fewest;
    const size_t of_four = (fewest + 3) / 4 * 4;
    if (vectors >= 2 * of_four) return of_four;
    return vectors >= 2 * even ? even : fewest;
}

// Of an odd number of vectors, how many a panel in the middle has, with as many others on either side
// of it: two threads take halves of its sums (table.h). None where there is but one panel, nor of so
// many vectors that a thread may as well take one more than the other.
size_t middle_vectors(size_t vectors, const KernelTable& table) {
    if (table.row_block < 8 || vectors % 2 == 0 || vectors < 5 || vectors > 11) return 0;
    return vectors == 5 ? 1 : 3;
}

// Columns of each panel's start: whole vectors, spread evenly.
std::vector<uint32_t> spread_columns(size_t m, const KernelTable& table) {
    const auto lanes = static_cast<size_t>(table.lanes);
    const auto most = static_cast<size_t>(table.panel_vectors);
    const size_t vectors = (m + lanes - 1) / lanes, middle = middle_vectors(vectors, table);
    std::vector<uint32_t> first_col = {0};
    const auto add_panels = [&](size_t of, size_t count) {
        const size_t from = first_col.back();
        for (size_t p = 1; p <= count; ++p) {
            first_col.push_back(static_cast<uint32_t>(from + p * of / count * lanes));
        }
    };
    if (middle == 0) {
        add_panels(vectors, count_panels(vectors, table));
    } else {
        const size_t side = (vectors - middle) / 2, count = (side + most - 1) / most;
        add_panels(side, count);
        add_panels(middle, 1);
        add_panels(side, count);
    }
    return first_col;
}

size_t whole_lines(size_t floats) {
    return (floats + kAlignFloats - 1) / kAlignFloats * kAlignFloats;
}

// Whether rows of the transposed matrix fill vectors so much better than its own that it pays to add
// up the lanes of a product: at least a quarter of what is packed would be pads, and the sums are
// several vectors long. But a matrix may as well be a table of embeddings, and the numbers of one of
// its rows then lie apart. Up to four that costs less than updating the pads does. More numbers in a
// row, or more rows than a layer has inputs, are likely a table, where nine to twelve columns are
// the classes of a network more often.
bool lies_transposed(size_t k, size_t m, const KernelTable& table) {
    const auto lanes = static_cast<size_t>(table.lanes);
    const size_t packed = (m + lanes - 1) / lanes * lanes;
    const bool pays = 4 * m <= 3 * packed && k >= 4 * lanes;
    return pays && (m <= 4 || (m > 8 && m <= few_columns(table) && k <= 1024));
}

}  // namespace

Store::Store(const KernelTable& table, std::vector<size_t> shape)
    : table_(&table), shape_(std::move(shape)) {
    constexpr size_t kMost = std::numeric_limits<uint32_t>::max();
    for (const size_t length : shape_) {
        if (length == 0 || length > kMost || elements_ > (size_t{1} << 40) / length) {
            throw std::invalid_argument(
                "Store: expected lengths of at least 1 and at most 2^40 elements, received a "
                "length of " +
                std::to_string(length) + ". Pass the shape of a real parameter.");
        }
        elements_ *= length;
    }
    k_ = is_matrix() ? shape_[0] : 1;
    m_ = is_matrix() ? shape_[1] : elements_;
    if (m_ > kMost - kAlignFloats * 16) {
        throw std::invalid_argument("Store: expected fewer than 2^32 columns, received " +
                                    std::to_string(m_) + ". Split the parameter.");
    }
    first_col_ = spread_columns(m_, table);
    if (is_matrix() && lies_transposed(k_, m_, table)) transposed_ = true;
    length_ = transposed_ ? m_ * whole_lines(k_) : whole_lines(k_ * first_col_.back());
    memory_ = allocate_zeroed(length_ * sizeof(float));
}

Panels Store::panels() const {
    return {k_, m_, static_cast<int>(first_col_.size()) - 1, first_col_.data(), transposed_};
}

void Store::read(float* out) const {
    if (transposed_) {
        const Panels w = panels();
        for (size_t i = 0; i < k_; ++i) {
            for (size_t j = 0; j < m_; ++j) out[i * m_ + j] = data()[strip_place(w, i, j)];
        }
        return;
    }
    for (size_t p = 0; p + 1 < first_col_.size(); ++p) {
        const size_t start = first_col_[p];
        const size_t width = first_col_[p + 1] - start;
        const size_t real = std::min(first_col_[p + 1] + size_t{0}, m_) - start;
        const float* panel = data() + k_ * start;
        for (size_t i = 0; i < k_; ++i) {
            std::copy_n(panel + i * width, real, out + i * m_ + start);
        }
    }
}

void Store::write(const float* in) {
    if (transposed_) {
        const Panels w = panels();
        for (size_t i = 0; i < k_; ++i) {
            for (size_t j = 0; j < m_; ++j) data()[strip_place(w, i, j)] = in[i * m_ + j];
        }
        return;
    }
    for (size_t p = 0; p + 1 < first_col_.size(); ++p) {
        const size_t start = first_col_[p];
        const size_t width = first_col_[p + 1] - start;
        const size_t real = std::min(first_col_[p + 1] + size_t{0}, m_) - start;
        float* panel = data() + k_ * start;
        for (size_t i = 0; i < k_; ++i) {
            std::copy_n(in + i * m_ + start, real, panel + i * width);
        }
    }
}

void Store::copy_from(const Store& other) {
    if (other.shape_ != shape_) {
        throw std::invalid_argument(
            "Store.copy_from: expected a store of the same shape. Pass one of equal shape.");
    }
    if (other.first_col_ == first_col_ && other.transposed_ == transposed_) {
        std::copy_n(other.data(), length_, data());
        return;
    }
    std::vector<float> plain(elements_);
    other.read(plain.data());
    write(plain.data());
}

void Store::fill(float value) { std::fill_n(data(), length_, value); }

}  // namespace pronghorn
