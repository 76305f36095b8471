// The threads of a run: where they meet, and whose pieces nobody has begun.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/pool.h"
#include "exec/balance.h"

namespace pronghorn {

class Team {
  public:
    explicit Team(int threads) : barrier_(threads), members_(static_cast<size_t>(threads)) {}

    int threads() const { return static_cast<int>(members_.size()); }

    void meet(int thread);

    // At the beginning of a stretch whose pieces may be taken; all threads have met since the last
    // one. The first piece of each thread is its own.
    void offer(int thread);
    // The next part that nobody has begun, the thread's own ones first; -1: none is left.
    int take(int thread, int pieces);

    // Since the run began.
    int64_t lost_nanoseconds() const { return barrier_.lost_nanoseconds(); }
    Progress progress() const;

  private:
    struct alignas(64) Member {
        // Its next piece, by parity of the stretch: a thread may be in the next stretch while another
        // still looks at this one's.
        std::atomic<int> next[2] = {1, 1};
        size_t stretch = 0;
        // Only the member itself counts, see Progress.
        std::atomic<int64_t> waited{0}, kept{0}, taken{0};
    };

    Member& member(int thread) { return members_[static_cast<size_t>(thread)]; }

    Barrier barrier_;
    std::vector<Member> members_;
};

}  // namespace pronghorn
