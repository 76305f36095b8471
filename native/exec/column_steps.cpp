#include "exec/column_steps.h"

#include <array>
#include <utility>
#include <vector>

namespace pronghorn {

namespace {

struct ColumnEntry {
    const char* name;
    ColumnFn KernelTable::* kernel;
};

// In the order of ColumnKind.
constexpr ColumnEntry kColumnTable[] = {
    {"max", &KernelTable::max_columns},
    {"product", &KernelTable::product_columns},
    {"argmax", &KernelTable::arg_max_columns},
};

class ColumnStep final : public Step {
  public:
    ColumnStep(const KernelTable& table, ColumnKind kind, const Buffer& x, const Buffer& out)
        : entry_(kColumnTable[static_cast<size_t>(kind)]),
          kernel_(table.*entry_.kernel),
          x_(x),
          out_(out) {}

    void prepare(const Cut& cut) override {
        auto& shares = shares_[static_cast<size_t>(cut.slot)];
        shares.clear();
        for (int part = 0; part < cut.parts(); ++part) {
            shares.push_back(share_blocks(x_.cols, kAlignFloats, cut, part));
        }
    }

    bool run(const Run&, Worker& worker) const noexcept override {
        const Range& own =
            shares_[static_cast<size_t>(worker.cut->slot)][static_cast<size_t>(worker.part)];
        kernel_(x_.data, x_.ld, x_.rows(worker.cut->n), out_.data, own.first, own.last);
        return true;
    }

    void list_accesses(Accesses& into) const override {
        into.push_back({x_.data, {Scope::Kind::whole}, false});
        into.push_back({out_.data, {Scope::Kind::columns}, true});
    }

    std::string describe() const override {
        return std::string("reduce_columns ") + entry_.name + " " + describe_buffer(x_) + " -> " +
               describe_buffer(out_) + " by columns";
    }

    size_t work(size_t n) const override { return x_.rows(n) * x_.cols; }

  private:
    const ColumnEntry& entry_;
    ColumnFn kernel_;
    Buffer x_, out_;
    std::array<std::vector<Range>, kFrames> shares_;
};

class ColumnSumStep final : public Step {
  public:
    ColumnSumStep(const KernelTable& table, const Buffer& x, Operands operands)
        : table_(table), x_(x), operands_(std::move(operands)) {}

    void prepare(const Cut& cut) override {
        auto& tasks = tasks_.start(cut);
        for (int part = 0; part < cut.parts(); ++part) {
            auto& task = tasks[static_cast<size_t>(part)];
            task.call = {x_.rows(cut.n), x_.data, x_.ld, operands_.bind(table_, 1)};
            task.scalars.prepare(*operands_.map, cut.n);
            task.call.map.scalars = task.scalars.data();
            const Range cols = share_blocks(x_.cols, kAlignFloats, cut, part);
            task.rects.add({0, 1, cols.first, cols.last});
        }
    }

    bool run(const Run& run, Worker& worker) const noexcept override {
        auto& task = tasks_.of(worker);
        if (task.rects.count == 0) return true;
        task.scalars.refresh(worker.scalar_row(run));
        table_.column_sum(task.call, task.rects.rect[0].row0, task.rects.rect[0].row1);
        return true;
    }

    void list_accesses(Accesses& into) const override {
        into.push_back({x_.data, {Scope::Kind::whole}, false});
        into.insert(into.end(), operands_.accesses.begin(), operands_.accesses.end());
    }

    std::string describe() const override {
        return "column_sum " + describe_buffer(x_) + " " + describe_map(*operands_.map, table_) +
               " by columns";
    }

    bool has_effect() const override { return operands_.writes_stores; }
    size_t work(size_t n) const override { return x_.rows(n) * x_.cols; }

  private:
    const KernelTable& table_;
    Buffer x_;
    Operands operands_;
    Tasks<ColumnSum> tasks_;
};

}  // namespace

StepPtr make_column_step(const KernelTable& table, ColumnKind kind, const Buffer& x,
                         const Buffer& out) {
    return std::make_unique<ColumnStep>(table, kind, x, out);
}

StepPtr make_column_sum(const KernelTable& table, const Buffer& x, Operands operands) {
    return std::make_unique<ColumnSumStep>(table, x, std::move(operands));
}

}  // namespace pronghorn
