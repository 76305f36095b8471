// Whether threads find cores to run on. A barrier waits for its slowest thread, so where another
// program holds a core, several threads are slower than one: then runs go on with one thread for a
// while and try again. Results do not depend on the number of threads.
#pragma once

#include <chrono>
#include <cstdint>

namespace pronghorn {

using Clock = std::chrono::steady_clock;

// What one run saw lately: the share of the time that its threads were parked at barriers. A
// thread parks only after spinning, which a team that runs at once does not come to.
class CrowdWatch {
  public:
    explicit CrowdWatch(int threads) : threads_(threads) {}

    // True when a window has ended in which the threads were parked too much.
    bool is_crowded(Clock::time_point now, int64_t parked_nanoseconds);

  private:
    int threads_;
    Clock::time_point window_ = Clock::now();
    int64_t parked_ = 0;
};

// Until when the process's runs keep to one thread.
bool is_single_time(Clock::time_point now);
void report_crowded(Clock::time_point now);
void report_free();

}  // namespace pronghorn
