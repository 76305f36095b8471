#include "exec/store_steps.h"

namespace pronghorn {

namespace {

class MapStoreStep final : public Step {
  public:
    MapStoreStep(const KernelTable& table, StorePtr shape, Operands operands)
        : table_(table), shape_(std::move(shape)), operands_(std::move(operands)) {}

    void prepare(const Cut& cut) override {
        auto& tasks = tasks_.start(cut);
        for (int part = 0; part < cut.parts(); ++part) {
            auto& task = tasks[static_cast<size_t>(part)];
            const TileMap tile = operands_.bind(table_, 0);
            const Range own = share_blocks(shape_->length(), kAlignFloats, cut, part);
            task.call.fn = tile.fn;
            task.call.program = tile.program;
            task.call.map.rows = 1;
            task.call.map.cols = own.last - own.first;
            for (int i = 0; i < tile.inputs; ++i) {
                task.call.map.in[i] = tile.in[i];
                task.call.map.in[i].data += own.first * tile.in[i].col_step;
            }
            for (int i = 0; i < tile.outputs; ++i) {
                task.call.map.out[i] = tile.out[i];
                task.call.map.out[i].data += own.first;
            }
            task.scalars.prepare(*operands_.map, cut.n);
            task.call.map.scalars = task.scalars.data();
        }
    }

    bool run(const Run& run, Worker& worker) const noexcept override {
        auto& task = tasks_.of(worker);
        if (task.call.map.cols == 0) return true;
        task.scalars.refresh(worker.scalar_row(run));
        task.call.fn(task.call.map, task.call.program);
        return true;
    }

    void list_accesses(Accesses& into) const override {
        into.insert(into.end(), operands_.accesses.begin(), operands_.accesses.end());
    }

    std::string describe() const override {
        return "map_store -> " + describe_store(*shape_) + " " +
               describe_map(*operands_.map, table_) + " by lines";
    }

    bool has_effect() const override { return true; }
    size_t work(size_t) const override { return shape_->length() * operands_.map->work(); }

  private:
    struct Call {
        MapFn fn;
        const MicroProgram* program;
        MapCall map;
    };
    const KernelTable& table_;
    StorePtr shape_;
    Operands operands_;
    Tasks<Call> tasks_;
};

// Elements summed at a time, a number that no thread count changes.
constexpr size_t kSumElements = 4096;

// Fixed blocks of a store: rows [row0, row1) of one panel each.
std::vector<Rect> list_blocks(const Panels& panels) {
    std::vector<Rect> blocks;
    for (int p = 0; p < panels.count; ++p) {
        const size_t width = panels.first_col[p + 1] - panels.first_col[p];
        size_t rows = std::max<size_t>(1, kSumElements / width);
        if (panels.transposed) rows = rows / kAlignFloats * kAlignFloats;  // whole strips
        for (size_t row = 0; row < panels.k; row += rows) {
            blocks.push_back({p, p + 1, row, std::min(row + rows, panels.k)});
        }
    }
    return blocks;
}

class BlockSumStep final : public Step {
  public:
    BlockSumStep(const KernelTable& table, StorePtr shape, Operands operands, BlockSums into)
        : table_(table),
          shape_(std::move(shape)),
          operands_(std::move(operands)),
          blocks_(list_blocks(shape_->panels())),
          sums_(std::move(into)) {
        sums_->assign(blocks_.size(), 0.0);
    }

    void prepare(const Cut& cut) override {
        auto& tasks = tasks_.start(cut);
        for (int part = 0; part < cut.parts(); ++part) {
            auto& task = tasks[static_cast<size_t>(part)];
            task.call.map = operands_.bind(table_, 0);
            task.call.blocks = share(blocks_.size(), cut, part);
            task.scalars.prepare(*operands_.map, cut.n);
            task.call.map.scalars = task.scalars.data();
        }
    }

    bool run(const Run& run, Worker& worker) const noexcept override {
        auto& task = tasks_.of(worker);
        task.scalars.refresh(worker.scalar_row(run));
        for (size_t i = task.call.blocks.first; i < task.call.blocks.last; ++i) {
            const Rect& block = blocks_[i];
            (*sums_)[i] = table_.panel_sum(shape_->panels(), task.call.map, block.panel0,
                                           block.row0, block.row1);
        }
        return true;
    }

    void list_accesses(Accesses& into) const override {
        into.insert(into.end(), operands_.accesses.begin(), operands_.accesses.end());
        into.push_back({sums_->data(), {Scope::Kind::whole}, true});
    }

    std::string describe() const override {
        return "store_sum " + describe_store(*shape_) + " " + describe_map(*operands_.map, table_) +
               " by blocks";
    }

    size_t work(size_t) const override { return shape_->length() * operands_.map->work(); }

