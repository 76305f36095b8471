// Whether the batches of a plan are cut in pieces (partition.h), which the faster threads take from
// the slower ones. Pieces cost a few percent, since each reads again what parts have in common; so
// batches are cut evenly until threads wait for each other.
#pragma once

#include <chrono>
#include <cstdint>

namespace pronghorn {

using Clock = std::chrono::steady_clock;

// For a whole process; every setting gives the same results.
enum class Pieces { where_uneven, always, never };
void set_pieces(Pieces pieces);
Pieces pieces_in_force();

// What all threads of a run have done so far.
struct Progress {
    int64_t waited = 0;   // nanoseconds at barriers
    int64_t offered = 0;  // pieces that others could take
    int64_t taken = 0;    // pieces that others took
};

class Balance {
  public:
    // Windows of time go on from run to run, since a run may be a single batch.
    void begin_run(Clock::time_point now) {
        seen_until_ = now;
        seen_ = {};
    }
    // At the end of a batch; `progress` counts from the beginning of the run.
    void look(Clock::time_point now, int threads, const Progress& progress);

    bool is_in_pieces() const { return in_pieces_; }

  private:
    bool in_pieces_ = false;
    Clock::duration pause_{};
    Clock::time_point seen_until_, again_at_;
    Progress seen_;
    // In this window so far.
    Clock::duration passed_{};
    Progress done_;
};

}  // namespace pronghorn
