// What every step of a plan can do, and what it is given when it runs.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/arena.h"
#include "core/store.h"
#include "exec/map.h"
#include "exec/partition.h"
#include "kernels/table.h"

namespace pronghorn {

// How the steps of a plan use a gathered value. Where only products read it, each of two threads
// gathers a copy of its own: that costs no more than fetching half of the rows out of the other
// core's cache, and the products need not wait for the other thread.
struct Sharing {
    bool is_gathered = false;
    bool is_read_by_others = false;  // by a step other than a product's left operand
    size_t floats = 0, rows = 0;
    Block copy;  // the second thread's
    // Where products leave zeros out: which are none, of all rows and of the second thread's copy.
    bool is_marked = false, is_rewritten = false;
    size_t listed_weights = 0;          // of the forward products among these
    bool has_halved_gradients = false;  // see half_steps.h
    Block marks, marks_of_copy;
    // How many steps gather or multiply the value, and of each frame, how many of them said what they
    // read: of all rows those columns, for each of two threads, and whether besides all columns of a
    // thread's own samples.
    struct Readings {
        int steps = 0;
        std::array<Range, 2> columns{};
        bool own_rows = false;
    };
    int steps = 0;
    std::array<Readings, kFrames> readings{};
};

// The largest batch that two threads gather twice.
inline constexpr size_t kMostCopiedBytes = size_t{1} << 21;

// How a value holds its numbers: as floats, or rounded in words along or across its rows (see
// RoundedKernels).
enum class Form { floats, along, across };

// Words of one part, or of the three parts of a left or a right operand.
enum class Split { none, left, right };

// A value of a plan: a float matrix of n * rows_per_sample rows (one row if fixed), or int32
// labels, one a row. `cols` counts numbers, whatever their form.
struct Buffer {
    float* data;
    size_t cols;
    size_t ld;
    size_t rows_per_sample;
    bool fixed;
    bool labels;
    std::shared_ptr<Sharing> sharing;
    Form form = Form::floats;
    Split split = Split::none;

    // Of one number a row, the rows side by side (table.h).
    bool is_column() const { return ld == 1 && !labels; }
    int parts() const { return split == Split::none ? 1 : 3; }
    // Whether each of two threads gathers all rows for itself: that is quicker than to read half of
    // them out of the other core's cache, as long as two copies have room in the caches.
    bool is_copied(const Cut& cut) const {
        return cut.threads == 2 && sharing->is_gathered && !sharing->is_read_by_others &&
               rows(cut.n) * ld * sizeof(float) <= kMostCopiedBytes;
    }
    // Once before data_of() and marks_of() are asked for.
    void prepare_memory(const Cut& cut) const {
        if (is_marked() && !sharing->marks) sharing->marks = allocate_marks();
        if (!is_copied(cut)) return;
        if (!sharing->copy) sharing->copy = allocate_zeroed(sharing->floats * sizeof(float));
        if (is_marked() && !sharing->marks_of_copy) sharing->marks_of_copy = allocate_marks();
    }
    float* data_of(const Cut& cut, int thread) const {
        if (thread == 0 || !is_copied(cut)) return data;
        return static_cast<float*>(sharing->copy.get());
    }

    // What a gathered value's copies need not hold. The step that gathers begins, the others follow in
    // prepare(), and all say nothing of a cut in pieces, whose samples any thread may take.
    void begin_readings(const Cut& cut) const { readings_of(cut) = {1, {}, false}; }
    void note_reading(const Cut& cut, const std::array<Range, 2>& columns, bool own_rows) const {
        Sharing::Readings& all = readings_of(cut);
        ++all.steps;
        all.own_rows = all.own_rows || own_rows;
        for (size_t t = 0; t < columns.size(); ++t)
            all.columns[t] = hull(all.columns[t], columns[t]);
    }
    bool are_readings_known(const Cut& cut) const {
        return cut.pieces == 1 && readings_of(cut).steps == sharing->steps;
    }
    // Whether a thread's copy must have all columns of its own samples.
    bool reads_own_rows(const Cut& cut) const {
        return !are_readings_known(cut) || readings_of(cut).own_rows;
    }
    // The columns that it must have of all rows, cut at lines of marks.
    Range columns_of_all(const Cut& cut, int thread) const {
        if (!are_readings_known(cut)) return {0, cols};
        const Range read = readings_of(cut).columns[static_cast<size_t>(thread)];
        return {
            read.first / Marks::kColumns * Marks::kColumns,
            std::min((read.last + Marks::kColumns - 1) / Marks::kColumns * Marks::kColumns, cols)};
    }

