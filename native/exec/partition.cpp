#include "exec/partition.h"

#include <algorithm>

namespace pronghorn {

Range share(size_t units, int threads, int thread) {
    const auto t = static_cast<size_t>(thread);
    const auto all = static_cast<size_t>(threads);
    return {units * t / all, units * (t + 1) / all};
}

Range share_blocks(size_t items, size_t unit, int threads, int thread) {
    const Range units = share((items + unit - 1) / unit, threads, thread);
    return {std::min(units.first * unit, items), std::min(units.last * unit, items)};
}

Cut cut_samples(int slot, size_t n, int threads, size_t row_block) {
    Cut cut{slot, n, threads, {}};
    for (int t = 0; t < threads; ++t) {
        cut.first_sample.push_back(share_blocks(n, row_block, threads, t).first);
    }
    cut.first_sample.push_back(n);
    return cut;
}

namespace {

// A place in the panel-major order of blocks.
struct Place {
    size_t panel, block;
};

// The share of a thread's work that may go to its neighbour so that no panel is cut: a cut panel
// is read by both, half of it out of the other core's cache.
constexpr double kSnap = 0.08;

// The place where `part` of `parts` equal amounts of work begins; panels weigh by their width.
Place place_at(const Panels& panels, size_t blocks, size_t part, size_t parts) {
    const auto count = static_cast<size_t>(panels.count);
    const size_t target = blocks * panels.first_col[count] * part / parts;
    for (size_t p = 0; p < count; ++p) {
        if (target >= blocks * panels.first_col[p + 1]) continue;
        const size_t width = panels.first_col[p + 1] - panels.first_col[p];
        const auto slack =
            static_cast<size_t>(kSnap * static_cast<double>(blocks * panels.first_col[count]) /
                                static_cast<double>(parts));
        if (target - blocks * panels.first_col[p] <= slack) return {p, 0};
        if (blocks * panels.first_col[p + 1] - target <= slack) return {p + 1, 0};
        const size_t block = (target - blocks * panels.first_col[p] + width / 2) / width;
        return block < blocks ? Place{p, block} : Place{p + 1, 0};
    }
    return {count, 0};
}

}  // namespace

Rects share_panels(const Panels& panels, size_t rows, size_t row_block, int threads, int thread) {
    const size_t blocks = (rows + row_block - 1) / row_block;
    const auto parts = static_cast<size_t>(threads);
    const Place from = place_at(panels, blocks, static_cast<size_t>(thread), parts);
    const Place to = place_at(panels, blocks, static_cast<size_t>(thread) + 1, parts);
    const auto row = [&](size_t block) { return std::min(block * row_block, rows); };
    const int first = static_cast<int>(from.panel);
    const int last = static_cast<int>(to.panel);
    Rects rects;
    if (first == last) {
        rects.add({first, first + 1, row(from.block), row(to.block)});
        return rects;
    }
    const int whole = from.block == 0 ? first : first + 1;
    if (whole > first) rects.add({first, first + 1, row(from.block), rows});
    rects.add({whole, last, 0, rows});
    if (to.block > 0) rects.add({last, last + 1, 0, row(to.block)});
    return rects;
}

}  // namespace pronghorn
