#include "exec/balance.h"

#include <algorithm>
#include <atomic>

namespace pronghorn {

namespace {

// Speeds of cores change within milliseconds where other programs share their units.
constexpr auto kWindow = std::chrono::milliseconds(2);
// The share of their time that threads wait, all together, before pieces pay.
constexpr double kUneven = 0.06;
// The share of pieces that others take below which they do not; then threads wait for another reason
// than their speed, and pieces are tried again after a pause, doubled each time that this happens.
constexpr double kFewTaken = 0.1;
constexpr auto kFirstPause = std::chrono::milliseconds(4);
constexpr auto kLongestPause = std::chrono::milliseconds(256);

std::atomic<Pieces> in_force{Pieces::where_uneven};

}  // namespace

void set_pieces(Pieces pieces) { in_force.store(pieces, std::memory_order_relaxed); }

Pieces pieces_in_force() { return in_force.load(std::memory_order_relaxed); }

void Balance::look(Clock::time_point now, int threads, const Progress& progress) {
    passed_ += now - seen_until_;
    done_.waited += progress.waited - seen_.waited;
    done_.offered += progress.offered - seen_.offered;
    done_.taken += progress.taken - seen_.taken;
    seen_until_ = now;
    seen_ = progress;
    if (passed_ < kWindow) return;
    const auto time = std::chrono::duration<double, std::nano>(passed_).count() * threads;
    const auto waited = static_cast<double>(done_.waited);
    const auto offered = static_cast<double>(done_.offered);
    const auto taken = static_cast<double>(done_.taken);
    passed_ = {};
    done_ = {};
    if (!in_pieces_) {
        in_pieces_ = now >= again_at_ && waited > kUneven * time;
    } else if (taken >= kFewTaken * offered) {
        pause_ = {};
    } else {
        in_pieces_ = false;
        pause_ = std::clamp<Clock::duration>(2 * pause_, kFirstPause, kLongestPause);
        again_at_ = now + pause_;
    }
}

}  // namespace pronghorn
