#include "exec/row_steps.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <functional>
#include <utility>

namespace pronghorn {

namespace {

class MapRowsStep final : public Step {
  public:
    MapRowsStep(const KernelTable& table, const Buffer& shape, Operands operands)
        : table_(table), shape_(shape), operands_(std::move(operands)) {}

    void prepare(const Cut& cut) override {
        auto& tasks = tasks_.start(cut);
        for (int part = 0; part < cut.parts(); ++part) {
            auto& task = tasks[static_cast<size_t>(part)];
            const TileMap tile = operands_.bind(table_, 0);
            const Range own = shape_.rows_of(cut, part);
            task.call.fn = tile.fn;
            task.call.program = tile.program;
            task.call.map.rows = own.last - own.first;
            task.call.map.cols = shape_.cols;
            const auto first = static_cast<ptrdiff_t>(own.first);
            for (int i = 0; i < tile.inputs; ++i) {
                task.call.map.in[i] = tile.in[i];
                task.call.map.in[i].data += first * tile.in[i].row_stride;
            }
            for (int i = 0; i < tile.outputs; ++i) {
                task.call.map.out[i] = tile.out[i];
                task.call.map.out[i].data += first * tile.out[i].row_stride;
            }
            if (operands_.are_columns) {
                turn(task.call.map, tile.inputs, tile.outputs);
                // The vectors of the last rows may end behind the array, not in another's rows.
                const bool is_last = own.last == shape_.rows(cut.n);
                task.call.shared = is_last ? 0 : (own.last - own.first) % kAlignFloats;
                task.call.map.cols -= task.call.shared;
            }
            task.scalars.prepare(*operands_.map, cut.n);
            task.call.map.scalars = task.scalars.data();
        }
    }

    bool run(const Run& run, Worker& worker) const noexcept override {
        auto& task = tasks_.of(worker);
        const Call& call = task.call;
        task.scalars.refresh(worker.scalar_row(run));
        if (call.map.rows > 0 && call.map.cols > 0) call.fn(call.map, call.program);
        if (call.shared > 0) map_shared(call);
        return true;
    }

    void list_accesses(Accesses& into) const override {
        into.insert(into.end(), operands_.accesses.begin(), operands_.accesses.end());
    }

    std::string describe() const override {
        return "map_rows -> " + describe_buffer(shape_) + " " +
               describe_map(*operands_.map, table_) +
               (shape_.fixed ? " by the first thread" : " by rows");
    }

    size_t work(size_t n) const override {
        return shape_.rows(n) * shape_.cols * operands_.map->work();
    }

  private:
    struct Call {
        MapFn fn;
        const MicroProgram* program;
        MapCall map;
        size_t shared = 0;  // rows of a column behind those, in a line that others write too
    };

    // The rows of a column as the columns of one row.
    static void turn(MapCall& call, int inputs, int outputs) {
        const auto turned = [](const Operand& column) { return as_row(column, 0); };
        std::transform(call.in, call.in + inputs, call.in, turned);
        std::transform(call.out, call.out + outputs, call.out, turned);
        call.cols = std::exchange(call.rows, 1);
    }

    void map_shared(const Call& call) const {
        alignas(64) std::array<float[kAlignFloats], kMaxOutputs> found;
        MapCall rest = call.map;
        rest.cols = call.shared;
        for (Operand& in : rest.in) in.data += in.col_step * call.map.cols;
        for (size_t i = 0; i < found.size(); ++i) rest.out[i].data = found[i];
        call.fn(rest, call.program);
        for (int i = 0; i < operands_.map->outputs(); ++i) {
            const auto at = static_cast<size_t>(i);
            std::memcpy(call.map.out[at].data + call.map.cols, found[at],
                        call.shared * sizeof(float));
        }
    }

