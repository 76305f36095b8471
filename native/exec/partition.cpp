#include "exec/partition.h"

#include <algorithm>

namespace pronghorn {

namespace {

// Where the pieces of a thread begin, in parts of kWhole. A core of half the speed of another one
// ends its first piece when that one has done all of its own; one of a third gives away the rest.
constexpr size_t kWhole = 100;
constexpr size_t kBegins[kPieces] = {0, 50, 68, 84};

// In parts of kWhole; the end of a thread's last piece is where the next thread's first one begins.
size_t piece_begin(int piece, int pieces) { return piece == pieces ? kWhole : kBegins[piece]; }

// Where a part of `units` begins.
size_t part_begin(size_t units, const Cut& cut, int part) {
    const auto thread = static_cast<size_t>(part / cut.pieces);
    const size_t within = piece_begin(part % cut.pieces, cut.pieces);
    return units * (thread * kWhole + within) / (static_cast<size_t>(cut.threads) * kWhole);
}

}  // namespace

Range share(size_t units, const Cut& cut, int part) {
    return {part_begin(units, cut, part), part_begin(units, cut, part + 1)};
}

Range share_blocks(size_t items, size_t unit, const Cut& cut, int part) {
    const Range units = share((items + unit - 1) / unit, cut, part);
    return {std::min(units.first * unit, items), std::min(units.last * unit, items)};
}

Range share_own(size_t items, const Cut& cut, int part) {
    const int piece = part % cut.pieces;
    return {items * piece_begin(piece, cut.pieces) / kWhole,
            items * piece_begin(piece + 1, cut.pieces) / kWhole};
}

Cut cut_samples(int slot, size_t n, int threads, int pieces, size_t row_block) {
    Cut cut{slot, n, threads, pieces, {}};
    for (int part = 0; part < cut.parts(); ++part) {
        cut.first_sample.push_back(share_blocks(n, row_block, cut, part).first);
    }
    cut.first_sample.push_back(n);
    return cut;
}

namespace {

// A place in the panel-major order of blocks.
struct Place {
    size_t panel, block;
};

// How much of a part may go to its neighbour so that no panel is cut: a cut panel is read by both,
// half of it out of the other core's cache.
constexpr double kSnap = 0.08;

// The place where a part begins; panels weigh by their width.
Place place_at(const Panels& panels, size_t blocks, const Cut& cut, int part) {
    const auto count = static_cast<size_t>(panels.count);
    const size_t target = part_begin(blocks * panels.first_col[count], cut, part);
    for (size_t p = 0; p < count; ++p) {
        if (target >= blocks * panels.first_col[p + 1]) continue;
        const size_t width = panels.first_col[p + 1] - panels.first_col[p];
        const auto slack = static_cast<size_t>(
            kSnap * static_cast<double>(blocks * panels.first_col[count]) / cut.parts());
        if (target - blocks * panels.first_col[p] <= slack) return {p, 0};
        if (blocks * panels.first_col[p + 1] - target <= slack) return {p + 1, 0};
        const size_t block = (target - blocks * panels.first_col[p] + width / 2) / width;
        return block < blocks ? Place{p, block} : Place{p + 1, 0};
    }
    return {count, 0};
}

}  // namespace

Rects share_panels(const Panels& panels, size_t rows, size_t row_block, const Cut& cut, int part) {
    const size_t blocks = (rows + row_block - 1) / row_block;
    const Place from = place_at(panels, blocks, cut, part);
    const Place to = place_at(panels, blocks, cut, part + 1);
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
