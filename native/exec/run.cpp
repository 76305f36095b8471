// Many batches in one call: every thread runs the whole loop over batches and steps, and they meet
// only where one needs what another made.

#include <chrono>
#include <memory>
#include <utility>

#include "core/pool.h"
#include "exec/crowd.h"
#include "exec/float_mode.h"
#include "exec/plan.h"
#include "exec/team.h"

namespace pronghorn {

namespace {

// Operations of a step for each thread. A step of 784-10 with batch 32 (1.1 million) gained 15 % from
// a second thread on cores that share a cache, and took twice as long on cores that do not.
constexpr size_t kWorkPerThread = 1'000'000;
// From how many on two threads pay where the products are in halves.
constexpr size_t kWorkOfHalves = 800'000;
constexpr int kMostThreads = 256;

constexpr auto kPollInterval = std::chrono::milliseconds(50);
// Asking the clock costs as much as a small step.
constexpr size_t kSmallStep = 1'000'000;
constexpr size_t kSmallStepsPerClock = 16;

// Adds the time since it was looked at last to a place of a profile, where there is one.
template <bool kRuns>
class Stopwatch {
  public:
    void add_to(Worker& worker, size_t step, int64_t StepTime::* part) noexcept {
        if constexpr (kRuns) {
            const auto now = Clock::now();
            const auto passed = std::chrono::duration_cast<std::chrono::nanoseconds>(now - seen_);
            worker.times[step].*part += passed.count();
            seen_ = now;
        }
    }

  private:
    Clock::time_point seen_ = kRuns ? Clock::now() : Clock::time_point{};
};

}  // namespace

class Plan::Execution {
  public:
    // Starts at batch `first` with `threads` of the `most` that it may have. With `shares` it may end
    // early because another number is due, for the sake of other programs or of a trial.
    Execution(Plan& plan, const RunRequest& request, int threads, int most, size_t first,
              bool shares)
        : plan_(plan),
          request_(request),
          run_{request.sources,        request.index, request.batch, request.scalars,
               request.scalar_columns, request.step,  request.seed,  request.outputs},
          whole_(request.index.size() / request.batch),
          rest_(request.index.size() % request.batch),
          first_(first),
          window_first_(first),
          threads_(threads),
          most_(most),
          shares_(shares),
          team_(threads),
          cells_(count_checks(plan)),
          refusals_(std::make_unique<std::atomic<uint64_t>[]>(2 * cells_)) {
        for (size_t i = 0; i < 2 * cells_; ++i) refusals_[i].store(Refusal::kNone);
        const size_t work = count_work(plan.steps_, request.batch);
        clock_mask_ = work < kSmallStep ? kSmallStepsPerClock - 1 : 0;
        if (shares_ && threads_ > 1) watch_.begin_run(polled_, threads_);
        plan_.balance_.begin_run(polled_);
        for (auto& mode : in_pieces_) mode.store(is_in_pieces());
    }

    static void enter(void* execution, int thread) {
        auto* self = static_cast<Execution*>(execution);
        // A clock that nobody reads would cost a small step a tenth of itself.
        if (self->request_.profiled) {
            self->loop<true>(thread);
        } else {
            self->loop<false>(thread);
        }
    }

    const Outcome& outcome() const { return outcome_; }
    bool ended_early() const { return ended_early_; }
    // A run that was shorter than a window of the trial is one.
    void note_short_run() {
        if (window_first_ == first_) end_window(Clock::now(), outcome_.steps);
    }

  private:
    // The stretch of a batch that parts are of.
    struct PartsOf {
        const Frame& frame;
        const Stretch& stretch;
        size_t iteration;
    };

    static size_t count_checks(const Plan& plan) {
        int most = 0;
        for (const Frame& frame : plan.frames_) most = std::max(most, frame.checks);
        return static_cast<size_t>(most) + 1;
    }

    // Of the process: the run that owns the pool is the only one that looks.
    static inline CrowdWatch watch_;

