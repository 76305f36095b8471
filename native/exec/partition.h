// How one step's work is divided among threads, and which memory each thread touches by it.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "kernels/table.h"

namespace pronghorn {

// A batch of n samples on a number of threads; thread t has the samples
// [first_sample[t], first_sample[t + 1]).
struct Cut {
    int slot;  // which of the plan's two frames this is: whole batches, or the short last one
    size_t n;
    int threads;
    std::vector<size_t> first_sample;
};

Cut cut_samples(int slot, size_t n, int threads, size_t row_block);

// Units [first, last) of `units`, as even as they can be. A single unit goes to the last thread:
// the first one also counts the totals.
struct Range {
    size_t first, last;
};
Range share(size_t units, int threads, int thread);

// Items [first, last) where cuts are made only at multiples of `unit`.
Range share_blocks(size_t items, size_t unit, int threads, int thread);

// A rectangle of panels and rows (of the batch, or of the weights).
struct Rect {
    int panel0, panel1;
    size_t row0, row1;
};

// One thread's share of panels x row blocks taken in panel-major order: at most a part of a first
// panel, whole panels and a part of a last one.
struct Rects {
    std::array<Rect, 3> rect;
    int count = 0;
    void add(Rect r) {
        if (r.panel0 < r.panel1 && r.row0 < r.row1) rect[static_cast<size_t>(count++)] = r;
    }
};
Rects share_panels(const Panels& panels, size_t rows, size_t row_block, int threads, int thread);

// Which part of an array a thread touches in a step. Two steps on the same array need no barrier
// between them when their scopes are equal and not `whole`.
struct Scope {
    enum class Kind {
        whole,    // any part
        rows,     // its own samples
        first,    // everything, by the first thread alone
        columns,  // cut at kAlignFloats
        blocks,   // rows of a weight matrix
        panels,   // panels and rows of a weight matrix
        flat,     // a store as one line of floats
        own,      // its own copy of the array
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
