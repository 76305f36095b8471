#include "exec/balance.h"

#include <atomic>

namespace pronghorn {

namespace {

// Speeds of cores change within milliseconds where other programs share their units.
constexpr auto kWindow = std::chrono::milliseconds(2);
// The share of their time that threads wait, all together, before pieces pay.
constexpr double kUneven = 0.06;
// The share of pieces that others take below which they do not.
constexpr double kFewTaken = 0.1;

std::atomic<Pieces> in_force{Pieces::where_uneven};

}  // namespace

void set_pieces(Pieces pieces) { in_force.store(pieces, std::memory_order_relaxed); }

Pieces pieces_in_force() { return in_force.load(std::memory_order_relaxed); }

void Balance::look(Clock::time_point now, int threads, const Progress& progress) {
    const auto passed = now - seen_until_;
    if (passed < kWindow) return;
    const auto time = std::chrono::duration<double, std::nano>(passed).count() * threads;
    const auto waited = static_cast<double>(progress.waited - seen_.waited);
    const auto offered = static_cast<double>(progress.offered - seen_.offered);
    const auto taken = static_cast<double>(progress.taken - seen_.taken);
    in_pieces_ = in_pieces_ ? taken >= kFewTaken * offered : waited > kUneven * time;
    seen_until_ = now;
    seen_ = progress;
}

}  // namespace pronghorn