    template <bool kProfiled>
    void loop(int thread) noexcept {
        const FloatMode mode;
        Worker& worker = plan_.workers_[static_cast<size_t>(thread)];
        const size_t steps = whole_ + (rest_ > 0 ? 1 : 0);
        const size_t end = plan_.steps_.size();
        Stopwatch<kProfiled> watch;
        for (size_t it = first_; it < steps; ++it) {
            if (it > first_) {
                team_.meet(thread);
                watch.add_to(worker, end, &StepTime::waiting);
                if (stop_[(it - 1) % 2].load(std::memory_order_relaxed)) return;
            }
            if (!run_batch(worker, it, watch)) return;
            if (thread == 0) finish_batch(worker, it);
            watch.add_to(worker, end, &StepTime::working);
        }
    }

    template <bool kProfiled>
    bool run_batch(Worker& worker, size_t it, Stopwatch<kProfiled>& watch) noexcept {
        const bool in_pieces = in_pieces_[it % 2].load(std::memory_order_relaxed);
        const Frame& frame = plan_.frames_[frame_of(it < whole_, in_pieces)];
        worker.iteration = it;
        worker.cut = &frame.cut;
        worker.ahead = {};
        for (double& contribution : worker.contributions) contribution = 0.0;
        for (const Stretch& stretch : frame.stretches) {
            if (frame.stops[stretch.first].barrier) team_.meet(worker.thread);
            watch.add_to(worker, stretch.first, &StepTime::waiting);
            if (!run_stretch(worker, {frame, stretch, it}, watch)) return false;
        }
        return true;
    }

    // A thread's own parts, and others' that nobody has begun.
    template <bool kProfiled>
    bool run_stretch(Worker& worker, const PartsOf& of, Stopwatch<kProfiled>& watch) noexcept {
        const int pieces = of.frame.cut.pieces, thread = worker.thread;
        if (!of.stretch.is_taken) {
            for (int piece = 0; piece < pieces; ++piece) {
                if (!run_part(worker, of, thread * pieces + piece, watch)) return false;
            }
            return true;
        }
        team_.offer(thread);
        for (int part = thread * pieces; part >= 0; part = team_.take(thread, pieces)) {
            if (!run_part(worker, of, part, watch)) return false;
        }
        return true;
    }

    template <bool kProfiled>
    bool run_part(Worker& worker, const PartsOf& of, int part,
                  Stopwatch<kProfiled>& watch) noexcept {
        const Frame& frame = of.frame;
        const auto p = static_cast<size_t>(part);
        // A thread ahead of the others writes the cells of its batch, not of theirs.
        std::atomic<uint64_t>* cells = refusals_.get() + of.iteration % 2 * cells_;
        const bool is_first = part == worker.thread * frame.cut.pieces;
        worker.part = part;
        worker.samples = {frame.cut.first_sample[p], frame.cut.first_sample[p + 1]};
        worker.refusal = cells + of.stretch.checks;
        const size_t count = plan_.steps_.size();
        for (size_t i = of.stretch.first; i < of.stretch.last; ++i) {
            const Stop& stop = frame.stops[i];
            if (stop.check >= 0) {
                const uint64_t code = cells[stop.check].load(std::memory_order_relaxed);
                if (code != Refusal::kNone) {
                    if (worker.thread == 0) report_refusal(of.iteration, code);
                    return false;
                }
                worker.refusal = cells + stop.check + 1;
            }
            if (i == count) break;
            if (!stop.is_divided && !is_first) continue;
            if (i == frame.bringing && frame.gathering < count) {
                worker.ahead = plan_.steps_[frame.gathering]->rows_ahead(run_, worker);
            }
            if (!plan_.steps_[i]->run(run_, worker)) {
                if (worker.thread == 0) report_nonfinite(worker);
                return false;
            }
            watch.add_to(worker, i, &StepTime::working);
        }
        return true;
    }

