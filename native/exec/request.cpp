// What a run asks for, measured against its plan before anything is changed.

#include <algorithm>

#include "exec/plan.h"
#include "exec/refuse.h"

namespace pronghorn {

void Plan::verify(const RunRequest& request) const {
    const auto number = [](auto value) { return std::to_string(value); };
    const size_t count = request.index.size();
    if (request.batch == 0 || request.batch > max_rows_) {
        refuse("run", "a batch of 1 to " + number(max_rows_) + " samples (the plan's max_rows)",
               number(request.batch), "Make a plan for the larger batch.");
    }
    const auto [low, high] = std::minmax_element(request.index.begin(), request.index.end());
    for (size_t s = 0; s < source_elements_.size(); ++s) {
        if (source_elements_[s] == 0) continue;
        if (s >= request.sources.size()) {
            refuse("run", "at least " + number(source_elements_.size()) + " sources",
                   number(request.sources.size()), "Pass one array for each number gathered.");
        }
        const Source& source = request.sources[s];
        if (source.row_elements != source_elements_[s]) {
            refuse("run",
                   "source " + number(s) + " of " + number(source_elements_[s]) +
                       " elements a row (what the plan gathers)",
                   number(source.row_elements), "Pass rows of the plan's shape.");
        }
        if (count > 0 && (*low < 0 || static_cast<uint64_t>(*high) >= source.rows)) {
            refuse("run",
                   "an index within the " + number(source.rows) + " rows of source " + number(s),
                   number(*low < 0 ? *low : *high), "Pass row numbers of the data.");
        }
    }
    const size_t steps = (count + request.batch - 1) / request.batch;
    if (scalar_columns_ > 0 &&
        (request.scalar_rows < steps || request.scalar_columns < scalar_columns_)) {
        refuse("run",
               "scalars of shape " + describe_shape({steps, scalar_columns_}) +
                   " (steps, those the formulas use)",
               describe_shape({request.scalar_rows, request.scalar_columns}),
               "Pass one row a step.");
    }
    for (size_t o = 0; o < output_elements_.size(); ++o) {
        if (output_elements_[o] == 0) continue;
        const size_t given = o < request.outputs.size() ? request.output_elements[o] : 0;
        if (given != count * output_elements_[o]) {
            refuse("run",
                   "output " + number(o) + " of " + number(count * output_elements_[o]) +
                       " elements (rows of the index times the plan's columns)",
                   number(given), "Pass an array for the whole index.");
        }
    }
    for (const int threads : {request.threads, request.limit}) {
        if (threads >= 0) continue;
        refuse("run", "0 or more threads", number(threads), "Pass 0 to have them chosen.");
    }
}

}  // namespace pronghorn
