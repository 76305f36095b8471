// Threads that run one function together, and the barrier they meet at. A waiting thread spins for
// a moment, because the next piece of work usually comes within microseconds, and then parks: to
// wake it takes as long as a small step.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace pronghorn {

// Cores this process may use (its affinity mask where the system has one).
int hardware_threads();

// Wait until `cell` differs from `seen`, spinning for about `spin` before parking; returns the
// nanoseconds that took, 0 where it took less than about one microsecond.
int64_t wait_change(const std::atomic<uint32_t>& cell, uint32_t seen,
                    std::chrono::nanoseconds spin);

// How long a thread of so many spins at a barrier; no time of note where they outnumber cores.
std::chrono::nanoseconds barrier_spin(int threads);

class Barrier {
  public:
    explicit Barrier(int threads) : threads_(threads), spin_(barrier_spin(threads)) {}
    // Returns the nanoseconds that this thread waited, as wait_change() does.
    int64_t wait();

    // Time that threads have lost here, all together: what those with a core each do not wait.
    int64_t lost_nanoseconds() const { return lost_.load(std::memory_order_relaxed); }

  private:
    const int threads_;
    const std::chrono::nanoseconds spin_;
    alignas(64) std::atomic<int> arrived_{0};
    alignas(64) std::atomic<uint32_t> phase_{0};
    std::atomic<int64_t> lost_{0};
};

class Pool {
  public:
    using Work = void (*)(void* context, int thread);

    // The process's pool, owned by the caller until release(); null while another run owns it.
    // After fork() the child gets a fresh one, since threads do not follow.
    static Pool* acquire();
    void release();

    // Have `threads` ready; returns how many there are, fewer where the system refuses more.
    int reserve(int threads);

    // Call work(context, t) for t in [0, threads), t = 0 on this thread; returns when all are done.
    // At most as many as reserve() gave.
    void run(int threads, Work work, void* context);

  private:
    struct alignas(64) Worker {
        std::atomic<uint32_t> ticket{0};
        std::thread thread;
    };

    Pool() = default;
    void serve(Worker& worker, int thread);

    std::atomic<bool> owned_{false};
    std::vector<std::unique_ptr<Worker>> workers_;
    Work work_ = nullptr;
    void* context_ = nullptr;
    std::chrono::nanoseconds spin_{0};
    alignas(64) std::atomic<uint32_t> running_{0};
};

}  // namespace pronghorn