    const KernelTable& table_;
    Buffer shape_;
    Operands operands_;
    Tasks<Call> tasks_;
};

using RowFn = void (*)(const KernelTable&, const RowOperands&, const Run&, const Worker&, size_t,
                       size_t);

void copy_columns(const KernelTable&, const RowOperands& o, const Run&, const Worker&, size_t row0,
                  size_t row1) {
    for (size_t i = row0; i < row1; ++i) {
        std::memcpy(o.out.data + i * o.out.ld + o.out_col, o.x->data + i * o.x->ld + o.x_col,
                    o.cols * sizeof(float));
    }
}

// The elements of a sample in row-major order, poured from one row length into another.
void reshape(const KernelTable&, const RowOperands& o, const Run&, const Worker&, size_t row0,
             size_t row1) {
    const Buffer& x = *o.x;
    const size_t total = row1 * o.out.cols;
    for (size_t at = row0 * o.out.cols; at < total;) {
        const size_t x_at = at % x.cols;
        const size_t out_at = at % o.out.cols;
        const size_t run = std::min({x.cols - x_at, o.out.cols - out_at, total - at});
        std::memcpy(o.out.data + at / o.out.cols * o.out.ld + out_at,
                    x.data + at / x.cols * x.ld + x_at, run * sizeof(float));
        at += run;
    }
}

void one_hot(const KernelTable&, const RowOperands& o, const Run&, const Worker&, size_t row0,
             size_t row1) {
    for (size_t i = row0; i < row1; ++i) {
        float* row = o.out.data + i * o.out.ld;
        std::fill_n(row, o.out.cols, 0.0F);
        row[o.labels->label_data()[i]] = 1.0F;
    }
}

// Marks what is above the k-th largest of a row, and of its equals the first. NaN counts as the
// largest.
void top_k_mask(const KernelTable&, const RowOperands& o, const Run&, const Worker& worker,
                size_t row0, size_t row1) {
    auto* sorted = static_cast<float*>(worker.scratch.get());
    const auto rank = [](float x) { return std::isnan(x) ? HUGE_VALF : x; };
    for (size_t i = row0; i < row1; ++i) {
        const float* x = o.x->data + i * o.x->ld;
        float* mask = o.out.data + i * o.out.ld;
        std::transform(x, x + o.out.cols, sorted, rank);
        std::nth_element(sorted, sorted + (o.k - 1), sorted + o.out.cols, std::greater<>());
        const float last = sorted[o.k - 1];
        size_t equals = o.k - static_cast<size_t>(std::count_if(sorted, sorted + o.k,
                                                                [&](float s) { return s > last; }));
        for (size_t j = 0; j < o.out.cols; ++j) {
            const float value = rank(x[j]);
            const bool is_equal = value == last && equals > 0;
            if (is_equal) --equals;
            mask[j] = value > last || is_equal ? 1.0F : 0.0F;
        }
    }
}

struct RowEntry {
    const char* name;
    RowFn fn;
    bool writes_vectors = false;  // of a row: a column gets its numbers from scratch
};

// In the order of RowKind.
constexpr RowEntry kRowTable[] = {
    {"reduce_rows",
     [](const KernelTable& t, const RowOperands& o, const Run&, const Worker&, size_t r0,
        size_t r1) {
         t.reduce_rows(o.reduction, o.x->data, o.x->ld, o.x->cols, o.out.data, o.out.ld, r0, r1);
     }},
    {"softmax",
     [](const KernelTable& t, const RowOperands& o, const Run&, const Worker&, size_t r0,
        size_t r1) { t.softmax(o.x->data, o.x->ld, o.x->cols, o.out.data, o.out.ld, r0, r1); },
     true},
    {"log_softmax",
     [](const KernelTable& t, const RowOperands& o, const Run&, const Worker&, size_t r0,
        size_t r1) { t.log_softmax(o.x->data, o.x->ld, o.x->cols, o.out.data, o.out.ld, r0, r1); },
     true},
    {"softmax_gradient",
     [](const KernelTable& t, const RowOperands& o, const Run&, const Worker&, size_t r0,
        size_t r1) {
         t.softmax_gradient(o.x->data, o.x->ld, o.g->data, o.g->ld, o.x->cols, o.out.data, o.out.ld,
                            r0, r1);
     },
     true},
    {"log_softmax_gradient",
     [](const KernelTable& t, const RowOperands& o, const Run&, const Worker&, size_t r0,
        size_t r1) {
         t.log_softmax_gradient(o.x->data, o.x->ld, o.g->data, o.g->ld, o.x->cols, o.out.data,
                                o.out.ld, r0, r1);
     },
     true},
    {"sparse_xent",
     [](const KernelTable& t, const RowOperands& o, const Run&, const Worker&, size_t r0,
        size_t r1) {
         t.sparse_xent(o.x->data, o.x->ld, o.x->cols, o.labels->label_data(), o.out.data, o.out.ld,
                       r0, r1);
     }},
    {"sparse_xent_gradient",
     [](const KernelTable& t, const RowOperands& o, const Run&, const Worker&, size_t r0,
        size_t r1) {
         t.sparse_xent_gradient(o.x->data, o.x->ld, o.x->cols, o.labels->label_data(), o.g->data,
                                o.g->ld, o.out.data, o.out.ld, r0, r1);
     },
     true},
    {"dense_xent",
     [](const KernelTable& t, const RowOperands& o, const Run&, const Worker&, size_t r0,
        size_t r1) {
         t.dense_xent(o.x->data, o.x->ld, o.x->cols, o.t->data, o.t->ld, o.out.data, o.out.ld, r0,
                      r1);
     }},
    {"dense_xent_gradient",
     [](const KernelTable& t, const RowOperands& o, const Run&, const Worker&, size_t r0,
        size_t r1) {
         t.dense_xent_gradient(o.x->data, o.x->ld, o.x->cols, o.t->data, o.t->ld, o.g->data,
                               o.g->ld, o.out.data, o.out.ld, r0, r1);
     },
     true},
    {"sparse_hit",
     [](const KernelTable& t, const RowOperands& o, const Run&, const Worker&, size_t r0,
        size_t r1) {
         t.sparse_hit(o.x->data, o.x->ld, o.x->cols, o.labels->label_data(), o.out.data, o.out.ld,
                      r0, r1);
     }},
    {"dense_hit",
     [](const KernelTable& t, const RowOperands& o, const Run&, const Worker&, size_t r0,
        size_t r1) {
         t.dense_hit(o.x->data, o.x->ld, o.x->cols, o.t->data, o.t->ld, o.out.data, o.out.ld, r0,
                     r1);
     }},
    {"one_hot", one_hot},
    {"argmax",
     [](const KernelTable& t, const RowOperands& o, const Run&, const Worker&, size_t r0,
        size_t r1) { t.arg_max(o.x->data, o.x->ld, o.x->cols, o.out.data, o.out.ld, r0, r1); }},
    {"top_k_mask", top_k_mask},
    {"dropout_mask",
     [](const KernelTable& t, const RowOperands& o, const Run& run, const Worker& worker, size_t r0,
        size_t r1) {
         t.dropout_mask(o.draw.seed.value_or(run.seed), o.draw.stream,
                        run.first_step + worker.iteration, o.draw.keep, o.out.cols, o.out.data,
                        o.out.ld, r0, r1);
     },
     true},
    {"random_normal",
     [](const KernelTable& t, const RowOperands& o, const Run& run, const Worker& worker, size_t r0,
        size_t r1) {
         t.random_normal(o.draw.seed.value_or(run.seed), o.draw.stream,
                         run.first_step + worker.iteration, o.out.cols, o.out.data, o.out.ld, r0,
                         r1);
     },
     true},
    {"random_uniform",
     [](const KernelTable& t, const RowOperands& o, const Run& run, const Worker& worker, size_t r0,
        size_t r1) {
         t.random_uniform(o.draw.seed.value_or(run.seed), o.draw.stream,
                          run.first_step + worker.iteration, o.out.cols, o.out.data, o.out.ld, r0,
                          r1);
     },
     true},
    {"copy_columns", copy_columns},
    {"reshape", reshape},
};

class RowStep final : public Step {
  public:
    RowStep(const KernelTable& table, RowKind kind, const RowOperands& operands)
        : table_(table), entry_(kRowTable[static_cast<size_t>(kind)]), operands_(operands) {}

