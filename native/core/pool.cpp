#include "core/pool.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <system_error>
#include <utility>

#if defined(__linux__)
#include <sched.h>
#endif
#if defined(__unix__) || defined(__APPLE__)
#include <csignal>

#include <pthread.h>
#endif

namespace pronghorn {

namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

// On a virtual machine a parked thread takes 30 to 200 microseconds to wake. Where others give up
// waiting for it meanwhile, they park in turn, and a step spends its time in waking.
constexpr nanoseconds kBarrierSpin = microseconds(500);
// Between two runs: as long as a caller takes that makes a step or a short epoch a call.
constexpr nanoseconds kIdleSpin = microseconds(500);
// What threads that all have a core wait for each other, at most: their shares are not quite even.
constexpr nanoseconds kEvenWait = microseconds(50);
constexpr int kRoundsPerClock = 64;

inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

std::atomic<Pool*> the_pool{nullptr};

#if defined(__unix__) || defined(__APPLE__)
// The child has none of the parent's threads: it leaves their records and starts anew.
void forget_pool() { the_pool.store(nullptr, std::memory_order_relaxed); }
#endif

}  // namespace

int hardware_threads() {
#if defined(__linux__)
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof(set), &set) == 0) return std::max(1, CPU_COUNT(&set));
#endif
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

nanoseconds barrier_spin(int threads) {
    // One thread waits for nobody, and asking the system takes a while.
    if (threads == 1) return nanoseconds(0);
    return threads <= hardware_threads() ? kBarrierSpin : nanoseconds(0);
}

int64_t wait_change(const std::atomic<uint32_t>& cell, uint32_t seen, nanoseconds spin) {
    steady_clock::time_point began{}, now{};
    const auto waited = [&] {
        return std::chrono::duration_cast<nanoseconds>(now - began).count();
    };
    do {
        for (int i = 0; i < kRoundsPerClock; ++i) {
            if (cell.load(std::memory_order_acquire) != seen) return waited();
            relax();
        }
        now = steady_clock::now();
        if (began == steady_clock::time_point{}) began = now;
    } while (now - began < spin);
    while (cell.load(std::memory_order_acquire) == seen) {
        cell.wait(seen, std::memory_order_acquire);
    }
    now = steady_clock::now();
    return waited();
}

int64_t Barrier::wait() {
    const uint32_t phase = phase_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == threads_) {
        arrived_.store(0, std::memory_order_relaxed);
        phase_.store(phase + 1, std::memory_order_release);
        phase_.notify_all();
        return 0;
    }
    const int64_t waited = wait_change(phase_, phase, spin_);
    const int64_t lost = waited - kEvenWait.count();
    if (lost > 0) lost_.fetch_add(lost, std::memory_order_relaxed);
    return waited;
}

Pool* Pool::acquire() {
#if defined(__unix__) || defined(__APPLE__)
    static std::once_flag registered;
    std::call_once(registered, [] { pthread_atfork(nullptr, nullptr, forget_pool); });
#endif
    Pool* pool = the_pool.load(std::memory_order_acquire);
    if (pool == nullptr) {
        // Never freed: its threads may outlive every static object.
        auto* fresh = new Pool;
        if (the_pool.compare_exchange_strong(pool, fresh)) {
            pool = fresh;
        } else {
            delete fresh;
        }
    }
    bool expected = false;
    return pool->owned_.compare_exchange_strong(expected, true, std::memory_order_acquire)
               ? pool
               : nullptr;
}

void Pool::release() { owned_.store(false, std::memory_order_release); }

int Pool::reserve(int threads) {
    while (static_cast<int>(workers_.size()) + 1 < threads) {
        auto fresh = std::make_unique<Worker>();
        const int thread = static_cast<int>(workers_.size()) + 1;
        try {
            fresh->thread =
                std::thread([this, &worker = *fresh, thread] { serve(worker, thread); });
        } catch (const std::system_error&) {
            break;
        }
        fresh->thread.detach();
        workers_.push_back(std::move(fresh));
    }
    return std::min(threads, static_cast<int>(workers_.size()) + 1);
}

void Pool::run(int threads, Work work, void* context) {
    work_ = work;
    context_ = context;
    spin_ = barrier_spin(threads);
    running_.store(static_cast<uint32_t>(threads - 1), std::memory_order_relaxed);
    for (int t = 1; t < threads; ++t) {
        std::atomic<uint32_t>& ticket = workers_[static_cast<size_t>(t - 1)]->ticket;
        ticket.fetch_add(1, std::memory_order_release);
        ticket.notify_one();
    }
    work(context, 0);
    for (;;) {
        const uint32_t left = running_.load(std::memory_order_acquire);
        if (left == 0) return;
        wait_change(running_, left, spin_);
    }
}

void Pool::serve(Worker& worker, int thread) {
#if defined(__unix__) || defined(__APPLE__)
    // Signals belong to the program's own threads.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
#endif
    for (uint32_t seen = 0;;) {
        wait_change(worker.ticket, seen, kIdleSpin);
        ++seen;
        work_(context_, thread);
        if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1) running_.notify_one();
    }
}

}  // namespace pronghorn
