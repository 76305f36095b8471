#include "exec/frame.h"

#include <algorithm>
#include <utility>

namespace pronghorn {

namespace {

bool conflicts(const Accesses& before, const Accesses& now) {
    for (const Access& a : before) {
        for (const Access& b : now) {
            if (a.array == b.array && (a.writes || b.writes) && !a.scope.agrees(b.scope)) {
                return true;
            }
        }
    }
    return false;
}

// Operations of a stretch for each thread from which on others take pieces of it: asking costs a
// fetch from another core's cache. (Of a batch without so much work all stretches are alike.)
constexpr size_t kTakenWork = 300'000;

// The last of the steps with most work among those of which `is_one` holds.
size_t largest(const std::vector<StepPtr>& steps, bool (Step::*is_one)() const, size_t n) {
    size_t found = steps.size(), most = 0;
    for (size_t i = 0; i < steps.size(); ++i) {
        const Step& step = *steps[i];
        if (!(step.*is_one)() || step.work(n) < most) continue;
        found = i;
        most = step.work(n);
    }
    return found;
}

}  // namespace

size_t count_work(const std::vector<StepPtr>& steps, size_t n) {
    size_t work = 0;
    for (const StepPtr& step : steps) work += step->work(n);
    return work;
}

Frame make_frame(const std::vector<StepPtr>& steps, Cut cut) {
    Frame frame;
    Accesses since;          // since the last barrier; one always opens the batch
    bool unchecked = false;  // rows were taken whose check is still to come
    bool unmet = false;      // and no barrier has been passed since
    const auto stop_before = [&](bool meet, bool effect, bool divided) {
        const bool check = unchecked && effect;
        const bool barrier = meet || (check && unmet);
        if (frame.stops.empty() || barrier) {
            frame.stretches.push_back({frame.stops.size(), 0, frame.checks, false});
        }
        frame.stops.push_back({barrier, check ? frame.checks++ : -1, divided});
        frame.stretches.back().last = frame.stops.size();
        if (barrier) since.clear();
        if (barrier) unmet = false;
        if (check) unchecked = false;
    };
    for (const StepPtr& step : steps) {
        step->prepare(cut);
        Accesses now;
        step->list_accesses(now);
        stop_before(conflicts(since, now), step->has_effect(), step->is_divided());
        since.insert(since.end(), now.begin(), now.end());
        if (step->may_refuse()) unchecked = unmet = true;
    }
    stop_before(false, true, true);
    const auto threads = static_cast<size_t>(cut.threads);
    const bool is_small = count_work(steps, cut.n) < kWorkInPieces * threads;
    for (Stretch& stretch : frame.stretches) {
        size_t work = 0;
        for (size_t i = stretch.first; i < std::min(stretch.last, steps.size()); ++i) {
            if (frame.stops[i].is_divided) work += steps[i]->work(cut.n);
        }
        stretch.is_taken = cut.pieces > 1 && (is_small || work >= kTakenWork * threads);
    }
    frame.gathering = largest(steps, &Step::gathers, cut.n);
    frame.bringing = largest(steps, &Step::brings_rows, cut.n);
    frame.cut = std::move(cut);
    return frame;
}

}  // namespace pronghorn