    void prepare(const Cut& cut) override {
        auto& ranges = ranges_[static_cast<size_t>(cut.slot)];
        ranges.clear();
        for (int part = 0; part < cut.parts(); ++part) {
            ranges.push_back(operands_.out.rows_of(cut, part));
        }
    }

    bool run(const Run& run, Worker& worker) const noexcept override {
        const Range& own =
            ranges_[static_cast<size_t>(worker.cut->slot)][static_cast<size_t>(worker.part)];
        if (own.first == own.last) return true;
        if (!is_spread()) {
            entry_.fn(table_, operands_, run, worker, own.first, own.last);
            return true;
        }
        RowOperands spread = operands_;
        spread.out.data = static_cast<float*>(worker.scratch.get());
        spread.out.ld = kAlignFloats;
        entry_.fn(table_, spread, run, worker, own.first, own.last);
        for (size_t i = own.first; i < own.last; ++i) {
            operands_.out.data[i] = spread.out.data[i * kAlignFloats];
        }
        return true;
    }

    void list_accesses(Accesses& into) const override {
        for (const auto* in : {&operands_.x, &operands_.t, &operands_.g, &operands_.labels}) {
            if (in->has_value()) into.push_back({(*in)->data, (*in)->scope(), false});
        }
        into.push_back({operands_.out.data, operands_.out.scope(), true});
    }

    std::string describe() const override {
        std::string line = entry_.name;
        for (const auto* in : {&operands_.x, &operands_.t, &operands_.g, &operands_.labels}) {
            if (in->has_value()) line += " " + describe_buffer(**in);
        }
        return line + " -> " + describe_buffer(operands_.out) +
               (operands_.out.fixed ? " by the first thread" : " by rows");
    }

    size_t work(size_t n) const override {
        const size_t cols = operands_.x.has_value() ? operands_.x->cols : operands_.out.cols;
        return operands_.out.rows(n) * cols * kWorkPerElement;
    }

    size_t scratch(size_t n) const override {
        if (is_spread()) return operands_.out.rows(n) * kAlignFloats;
        return operands_.k > 0 ? operands_.out.cols : 0;
    }

  private:
    // A column of a kernel that has no room for its vectors there.
    bool is_spread() const { return entry_.writes_vectors && operands_.out.is_column(); }

    static constexpr size_t kWorkPerElement = 8;  // an exponential or a round of Philox

    const KernelTable& table_;
    const RowEntry& entry_;
    RowOperands operands_;
    std::array<std::vector<Range>, kFrames> ranges_;
};

}  // namespace

StepPtr make_map_rows(const KernelTable& table, const Buffer& shape, Operands operands) {
    return std::make_unique<MapRowsStep>(table, shape, std::move(operands));
}

StepPtr make_row_step(const KernelTable& table, RowKind kind, const RowOperands& operands) {
    return std::make_unique<RowStep>(table, kind, operands);
}

}  // namespace pronghorn