    void report_refusal(size_t it, uint64_t code) noexcept {
        const Finding finding = plan_.steps_[Refusal::step(code)]->finding();
        outcome_.status = finding.status;
        outcome_.where = finding.source;
        outcome_.position = run_.index[it * run_.batch + Refusal::sample(code)];
    }

    void report_nonfinite(const Worker& worker) noexcept {
        outcome_.status = Status::nonfinite_total;
        outcome_.where = static_cast<size_t>(worker.nonfinite);
    }

    // A batch that was given up adds nothing to the totals.
    void finish_batch(const Worker& worker, size_t it) noexcept {
        for (size_t a = 0; a < plan_.totals_.size(); ++a) {
            plan_.totals_[a] += worker.contributions[a];
        }
        outcome_.steps = it + 1;
        if ((it & clock_mask_) == 0) look_around(it);
        in_pieces_[(it + 1) % 2].store(is_in_pieces(), std::memory_order_relaxed);
    }

    bool is_in_pieces() const noexcept {
        return plan_.is_for_pieces_ &&
               (plan_.is_always_in_pieces_ || plan_.balance_.is_in_pieces());
    }

    void look_around(size_t it) noexcept {
        const auto now = Clock::now();
        if (plan_.is_for_pieces_) plan_.balance_.look(now, threads_, team_.progress());
        if (now - window_began_ >= ThreadTrial::kWindow) end_window(now, it + 1);
        if (shares_ && should_change_threads(now)) {
            ended_early_ = true;
            stop_[it % 2].store(true, std::memory_order_relaxed);
        }
        if (request_.is_interrupted == nullptr || now - polled_ < kPollInterval) return;
        polled_ = now;
        if (!request_.is_interrupted()) return;
        outcome_.interrupted = true;
        stop_[it % 2].store(true, std::memory_order_relaxed);
    }

    // Of a window of the trial: the batches up to `end`.
    void end_window(Clock::time_point now, size_t end) noexcept {
        if (shares_ && !is_single_time(now)) {
            plan_.trial_.note(threads_, end - window_first_, now - window_began_, now);
        }
        window_first_ = end;
        window_began_ = now;
    }

    bool should_change_threads(Clock::time_point now) noexcept {
        if (threads_ != plan_.threads_now(most_, now)) return true;
        if (threads_ == 1 || !watch_.is_crowded(now, team_.lost_nanoseconds())) return false;
        report_crowded(now);
        return true;
    }

