// Steps at the border of a batch: rows in, numbers out.
#pragma once

#include "exec/step.h"

namespace pronghorn {

// `order` is the step's place in the plan: of two refusals the earlier step's is reported.
StepPtr make_gather(const KernelTable& table, size_t order, size_t source, const Buffer& out,
                    float scale, float offset);
StepPtr make_gather_labels(const KernelTable& table, size_t order, size_t source, const Buffer& out,
                           int classes);
StepPtr make_total(const Buffer& x, int accumulator);
StepPtr make_count(float each, int accumulator);
StepPtr make_tally(const Buffer& x, int first);
StepPtr make_guard(int accumulator);
StepPtr make_emit(const Buffer& x, size_t output);

}  // namespace pronghorn