    // The user's rows often are zeros for the most part, and are marked when they are gathered. So is
    // what comes out of relu, but scattered: looking for zeros there took what leaving them out gave.
    bool is_marked() const {
        return sharing != nullptr && sharing->is_gathered && sharing->is_marked &&
               !sharing->is_rewritten;
    }
    // Words of one line of marks: whole cache lines, an odd number of them, so that the lines of a row
    // do not all meet in one place of the cache.
    size_t marks_ld() const {
        constexpr size_t kWords = 32;
        return ((sharing->rows + kWords - 1) / kWords | 1) * kWords;
    }
    Block allocate_marks() const {
        const size_t lines = (cols + Marks::kColumns - 1) / Marks::kColumns;
        return allocate_zeroed(lines * marks_ld() * sizeof(uint16_t));
    }
    Marks marks_of(const Cut& cut, int thread) const {
        if (!is_marked()) return {};
        const bool is_own = thread > 0 && is_copied(cut);
        const Block& block = is_own ? sharing->marks_of_copy : sharing->marks;
        return {static_cast<uint16_t*>(block.get()), marks_ld()};
    }

    Sharing::Readings& readings_of(const Cut& cut) const {
        return sharing->readings[static_cast<size_t>(cut.slot)];
    }
    int32_t* label_data() const { return reinterpret_cast<int32_t*>(data); }
    Scope scope() const { return {fixed ? Scope::Kind::first : Scope::Kind::rows}; }
    size_t rows(size_t n) const { return fixed ? 1 : n * rows_per_sample; }
    Range rows_of(const Cut& cut, int part) const {
        if (fixed) return {0, part == 0 ? size_t{1} : size_t{0}};
        const auto p = static_cast<size_t>(part);
        return {cut.first_sample[p] * rows_per_sample, cut.first_sample[p + 1] * rows_per_sample};
    }
};

// Rows of the user's data, as they lie in memory.
struct Source {
    ElementType type;
    const void* data;
    size_t rows;
    size_t row_elements;
    ptrdiff_t row_bytes;
    size_t element_bytes;
    float divisor;  // bytes count as quotients by it, see Gather
};

enum class Status { ok, nonfinite_input, nonfinite_total, label };

// What a refusal of a step means, and in which of the run's sources it was found.
struct Finding {
    Status status = Status::ok;
    size_t source = 0;
};

// The first refusal of a batch: the step that found it and the sample, the least of both.
struct Refusal {
    static constexpr uint64_t kNone = ~uint64_t{0};
    static uint64_t code(size_t step, size_t sample) {
        return (static_cast<uint64_t>(step) << 40) | sample;
    }
    static size_t step(uint64_t code) { return static_cast<size_t>(code >> 40); }
    static size_t sample(uint64_t code) {
        return static_cast<size_t>(code & ((uint64_t{1} << 40) - 1));
    }
};

// One run, the same for all of its threads.
struct Run {
    std::span<const Source> sources;
    std::span<const int64_t> index;
    size_t batch;
    const float* scalars;  // (steps, scalar_columns)
    size_t scalar_columns;
    uint64_t first_step;
    uint64_t seed;
    std::span<float* const> outputs;
};

// What a thread did with its time at one place of the plan, in nanoseconds.
struct StepTime {
    int64_t waiting = 0;  // at the barrier before the step
    int64_t working = 0;  // in the step
};

// One thread's state in a run.
struct alignas(64) Worker {
    int thread = 0;
    const Cut* cut = nullptr;           // of the frame in force
    int part = 0;                       // of the cut, at work
    Range samples{0, 0};                // of that part
    size_t iteration = 0;               // steps before this one in the run
    std::vector<double> contributions;  // of this batch, by accumulator; equal in all threads
    std::atomic<uint64_t>* refusal = nullptr;
    int nonfinite = -1;  // the accumulator that a guard stopped at
    Block scratch;
    RowsAhead ahead;              // for the step that is running to bring in
    std::vector<StepTime> times;  // of a profile: one a step, and one for the end of the batch

