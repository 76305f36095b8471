#include "exec/trial.h"

#include <algorithm>

namespace pronghorn {

namespace {

// By how much the other number of threads must be quicker: less is noise, and each change costs
// caches.
constexpr double kGain = 0.85;
// In so many trials on end.
constexpr int kWins = 2;
// A trial that changes nothing takes a fiftieth of the time at most.
constexpr int kRarely = 50;
// So long after a pause a processor may still be on the way to its clock: what is timed then seems
// quicker than what was timed before it.
constexpr auto kRest = std::chrono::milliseconds(10), kWarmUp = std::chrono::milliseconds(100);
constexpr auto kFirstPause = std::chrono::milliseconds(100);
constexpr auto kLongestPause = std::chrono::milliseconds(400);
// Steps beyond are large: two threads lose little then where they share a core, and a trial is dear.
constexpr double kLongestStep = 2e6;

}  // namespace

double ThreadTrial::Windows::quickest() const {
    return *std::min_element(each.begin(), each.end());
}

void ThreadTrial::note(int threads, size_t steps, Clock::duration time, Clock::time_point now) {
    if (now - time - seen_at_ > kRest) {
        is_trying_ = false;
        windows_ = {};
        again_at_ = std::max(again_at_, now + kWarmUp);
    }
    seen_at_ = now;
    if (steps == 0 || threads != this->threads()) return;
    const auto nanoseconds = std::chrono::duration<double, std::nano>(time).count();
    Windows& windows = windows_of(threads);
    windows.add(nanoseconds / static_cast<double>(steps));
    if (!windows.are_enough()) return;
    if (is_trying_) {
        decide(now);
    } else if (now >= again_at_ && windows.quickest() < kLongestStep) {
        is_trying_ = true;
        began_ = now;
        windows_of(this->threads()) = {};
    }
}

void ThreadTrial::decide(Clock::time_point now) {
    const double before = windows_of(chosen_).quickest(), tried = windows_of(threads()).quickest();
    is_trying_ = false;
    const bool wins = tried < kGain * before;
    wins_ = wins ? wins_ + 1 : 0;
    if (wins_ == kWins) {
        chosen_ = 3 - chosen_;
        wins_ = 0;
        pause_ = kFirstPause;
    } else if (!wins) {
        pause_ = std::clamp<Clock::duration>(2 * pause_, kFirstPause, kLongestPause);
    }
    pause_ = std::max<Clock::duration>(pause_, kRarely * (now - began_));
    again_at_ = wins_ > 0 ? now : now + pause_;
    windows_of(chosen_) = {};
}

}  // namespace pronghorn
