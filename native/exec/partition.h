// How one step's work is divided among threads, and which memory each part of it touches.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "kernels/table.h"

namespace pronghorn {

// A plan has a frame for whole batches and one for the short last one, both cut evenly and in pieces.
inline constexpr int kFrames = 4;

// A batch of n samples cut into parts: one for each thread, or `pieces` of them. Then the first one
// is large, and nobody takes it from its thread; the small ones go to whichever thread is free.
// Cores are not always equally fast (one is of another kind, or shares its units with a neighbour),
// and all wait for the last. A cut may be anywhere between blocks, so results do not depend on it.
// Part p has the samples [first_sample[p], first_sample[p + 1]).
struct Cut {
    int slot;  // which of the plan's frames this is
    size_t n;
    int threads, pieces;
    std::vector<size_t> first_sample;

    int parts() const { return threads * pieces; }
};

Cut cut_samples(int slot, size_t n, int threads, int pieces, size_t row_block);

inline constexpr int kPieces = 4;

// Units [first, last) of a part. A single unit goes to the last part: the first thread also counts
// the totals.
struct Range {
    size_t first, last;
};
Range share(size_t units, const Cut& cut, int part);

// From the beginning of the first of two ranges to the end of the last; empty ones do not count.
inline Range hull(Range a, Range b) {
    if (a.first >= a.last) return b;
    if (b.first >= b.last) return a;
    return {a.first < b.first ? a.first : b.first, a.last > b.last ? a.last : b.last};
}

// Items [first, last) where cuts are made only at multiples of `unit`.
Range share_blocks(size_t items, size_t unit, const Cut& cut, int part);

// Of what each thread does for itself, the range that belongs to a piece.
Range share_own(size_t items, const Cut& cut, int part);

// A rectangle of panels and rows (of the batch, or of the weights).
struct Rect {
    int panel0, panel1;
    size_t row0, row1;
};

// A part of panels x row blocks taken in panel-major order: at most some of a first panel, whole
// panels and some of a last one.
struct Rects {
    std::array<Rect, 3> rect;
    int count = 0;
    void add(Rect r) {
        if (r.panel0 < r.panel1 && r.row0 < r.row1) rect[static_cast<size_t>(count++)] = r;
    }
};
Rects share_panels(const Panels& panels, size_t rows, size_t row_block, const Cut& cut, int part);

// How a forward product is cut. One panel joins the row-wise steps around it. With more rows than
// columns it is cheaper that each thread reads all weights than that it reads all rows.
inline bool is_cut_by_rows(size_t rows, const Panels& panels) {
    return panels.count == 1 || rows >= 2 * panels.m;
}

// What of an array a part of a step touches. Two steps on the same array need no barrier
// between them when their scopes are equal and not `whole`.
struct Scope {
    enum class Kind {
        whole,    // anything
        rows,     // its own samples
        first,    // everything, by the first part alone
        columns,  // cut at kAlignFloats
        blocks,   // rows of a weight matrix
        panels,   // panels and rows of a weight matrix
        halves,   // rows of a weight matrix, see half_steps.h
        flat,     // a store as one line of floats
        own,      // its thread's own copy of the array
    };
    Kind kind;

    bool agrees(const Scope& other) const { return kind != Kind::whole && kind == other.kind; }
};

struct Access {
    const void* array;
    Scope scope;
    bool writes;
};
using Accesses = std::vector<Access>;

}  // namespace pronghorn
