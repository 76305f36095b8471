// A plan: values, and steps over them, each validated once when it is added. Runs execute many
// batches of them without further questions.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "core/arena.h"
#include "exec/balance.h"
#include "exec/column_steps.h"
#include "exec/dense_steps.h"
#include "exec/frame.h"
#include "exec/index_steps.h"
#include "exec/row_steps.h"
#include "exec/step.h"
#include "exec/trial.h"
#include "kernels/table.h"

namespace pronghorn {

struct Outcome {
    size_t steps;  // whole ones
    Status status;
    size_t where;      // source or accumulator
    int64_t position;  // row of the source
    bool interrupted;
};

// What the caller passes to a run; arrays stay its own.
struct RunRequest {
    std::vector<Source> sources;
    std::span<const int64_t> index;
    size_t batch;
    const float* scalars;
    size_t scalar_rows, scalar_columns;
    uint64_t step, seed;
    std::vector<float*> outputs;
    std::vector<size_t> output_elements;
    int threads;               // 0: as many as the work is worth, at most `limit`
    int limit;                 // 0: every core
    bool profiled;             // whether the times of its steps are added to the plan's
    bool (*is_interrupted)();  // asked about every 50 ms on the calling thread; may be null
};

class Plan {
  public:
    // Products of rounded operands run on the unit of that name, or on the default one.
    Plan(const KernelTable& table, size_t max_rows, std::string unit);

    int add_buffer(size_t cols, size_t rows_per_sample, bool fixed);
    int add_labels(size_t per_sample);
    // A buffer for the rounded words of another: along its rows (what forward products and input
    // gradients take) or across them (weight gradients); of one part, or of three.
    int add_words(int of, bool across, Split split);
    bool split_pays() { return rounded().split_pays; }
    int add_accumulator();

    void gather(int source, int out, float scale, float offset);
    void gather_labels(int source, int out, int classes);
    // x rounded into the words of `out`. Products of words are sums of rounded numbers, the weights
    // being rounded on the way.
    void round_rows(int x, int out);
    void dense_forward(int x, StorePtr w, MapPtr map, const std::vector<Ref>& ins,
                       const std::vector<int>& outs);
    void dense_input_gradient(int dz, StorePtr w, MapPtr map, const std::vector<Ref>& ins,
                              const std::vector<int>& outs);
    void dense_weight_gradient(int x, int dz, MapPtr map, const std::vector<StorePtr>& ins,
                               const std::vector<StorePtr>& outs);
    void column_sum(int x, MapPtr map, const std::vector<Ref>& ins, const std::vector<Ref>& outs);
    void map_rows(MapPtr map, const std::vector<Ref>& ins, const std::vector<int>& outs);
    void map_store(MapPtr map, const std::vector<StorePtr>& ins, const std::vector<StorePtr>& outs);
    void reduce_rows(const std::string& kind, int x, int out);
    void reduce_columns(const std::string& kind, int x, int out);
    void softmax(int x, int out);
    void log_softmax(int x, int out);
    void softmax_gradient(int p, int g, int out);
    void log_softmax_gradient(int y, int g, int out);
    void sparse_xent(int z, int labels, int out);
    void sparse_xent_gradient(int z, int labels, int g, int out);
    void dense_xent(int z, int t, int out);
    void dense_xent_gradient(int z, int t, int g, int out);
    void sparse_hit(int p, int labels, int out);
    void dense_hit(int p, int t, int out);
    void one_hot(int labels, int out);
    // Numbers of the run's seed, or of a seed of their own.
    void dropout_mask(int out, double rate, uint32_t stream, std::optional<uint64_t> seed);
    void random_normal(int out, uint32_t stream, std::optional<uint64_t> seed);
    void random_uniform(int out, uint32_t stream, std::optional<uint64_t> seed);
    void argmax(int x, int out);
    void top_k_mask(int x, int k, int out);
    void take_rows(StorePtr table, int labels, int out);
    void take_rows_gradient(int labels, int dy, StorePtr out);
    void unpack(StorePtr store, int out);
    void pack(int x, StorePtr out);
    void index_copy(const std::vector<int>& ins, std::span<const int64_t> offsets, int out);
    // `offsets` holds `width` numbers for each element of `out`.
    void index_reduce(const std::string& kind, int x, std::span<const int64_t> offsets,
                      size_t width, int out);
    void sample_matmul(int a, int b, int out, const ProductShape& shape);
    void copy_columns(int src, int src_col, int out, int out_col, int cols);
    void reshape(int src, int out);
    void total(int x, int accumulator);
    void count(float each, int accumulator);
    void tally(int x, int first);
    // The sum of map(*ins) over a store, by its number.
    int store_sum(MapPtr map, const std::vector<StorePtr>& ins);
    void sum_total(int sum, int accumulator);
    void formula_total(MapPtr map, const std::vector<int>& sums, int accumulator);
    void sum_value(int sum, const Ref& out);
    void guard(int accumulator);
    void emit(int x, int output);