    const float* scalar_row(const Run& run) const {
        return run.scalars + iteration * run.scalar_columns;
    }
    void refuse(uint64_t code) const {
        uint64_t seen = refusal->load(std::memory_order_relaxed);
        while (code < seen && !refusal->compare_exchange_weak(seen, code)) {
        }
    }
};

class Step {
  public:
    virtual ~Step() = default;

    // Fix everything that depends on the batch's size and the threads.
    virtual void prepare(const Cut&) {}
    // Whether each part is a part of the work, as last prepared. What is not divided every thread
    // does once for itself.
    virtual bool is_divided() const { return true; }
    // Do the worker's part. False ends the run before any later step.
    virtual bool run(const Run& run, Worker& worker) const noexcept = 0;
    virtual void list_accesses(Accesses& into) const = 0;  // as last prepared
    virtual std::string describe() const = 0;              // as last prepared

    // What the thread will gather for the next batch, as much as belongs to the part at work, and
    // whether a step brings such rows in (Worker::ahead) while it works.
    virtual RowsAhead rows_ahead(const Run&, const Worker&) const noexcept { return {}; }
    virtual bool gathers() const { return false; }
    virtual bool brings_rows() const { return false; }
    // Whether two threads may take halves of a product and exchange next to nothing (half_steps.h).
    virtual bool is_in_halves() const { return false; }

    // May find data that must not be used; until that is known no step with an effect may run.
    virtual bool may_refuse() const { return false; }
    virtual Finding finding() const { return {}; }
    virtual bool has_effect() const { return false; }
    // Floating-point operations of matrix products for one sample.
    virtual size_t flops() const { return 0; }
    // Operations of a batch, pointwise ones included: what the number of threads is chosen by.
    virtual size_t work(size_t n) const { return n * flops(); }
    // Floats of scratch that each thread needs for a batch of n, which may be none.
    virtual size_t scratch(size_t) const { return 0; }
};

using StepPtr = std::unique_ptr<Step>;
using StorePtr = std::shared_ptr<Store>;
using MapPtr = std::shared_ptr<const Map>;
using Ref = std::variant<int, StorePtr>;
using BlockSums = std::shared_ptr<std::vector<double>>;  // of a store, see store_steps.h

// A kernel's call with its own scalars, one for each part of each frame.
template <class Call>
struct alignas(64) Task {
    Call call{};
    ScalarValues scalars;
    Rects rects;
};

template <class Call>
class Tasks {
  public:
    std::vector<Task<Call>>& start(const Cut& cut) {
        auto& tasks = slots_[static_cast<size_t>(cut.slot)];
        tasks.assign(static_cast<size_t>(cut.parts()), Task<Call>{});
        return tasks;
    }
    // Only the thread that does a part touches its task, though a plan's steps are const while they
    // run.
    Task<Call>& of(const Worker& worker) const {
        return slots_[static_cast<size_t>(worker.cut->slot)][static_cast<size_t>(worker.part)];
    }

  private:
    mutable std::array<std::vector<Task<Call>>, kFrames> slots_;
};

// What a formula reads and writes besides a product: operands, and for each the array and scope
// that a step reports.
struct Operands {
    MapPtr map;
    std::vector<Operand> in, out;  // map inputs from the first that the caller gives
    std::vector<Access> accesses;
    std::vector<StorePtr> keep;  // stores that must live as long as the plan
    bool writes_stores = false;
    bool are_columns = false;  // the results, see TileMap::is_column

    // Bind to the loop of `table`; input `first_in` onwards are `in`.
    TileMap bind(const KernelTable& table, size_t first_in) const {
        TileMap tile = map->bind(table);
        std::copy(in.begin(), in.end(), tile.in + first_in);
        std::copy(out.begin(), out.end(), tile.out);
        tile.is_column = are_columns;
        return tile;
    }
};

void check_cols(const char* step, const char* role, const Buffer& buffer, size_t cols);
void check_distinct_outputs(const char* step, const Operands& operands);

std::string describe_map(const Map& map, const KernelTable& table);
std::string describe_buffer(const Buffer& buffer);
std::string describe_store(const Store& store);

}  // namespace pronghorn
