// A matrix of weights in every layout, for the tests of kernels that read them.
#pragma once

#include <algorithm>

#include "check.h"

namespace check {

// Panels of every width in turn, or all of one, two or three vectors.
enum class Layout { panels, ones, twos, threes, transposed };

// A (k, m) matrix in column panels, or transposed; pads hold NaN.
struct Packed {
    std::vector<uint32_t> first;
    Matrix storage;  // one row
    pronghorn::Panels panels;

    Packed(const pronghorn::KernelTable& table, size_t k, size_t m, Layout layout = Layout::panels)
        : first(split(table, m, layout)),
          storage(1, layout == Layout::transposed ? m * padded(k) : k * first.back()),
          panels{k, m, static_cast<int>(first.size()) - 1, first.data(),
                 layout == Layout::transposed} {}
    Packed(const Packed& other) : first(other.first), storage(other.storage), panels(other.panels) {
        panels.first_col = first.data();
    }

    static std::vector<uint32_t> split(const pronghorn::KernelTable& table, size_t m,
                                       Layout layout) {
        const uint32_t lanes = static_cast<uint32_t>(table.lanes);
        const uint32_t total = static_cast<uint32_t>((m + lanes - 1) / lanes);
        const uint32_t most = static_cast<uint32_t>(table.panel_vectors);
        if (layout == Layout::transposed) return {0, total * lanes};
        const bool is_mixed = layout == Layout::panels;
        const uint32_t alike = layout == Layout::ones ? 1 : layout == Layout::twos ? 2 : 3;
        std::vector<uint32_t> first = {0};
        for (uint32_t done = 0, width = is_mixed ? most : std::min(most, alike); done < total;) {
            done += std::min(total - done, width);
            first.push_back(done * lanes);
            if (is_mixed) width = width > 1 ? width - 1 : most;
        }
        return first;
    }
    float& at(size_t i, size_t j) {
        if (panels.transposed) return storage.data()[pronghorn::strip_place(panels, i, j)];
        int p = 0;
        while (first[static_cast<size_t>(p) + 1] <= j) ++p;
        const size_t col = first[static_cast<size_t>(p)];
        const size_t width = first[static_cast<size_t>(p) + 1] - col;
        return storage.data()[panels.k * col + i * width + (j - col)];
    }
    void fill(Random& random) {
        for (size_t i = 0; i < panels.k; ++i) {
            for (size_t j = 0; j < panels.m; ++j) at(i, j) = random.between(-1.0f, 1.0f);
        }
    }
    // A place where work on rows may be cut, drawn at random.
    size_t cut_rows(Random& random) const {
        if (!panels.transposed) return random.below(panels.k + 1);
        constexpr size_t kUnit = pronghorn::kPairOfStrips;
        return kUnit * random.below((panels.k + kUnit - 1) / kUnit);
    }
    pronghorn::Operand operand() { return {storage.data(), 1, 1}; }
};

}  // namespace check
