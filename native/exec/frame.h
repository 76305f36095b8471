// The steps of a plan made ready for one batch size and thread count: where threads must meet, where
// the batch's rows must have been found usable, and whose parts others may take.
#pragma once

#include <cstddef>
#include <vector>

#include "exec/step.h"

namespace pronghorn {

struct Stop {
    bool barrier;     // meet before this step
    int check;        // then look at this refusal cell; -1: none
    bool is_divided;  // whether the step's parts are parts of the work
};

// What is between two barriers: the stops [first, last). A part goes through all of it.
struct Stretch {
    size_t first, last;
    int checks;     // made before it
    bool is_taken;  // whether other threads take parts of it
};

struct Frame {
    Cut cut{0, 0, 0, 0, {}};
    std::vector<Stop> stops;  // one a step, and one for the end of the batch
    std::vector<Stretch> stretches;
    int checks = 0;
    // The step that gathers most and the one that brings its next rows in meanwhile: the last of
    // the largest, since what comes earlier is driven out again by the weights that pass through
    // the cache. No such step: the number of all of them.
    size_t gathering, bringing;
};

// The operations of a batch, all steps together.
size_t count_work(const std::vector<StepPtr>& steps, size_t n);

// Operations of a batch for each thread from which on cutting it in pieces may pay.
inline constexpr size_t kWorkInPieces = 3'000'000;

Frame make_frame(const std::vector<StepPtr>& steps, Cut cut);

}  // namespace pronghorn
