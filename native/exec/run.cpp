// Many batches in one call: every thread runs the whole loop over batches and steps, and they meet
// only where one needs what another made.

#include <chrono>
#include <memory>
#include <utility>

#include "core/pool.h"
#include "exec/crowd.h"
#include "exec/float_mode.h"
#include "exec/plan.h"
#include "exec/refuse.h"

namespace pronghorn {

namespace {

// Operations of a step for each thread. A step of 784-10 with batch 32 (1.1 million) gained 15 % from
// a second thread on cores that share a cache, and took twice as long on cores that do not.
constexpr size_t kWorkPerThread = 1'000'000;
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
    // Starts at batch `first`. With `shares` it may end early for the sake of other programs: see
    // ended_early().
    Execution(Plan& plan, const RunRequest& request, int threads, size_t first, bool shares)
        : plan_(plan),
          request_(request),
          run_{request.sources,        request.index, request.batch, request.scalars,
               request.scalar_columns, request.step,  request.seed,  request.outputs},
          whole_(request.index.size() / request.batch),
          rest_(request.index.size() % request.batch),
          first_(first),
          threads_(threads),
          shares_(shares),
          barrier_(threads),
          cells_(static_cast<size_t>(std::max(plan.frames_[0].checks, plan.frames_[1].checks)) + 1),
          refusals_(std::make_unique<std::atomic<uint64_t>[]>(2 * cells_)) {
        for (size_t i = 0; i < 2 * cells_; ++i) refusals_[i].store(Refusal::kNone);
        size_t work = 0;
        for (const StepPtr& step : plan.steps_) work += step->work(request.batch);
        clock_mask_ = work < kSmallStep ? kSmallStepsPerClock - 1 : 0;
        if (shares_ && threads_ > 1) watch_.begin_run(polled_, threads_);
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

  private:
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
                if (threads_ > 1) barrier_.wait();
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
        const int slot = it < whole_ ? 0 : 1;
        const Frame& frame = plan_.frames_[slot];
        const auto t = static_cast<size_t>(worker.thread);
        // A thread ahead of the others writes the cells of its batch, not of theirs.
        std::atomic<uint64_t>* cells = refusals_.get() + it % 2 * cells_;
        worker.slot = slot;
        worker.iteration = it;
        worker.n = frame.cut.n;
        worker.samples = {frame.cut.first_sample[t], frame.cut.first_sample[t + 1]};
        worker.refusal = cells;
        worker.ahead = {};
        for (double& contribution : worker.contributions) contribution = 0.0;
        const size_t count = plan_.steps_.size();
        for (size_t i = 0;; ++i) {
            const Stop& stop = frame.stops[i];
            if (stop.barrier && threads_ > 1) barrier_.wait();
            watch.add_to(worker, i, &StepTime::waiting);
            if (stop.check >= 0) {
                const uint64_t code = cells[stop.check].load(std::memory_order_relaxed);
                if (code != Refusal::kNone) {
                    if (worker.thread == 0) report_refusal(it, code);
                    return false;
                }
                worker.refusal = cells + stop.check + 1;
            }
            if (i == count) return true;
            if (i == frame.bringing && frame.gathering < count) {
                worker.ahead = plan_.steps_[frame.gathering]->rows_ahead(run_, worker);
            }
            if (!plan_.steps_[i]->run(run_, worker)) {
                if (worker.thread == 0) report_nonfinite(worker);
                return false;
            }
            watch.add_to(worker, i, &StepTime::working);
        }
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
        if ((it & clock_mask_) != 0) return;
        const auto now = Clock::now();
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

    bool should_change_threads(Clock::time_point now) noexcept {
        if (threads_ == 1) return !is_single_time(now);
        if (!watch_.is_crowded(now, barrier_.lost_nanoseconds())) return false;
        report_crowded(now);
        return true;
    }

    Plan& plan_;
    const RunRequest& request_;
    Run run_;
    size_t whole_, rest_;
    size_t first_;
    int threads_;
    bool shares_;
    bool ended_early_ = false;
    Barrier barrier_;
    size_t cells_;
    // By batch parity and check; the first refusal found so far.
    std::unique_ptr<std::atomic<uint64_t>[]> refusals_;
    std::array<std::atomic<bool>, 2> stop_{};
    size_t clock_mask_ = 0;
    Clock::time_point polled_ = Clock::now();
    Outcome outcome_{first_, Status::ok, 0, -1, false};
};

void Plan::verify(const RunRequest& request) const {
    const auto number = [](auto value) { return std::to_string(value); };
    const size_t count = request.index.size();
    if (request.batch == 0 || request.batch > max_rows_) {
        refuse("run", "a batch of 1 to " + number(max_rows_) + " samples (the plan's max_rows)",
               number(request.batch), "Make a plan for the larger batch.");
    }
    const auto [low, high] = std::minmax_element(request.index.begin(), request.index.end());
    for (size_t s = 0; s < source_elements_.size(); ++s) {
        if (source_elements_[s] == 0) continue;
        if (s >= request.sources.size()) {
            refuse("run", "at least " + number(source_elements_.size()) + " sources",
                   number(request.sources.size()), "Pass one array for each number gathered.");
        }
        const Source& source = request.sources[s];
        if (source.row_elements != source_elements_[s]) {
            refuse("run",
                   "source " + number(s) + " of " + number(source_elements_[s]) +
                       " elements a row (what the plan gathers)",
                   number(source.row_elements), "Pass rows of the plan's shape.");
        }
        if (count > 0 && (*low < 0 || static_cast<uint64_t>(*high) >= source.rows)) {
            refuse("run",
                   "an index within the " + number(source.rows) + " rows of source " + number(s),
                   number(*low < 0 ? *low : *high), "Pass row numbers of the data.");
        }
    }
    const size_t steps = (count + request.batch - 1) / request.batch;
    if (scalar_columns_ > 0 &&
        (request.scalar_rows < steps || request.scalar_columns < scalar_columns_)) {
        refuse("run",
               "scalars of shape " + describe_shape({steps, scalar_columns_}) +
                   " (steps, those the formulas use)",
               describe_shape({request.scalar_rows, request.scalar_columns}),
               "Pass one row a step.");
    }
    for (size_t o = 0; o < output_elements_.size(); ++o) {
        if (output_elements_[o] == 0) continue;
        const size_t given = o < request.outputs.size() ? request.output_elements[o] : 0;
        if (given != count * output_elements_[o]) {
            refuse("run",
                   "output " + number(o) + " of " + number(count * output_elements_[o]) +
                       " elements (rows of the index times the plan's columns)",
                   number(given), "Pass an array for the whole index.");
        }
    }
    for (const int threads : {request.threads, request.limit}) {
        if (threads >= 0) continue;
        refuse("run", "0 or more threads", number(threads), "Pass 0 to have them chosen.");
    }
}

int Plan::wanted_threads(size_t batch) const {
    size_t work = 0;
    for (const StepPtr& step : steps_) work += step->work(batch);
    return static_cast<int>(std::clamp<size_t>(work / kWorkPerThread, 1, kMostThreads));
}

int Plan::choose_threads(const RunRequest& request) const {
    if (request.threads > 0) return std::min(request.threads, kMostThreads);
    const int wanted = wanted_threads(std::min(request.batch, request.index.size()));
    // Asking the system takes as long as the smallest steps.
    if (wanted == 1) return 1;
    return std::min(wanted, request.limit > 0 ? request.limit : hardware_threads());
}

void Plan::make_ready(size_t n, size_t rest, int threads, bool profiled) {
    const auto block = static_cast<size_t>(table_.row_block);
    for (const auto& [slot, size] : {std::pair{0, n}, std::pair{1, rest}}) {
        Frame& frame = frames_[slot];
        const bool ready = frame.cut.n == size && frame.cut.threads == threads;
        if (size == 0 || ready) continue;
        frame = make_frame(steps_, cut_samples(slot, size, threads, block));
    }
    size_t scratch = 0;
    for (const StepPtr& step : steps_) {
        scratch = std::max(scratch, step->scratch(std::max(n, rest)));
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
        const int now = shares && is_single_time(Clock::now()) ? 1 : threads;
        make_ready(whole > 0 ? request.batch : 0, rest, now, request.profiled);
        Execution execution(*this, request, now, first, shares);
        if (now == 1) {
            Execution::enter(&execution, 0);
        } else {
            pool->run(now, Execution::enter, &execution);
        }
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