  private:
    struct Call {
        TileMap map;
        Range blocks;
    };
    const KernelTable& table_;
    StorePtr shape_;
    Operands operands_;
    std::vector<Rect> blocks_;
    BlockSums sums_;
    Tasks<Call> tasks_;
};

double add_blocks(const std::vector<double>& blocks) {
    double sum = 0.0;
    for (const double block : blocks) sum += block;
    return sum;
}

// Adds n times a number without a batch axis to an accumulator: each thread for itself.
class SumTotalStep : public Step {
  public:
    explicit SumTotalStep(int accumulator) : accumulator_(static_cast<size_t>(accumulator)) {}

    bool is_divided() const override { return false; }

    bool run(const Run& run, Worker& worker) const noexcept override {
        worker.contributions[accumulator_] +=
            static_cast<double>(worker.cut->n) * value(run, worker);
        return true;
    }

  protected:
    virtual double value(const Run& run, const Worker& worker) const noexcept = 0;
    std::string describe_target() const {
        return " -> accumulator " + std::to_string(accumulator_);
    }

  private:
    size_t accumulator_;
};

class PlainTotalStep final : public SumTotalStep {
  public:
    PlainTotalStep(BlockSums sum, int accumulator)
        : SumTotalStep(accumulator), sum_(std::move(sum)) {}

    void list_accesses(Accesses& into) const override {
        into.push_back({sum_->data(), {Scope::Kind::whole}, false});
    }
    std::string describe() const override { return "sum_total" + describe_target(); }

  private:
    double value(const Run&, const Worker&) const noexcept override { return add_blocks(*sum_); }

    BlockSums sum_;
};

class FormulaTotalStep final : public SumTotalStep {
  public:
    FormulaTotalStep(const KernelTable& table, MapPtr map, std::vector<BlockSums> sums,
                     int accumulator)
        : SumTotalStep(accumulator),
          table_(table),
          map_(std::move(map)),
          sums_(std::move(sums)),
          tile_(map_->bind(table)) {}

    void prepare(const Cut& cut) override {
        scalars_[static_cast<size_t>(cut.slot)].prepare(*map_, cut.n);
    }

    void list_accesses(Accesses& into) const override {
        for (const BlockSums& sum : sums_) {
            into.push_back({sum->data(), {Scope::Kind::whole}, false});
        }
    }
    std::string describe() const override {
        return "formula_total " + describe_map(*map_, table_) + describe_target();
    }

  private:
    // The threads share the step: what it computes with is on each one's stack.
    double value(const Run& run, const Worker& worker) const noexcept override {
        ScalarValues scalars = scalars_[static_cast<size_t>(worker.cut->slot)];
        scalars.refresh(worker.scalar_row(run));
        alignas(64) float numbers[kMaxInputs + 1][kAlignFloats] = {};
        MapCall call{};
        call.rows = call.cols = 1;
        call.scalars = scalars.data();
        for (size_t i = 0; i < sums_.size(); ++i) {
            numbers[i][0] = static_cast<float>(add_blocks(*sums_[i]));
            call.in[i] = {numbers[i], 0, 0};
        }
        float* result = numbers[kMaxInputs];
        call.out[0] = {result, 0, 1};
        tile_.fn(call, tile_.program);
        return static_cast<double>(result[0]);
    }

    const KernelTable& table_;
    MapPtr map_;
    std::vector<BlockSums> sums_;
    TileMap tile_;
    std::array<ScalarValues, kFrames> scalars_;
};

class SumValueStep final : public Step {
  public:
    SumValueStep(BlockSums sum, float* out, Scope scope, StorePtr keep)
        : sum_(std::move(sum)), out_(out), scope_(scope), store_(std::move(keep)) {}

    bool is_divided() const override { return false; }

    bool run(const Run&, Worker& worker) const noexcept override {
        if (worker.part == 0) *out_ = static_cast<float>(add_blocks(*sum_));
        return true;
    }

    void list_accesses(Accesses& into) const override {
        into.push_back({sum_->data(), {Scope::Kind::whole}, false});
        into.push_back({out_, scope_, true});
    }

    std::string describe() const override { return "sum_value -> (1, 1)"; }
    bool has_effect() const override { return store_ != nullptr; }

  private:
    BlockSums sum_;
    float* out_;
    Scope scope_;
    StorePtr store_;
};

}  // namespace

StepPtr make_map_store(const KernelTable& table, StorePtr shape, Operands operands) {
    return std::make_unique<MapStoreStep>(table, std::move(shape), std::move(operands));
}

StepPtr make_store_sum(const KernelTable& table, StorePtr shape, Operands operands,
                       BlockSums into) {
    return std::make_unique<BlockSumStep>(table, std::move(shape), std::move(operands),
                                          std::move(into));
}

StepPtr make_sum_total(BlockSums sum, int accumulator) {
    return std::make_unique<PlainTotalStep>(std::move(sum), accumulator);
}

StepPtr make_formula_total(const KernelTable& table, MapPtr map, std::vector<BlockSums> sums,
                           int accumulator) {
    return std::make_unique<FormulaTotalStep>(table, std::move(map), std::move(sums), accumulator);
}

StepPtr make_sum_value(BlockSums sum, float* out, Scope scope, StorePtr keep) {
    return std::make_unique<SumValueStep>(std::move(sum), out, scope, std::move(keep));
}

}  // namespace pronghorn
