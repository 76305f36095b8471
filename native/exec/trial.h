// Whether a plan's steps are quicker with two threads or with one. It hangs on where the system has put
// them, which nobody tells: two virtual processors may be the two threads of one core, share a cache or
// lie far apart, and are moved while a program runs. So runs of two threads try one from time to time,
// and the other way round. Results do not depend on it.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>

#include "exec/balance.h"

namespace pronghorn {

class ThreadTrial {
  public:
    // What is timed at a time; a run may be shorter. Several follow each other, and the quickest counts:
    // the first ones fetch what the other thread had in its cache, and a moment may hold a pause.
    static constexpr auto kWindow = std::chrono::microseconds(500);

    // How many threads the next steps take: 2 or 1.
    int threads() const { return is_trying_ ? 3 - chosen_ : chosen_; }
    // Steps with so many threads took so long.
    void note(int threads, size_t steps, Clock::duration time, Clock::time_point now);

  private:
    static constexpr size_t kWindows = 4;
    // Nanoseconds a step of the last windows.
    struct Windows {
        std::array<double, kWindows> each{};
        size_t count = 0;

        void add(double one) { each[count++ % kWindows] = one; }
        bool are_enough() const { return count >= kWindows; }
        double quickest() const;
    };
    Windows& windows_of(int threads) { return windows_[static_cast<size_t>(threads - 1)]; }
    void decide(Clock::time_point now);

    int chosen_ = 2, wins_ = 0;
    bool is_trying_ = false;
    std::array<Windows, 2> windows_;
    Clock::time_point again_at_, began_, seen_at_;
    Clock::duration pause_{};
};

}  // namespace pronghorn
