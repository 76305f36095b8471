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
        const size_t rows = std::max<size_t>(1, kSumElements / width);
        for (size_t row = 0; row < panels.k; row += rows) {
            blocks.push_back({p, p + 1, row, std::min(row + rows, panels.k)});
        }
    }
    return blocks;
}

class BlockSumStep final : public Step {
  public:
    BlockSumStep(const KernelTable& table, StorePtr shape, Operands operands)
        : table_(table),
          shape_(std::move(shape)),
          operands_(std::move(operands)),
          blocks_(list_blocks(shape_->panels())),
          sums_(std::make_shared<std::vector<double>>(blocks_.size())) {}

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

    const std::shared_ptr<std::vector<double>>& sums() const { return sums_; }

  private:
    struct Call {
        TileMap map;
        Range blocks;
    };
    const KernelTable& table_;
    StorePtr shape_;
    Operands operands_;
    std::vector<Rect> blocks_;
    std::shared_ptr<std::vector<double>> sums_;
    Tasks<Call> tasks_;
};

// Where a sum goes: an accumulator, or one float of a value or a store.
struct SumTarget {
    int accumulator = -1;
    float* out = nullptr;
    Scope scope{Scope::Kind::whole};
    StorePtr store = nullptr;
};

class FinishSumStep final : public Step {
  public:
    FinishSumStep(std::shared_ptr<std::vector<double>> sums, SumTarget target)
        : sums_(std::move(sums)), target_(std::move(target)) {}

    bool is_divided() const override { return false; }

    bool run(const Run&, Worker& worker) const noexcept override {
        double sum = 0.0;
        for (const double part : *sums_) sum += part;
        if (target_.out == nullptr) {
            worker.contributions[static_cast<size_t>(target_.accumulator)] +=
                static_cast<double>(worker.cut->n) * sum;
        } else if (worker.part == 0) {
            *target_.out = static_cast<float>(sum);
        }
        return true;
    }

    void list_accesses(Accesses& into) const override {
        into.push_back({sums_->data(), {Scope::Kind::whole}, false});
        if (target_.out != nullptr) into.push_back({target_.out, target_.scope, true});
    }

    std::string describe() const override {
        if (target_.out != nullptr) return "finish_sum -> (1, 1)";
        return "finish_sum -> accumulator " + std::to_string(target_.accumulator);
    }

    bool has_effect() const override { return target_.store != nullptr; }

  private:
    std::shared_ptr<std::vector<double>> sums_;
    SumTarget target_;
};

StoreSum make_sum(const KernelTable& table, StorePtr shape, Operands operands, SumTarget target) {
    auto blocks = std::make_unique<BlockSumStep>(table, std::move(shape), std::move(operands));
    auto finish = std::make_unique<FinishSumStep>(blocks->sums(), std::move(target));
    return {std::move(blocks), std::move(finish)};
}

}  // namespace

StepPtr make_map_store(const KernelTable& table, StorePtr shape, Operands operands) {
    return std::make_unique<MapStoreStep>(table, std::move(shape), std::move(operands));
}

StoreSum make_store_total(const KernelTable& table, StorePtr shape, Operands operands,
                          int accumulator) {
    SumTarget target;
    target.accumulator = accumulator;
    return make_sum(table, std::move(shape), std::move(operands), std::move(target));
}

StoreSum make_store_sum(const KernelTable& table, StorePtr shape, Operands operands, float* out,
                        Scope scope, StorePtr keep) {
    return make_sum(table, std::move(shape), std::move(operands),
                    {-1, out, scope, std::move(keep)});
}

}  // namespace pronghorn