    Plan& plan_;
    const RunRequest& request_;
    Run run_;
    size_t whole_, rest_;
    size_t first_, window_first_;
    Clock::time_point window_began_ = Clock::now();
    int threads_, most_;
    bool shares_;
    bool ended_early_ = false;
    Team team_;
    // How the batches of each parity are cut: a thread may end a batch before another begins it.
    std::array<std::atomic<bool>, 2> in_pieces_{};
    size_t cells_;
    // By batch parity and check; the first refusal found so far.
    std::unique_ptr<std::atomic<uint64_t>[]> refusals_;
    std::array<std::atomic<bool>, 2> stop_{};
    size_t clock_mask_ = 0;
    Clock::time_point polled_ = Clock::now();
    Outcome outcome_{first_, Status::ok, 0, -1, false};
};

int Plan::wanted_threads(size_t batch) const {
    const bool is_in_halves = std::any_of(steps_.begin(), steps_.end(),
                                          [](const StepPtr& step) { return step->is_in_halves(); });
    const size_t work = count_work(steps_, batch);
    const size_t least = is_in_halves && work >= kWorkOfHalves ? 2 : 1;
    return static_cast<int>(std::clamp<size_t>(work / kWorkPerThread, least, kMostThreads));
}

int Plan::choose_threads(const RunRequest& request) const {
    if (request.threads > 0) return std::min(request.threads, kMostThreads);
    const int wanted = wanted_threads(std::min(request.batch, request.index.size()));
    // Asking the system takes as long as the smallest steps.
    if (wanted == 1) return 1;
    return std::min(wanted, request.limit > 0 ? request.limit : hardware_threads());
}

int Plan::threads_now(int most, Clock::time_point now) const {
    if (is_single_time(now)) return 1;
    return most == 2 ? trial_.threads() : most;
}

void Plan::make_ready(size_t n, size_t rest, int threads, bool profiled) {
    const auto block = static_cast<size_t>(table_.row_block);
    const Pieces pieces = pieces_in_force();
    const size_t work_of_pieces = kWorkInPieces * static_cast<size_t>(threads);
    is_always_in_pieces_ = pieces == Pieces::always;
    is_for_pieces_ =
        threads > 1 && pieces != Pieces::never &&
        (is_always_in_pieces_ || count_work(steps_, std::max(n, rest)) >= work_of_pieces);
    for (size_t slot = 0; slot < kFrames; ++slot) {
        const bool in_pieces = slot >= frame_of(true, true);
        const size_t size = slot == frame_of(true, in_pieces) ? n : rest;
        Frame& frame = frames_[slot];
        if (size == 0 || (in_pieces && !is_for_pieces_)) continue;
        if (frame.cut.n == size && frame.cut.threads == threads) continue;
        frame = make_frame(steps_, cut_samples(static_cast<int>(slot), size, threads,
                                               in_pieces ? kPieces : 1, block));
    }
    size_t scratch = 0;
    for (const StepPtr& step : steps_) {
        // Fewer samples may want more: some kernels have no use for scratch beyond a size.
        scratch = std::max({scratch, step->scratch(n), step->scratch(rest)});
    }
    if (scratch > scratch_) workers_.clear();
    scratch_ = std::max(scratch, scratch_);
    while (workers_.size() < static_cast<size_t>(threads)) {
        workers_.emplace_back();
        workers_.back().thread = static_cast<int>(workers_.size()) - 1;
        workers_.back().scratch = allocate_zeroed(scratch_ * sizeof(float));
    }
    for (Worker& worker : workers_) {
        worker.contributions.assign(totals_.size(), 0.0);
        if (profiled) worker.times.resize(steps_.size() + 1);
    }
}

Outcome Plan::run(const RunRequest& request) {
    verify(request);
    const Lock lock(*this);
    if (request.index.empty()) return {0, Status::ok, 0, -1, false};
    int threads = choose_threads(request);
    // A pool that serves another plan's run is not waited for.
    struct Release {
        void operator()(Pool* pool) const { pool->release(); }
    };
    const std::unique_ptr<Pool, Release> pool(threads > 1 ? Pool::acquire() : nullptr);
    threads = pool == nullptr ? 1 : pool->reserve(threads);
    const size_t whole = request.index.size() / request.batch;
    const size_t rest = request.index.size() % request.batch;
    const bool shares = threads > 1 && request.threads == 0;
    for (size_t first = 0;;) {
        const int now = shares ? threads_now(threads, Clock::now()) : threads;
        make_ready(whole > 0 ? request.batch : 0, rest, now, request.profiled);
        Execution execution(*this, request, now, threads, first, shares);
        if (now == 1) {
            Execution::enter(&execution, 0);
        } else {
            pool->run(now, Execution::enter, &execution);
        }
        execution.note_short_run();
        const Outcome& outcome = execution.outcome();
        const bool is_over = outcome.steps == whole + (rest > 0 ? 1 : 0);
        if (!execution.ended_early() || outcome.interrupted || is_over) return outcome;
        first = outcome.steps;
    }
}

std::vector<std::vector<StepTime>> Plan::take_times() {
    const Lock lock(*this);
    std::vector<std::vector<StepTime>> times;
    for (Worker& worker : workers_) {
        times.push_back(std::move(worker.times));
        worker.times.clear();
    }
    return times;
}

std::vector<double> Plan::totals() {
    const Lock lock(*this);
    return totals_;
}

void Plan::reset_totals() {
    const Lock lock(*this);
    std::fill(totals_.begin(), totals_.end(), 0.0);
}

}  // namespace pronghorn
