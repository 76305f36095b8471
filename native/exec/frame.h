// The steps of a plan made ready for one batch size and thread count: where threads must meet, and
// where the batch's rows must have been found usable.
#pragma once

#include <cstddef>
#include <vector>

#include "exec/step.h"

namespace pronghorn {

// Thread-local state of all steps lies in two frames: whole batches, and the short last one.
inline constexpr int kFrames = 2;

struct Stop {
    bool barrier;  // meet before this step
    int check;     // then look at this refusal cell; -1: none
};

struct Frame {
    Cut cut{0, 0, 0, {}};
    std::vector<Stop> stops;  // one a step, and one for the end of the batch
    int checks = 0;
    // The step that gathers most and the one that brings its next rows in meanwhile: the last of
    // the largest, since what comes earlier is driven out again by the weights that pass through
    // the cache. No such step: the number of all of them.
    size_t gathering, bringing;
};

Frame make_frame(const std::vector<StepPtr>& steps, Cut cut);

}  // namespace pronghorn
