#include "exec/crowd.h"

#include <algorithm>
#include <atomic>

namespace pronghorn {

namespace {

using std::chrono::nanoseconds;

// Long enough that one time slice of another program does not fill it, short beside an epoch.
constexpr int64_t kWindowNanoseconds = 20'000'000;
// With this share of a thread's time lost, one of two threads alone is about as fast.
constexpr double kLostShare = 0.4;
constexpr int64_t kFirstPause = 40;  // milliseconds; doubled while it stays crowded
constexpr int64_t kLongestPause = 1600;

std::atomic<int64_t> single_until{0};  // nanoseconds of the clock
std::atomic<int64_t> pause{kFirstPause};

int64_t to_nanoseconds(Clock::time_point time) {
    return std::chrono::duration_cast<nanoseconds>(time.time_since_epoch()).count();
}

}  // namespace

void CrowdWatch::begin_run(Clock::time_point now, int threads) {
    threads_ = threads;
    seen_until_ = now;
    seen_lost_ = 0;
}

bool CrowdWatch::is_crowded(Clock::time_point now, int64_t lost_nanoseconds) {
    const int64_t passed = std::chrono::duration_cast<nanoseconds>(now - seen_until_).count();
    passed_ += passed;
    able_ += (threads_ - 1) * passed;
    lost_ += lost_nanoseconds - seen_lost_;
    seen_until_ = now;
    seen_lost_ = lost_nanoseconds;
    if (passed_ < kWindowNanoseconds) return false;
    const bool crowded = static_cast<double>(lost_) > kLostShare * static_cast<double>(able_);
    passed_ = able_ = lost_ = 0;
    if (!crowded) report_free();
    return crowded;
}

bool is_single_time(Clock::time_point now) {
    return to_nanoseconds(now) < single_until.load(std::memory_order_relaxed);
}

void report_crowded(Clock::time_point now) {
    const int64_t length = pause.load(std::memory_order_relaxed);
    single_until.store(to_nanoseconds(now) + length * 1'000'000, std::memory_order_relaxed);
    pause.store(std::min(2 * length, kLongestPause), std::memory_order_relaxed);
}

void report_free() { pause.store(kFirstPause, std::memory_order_relaxed); }

}  // namespace pronghorn
