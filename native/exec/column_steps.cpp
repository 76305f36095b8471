#include "exec/column_steps.h"

#include <array>
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
        for (int t = 0; t < cut.threads; ++t) {
            shares.push_back(share_blocks(x_.cols, kAlignFloats, cut.threads, t));
        }
    }

    bool run(const Run&, Worker& worker) const noexcept override {
        const Range& own =
            shares_[static_cast<size_t>(worker.slot)][static_cast<size_t>(worker.thread)];
        kernel_(x_.data, x_.ld, x_.rows(worker.n), out_.data, own.first, own.last);
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
    std::array<std::vector<Range>, 2> shares_;
};

}  // namespace

StepPtr make_column_step(const KernelTable& table, ColumnKind kind, const Buffer& x,
                         const Buffer& out) {
    return std::make_unique<ColumnStep>(table, kind, x, out);
}

}  // namespace pronghorn