    Outcome run(const RunRequest& request);
    // Times of the profiled runs since the last call: for each thread, one a step and one for the
    // end of the batch.
    std::vector<std::vector<StepTime>> take_times();
    // Threads that the work of a batch is worth; at least 1.
    int wanted_threads(size_t batch) const;
    // The weights of forward products that leave out zeros of a source's rows.
    size_t listed_weights(size_t source) const;
    std::vector<double> totals();
    void reset_totals();
    const Buffer& value(int id) const;
    // Copy a value of the last batch, row-major; `rows` samples.
    void read(int id, size_t rows, float* out);
    void read_labels(int id, size_t rows, int32_t* out);
    std::vector<std::string> describe();
    size_t flops() const;

  private:
    // What an operand is measured against.
    struct RowShape {
        size_t cols, rows_per_sample;
        bool fixed;
    };
    // Runs and looks at results exclude each other.
    class Lock {
      public:
        explicit Lock(Plan& plan);
        ~Lock();
        Lock(const Lock&) = delete;
        Lock& operator=(const Lock&) = delete;

      private:
        Plan& plan_;
    };

    int add_matrix(size_t cols, size_t rows_per_sample, bool fixed, size_t ld);
    void require_idle();
    const Buffer& matrix(const char* step, const char* role, int id,
                         bool may_be_fixed = true) const;
    // The same for the left operand of a product, which may be each thread's own copy.
    const Buffer& left_operand(const char* step, const char* role, int id) const;
    // An operand of a product: floats, or words in the form that the product takes.
    const Buffer& factor(const char* step, const char* role, int id, Form words,
                         Split side = Split::left) const;
    const Buffer& label_buffer(const char* step, int id) const;
    // Labels below `bound`: the steps that took them said below which number they lie.
    const Buffer& bounded_labels(const char* step, int id, size_t bound, const char* what) const;
    void check_accumulator(const char* step, int id) const;
    void check_store(const char* step, const StorePtr& store) const;
    void check_weights(const char* step, const StorePtr& w, size_t k, size_t m) const;
    // A formula that takes `first_in` inputs from the step itself and the others from operands.
    Operands start_operands(const char* step, const MapPtr& map, size_t first_in, size_t ins,
                            size_t outs) const;
    void add_row_input(const char* step, Operands& operands, const Ref& ref,
                       const RowShape& shape) const;
    void add_row_output(const char* step, Operands& operands, int id, const RowShape& shape) const;
    Operands row_operands(const char* step, const MapPtr& map, size_t first_in,
                          const std::vector<Ref>& ins, const std::vector<int>& outs,
                          const RowShape& shape) const;
    // `own` is how an operand of the store's own shape is addressed and cut.
    Operands store_operands(const char* step, const MapPtr& map, size_t first_in,
                            const std::vector<StorePtr>& ins, const std::vector<StorePtr>& outs,
                            const Store& shape, Operand own, Scope scope) const;
    const BlockSums& block_sums(const char* step, int sum) const;
    void add_column_operand(Operands& operands, const Ref& ref, size_t cols, bool writes) const;
    void add_row_step(const char* step, RowKind kind, const RowOperands& operands);
    void add_draw(const char* step, RowKind kind, int out, const Draw& draw);
    void add(StepPtr step, const Map* map = nullptr);
    const RoundedKernels& rounded();
    ProductKernels products_of(const Buffer& x);

    void verify(const RunRequest& request) const;
    int choose_threads(const RunRequest& request) const;
    // Those of a run that shares the machine and may have `most`.
    int threads_now(int most, Clock::time_point now) const;
    // The frame of a batch of whole size or of the short last one.
    static size_t frame_of(bool is_whole, bool in_pieces) {
        return (is_whole ? 0 : 1) + (in_pieces ? 2 : 0);
    }
    void make_ready(size_t n, size_t rest, int threads, bool profiled);
    class Execution;

    const KernelTable& table_;
    size_t max_rows_;
    std::string unit_;
    const RoundedKernels* rounded_ = nullptr;  // looked for when the first words are
    Arena arena_;
    std::vector<Buffer> values_;
    std::vector<StepPtr> steps_;
    std::vector<double> totals_;
    std::vector<BlockSums> sums_;
    std::vector<size_t> source_elements_;  // by source: elements a row must have; 0 unused
    struct Gathered {
        size_t source;
        int value;
    };
    std::vector<Gathered> unshifted_;      // values whose zeros are those of a source
    std::vector<size_t> output_elements_;  // by output: elements a sample gives
    std::vector<int> label_classes_;       // by value: the bound its labels were gathered below
    size_t scalar_columns_ = 0;
    size_t scratch_ = 0;  // floats each worker has

    Frame frames_[kFrames];
    // Of the last run: whether the frames in pieces were made ready, and no others were wanted.
    bool is_for_pieces_ = false, is_always_in_pieces_ = false;
    Balance balance_;
    ThreadTrial trial_;
    std::vector<Worker> workers_;
    std::mutex running_;
    std::atomic<std::thread::id> runner_{};
};

}  // namespace pronghorn
