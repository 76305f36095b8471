// Whether threads find cores to run on. A barrier waits for its slowest thread, so where another
// program holds a core, several threads are slower than one: then runs go on with one thread for a
// while and try again. Results do not depend on the number of threads.
#pragma once

#include <cstdint>

#include "exec/balance.h"

namespace pronghorn {

// What the runs of several threads saw lately: the share of their time that threads lost at barriers
// (pool.h). Windows of time go on from run to run, since a run may be a single step.
class CrowdWatch {
  public:
    void begin_run(Clock::time_point now, int threads);

    // True when a window has ended in which the threads lost too much; `lost_nanoseconds` counts
    // from the beginning of the run.
    bool is_crowded(Clock::time_point now, int64_t lost_nanoseconds);

  private:
    int threads_ = 1;
    Clock::time_point seen_until_;
    int64_t seen_lost_ = 0;
    // In this window so far: the time of runs, and what its waiting threads could lose and lost.
    int64_t passed_ = 0, able_ = 0, lost_ = 0;
};

// Until when the process's runs keep to one thread.
bool is_single_time(Clock::time_point now);
void report_crowded(Clock::time_point now);
void report_free();

}  // namespace pronghorn
