#include "exec/team.h"

namespace pronghorn {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

void add_to(std::atomic<int64_t>& sum, int64_t value) {
    sum.store(sum.load(kRelaxed) + value, kRelaxed);
}

}  // namespace

void Team::meet(int thread) {
    if (threads() == 1) return;
    const int64_t waited = barrier_.wait();
    if (waited > 0) add_to(member(thread).waited, waited);
}

void Team::offer(int thread) {
    Member& own = member(thread);
    ++own.stretch;
    // Nobody looks at the number of the last stretch any more: it is the next one's.
    own.next[(own.stretch + 1) % 2].store(1, kRelaxed);
}

int Team::take(int thread, int pieces) {
    Member& own = member(thread);
    for (int t = 0; t < threads(); ++t) {
        const int owner = (thread + t) % threads();
        std::atomic<int>& next = member(owner).next[own.stretch % 2];
        if (next.load(kRelaxed) >= pieces) continue;
        const int piece = next.fetch_add(1, kRelaxed);
        if (piece >= pieces) continue;
        add_to(t == 0 ? own.kept : own.taken, 1);
        return owner * pieces + piece;
    }
    return -1;
}

Progress Team::progress() const {
    Progress sum;
    for (const Member& one : members_) {
        const int64_t taken = one.taken.load(kRelaxed);
        sum.waited += one.waited.load(kRelaxed);
        sum.offered += one.kept.load(kRelaxed) + taken;
        sum.taken += taken;
    }
    return sum;
}

}  // namespace pronghorn
