#include "exec/table_steps.h"

#include <array>

namespace pronghorn {

namespace {

class TakeRowsStep final : public Step {
  public:
    TakeRowsStep(const KernelTable& table, StorePtr store, const Buffer& labels, const Buffer& out)
        : table_(table), store_(std::move(store)), labels_(labels), out_(out) {}

    bool run(const Run&, Worker& worker) const noexcept override {
        const size_t each = out_.rows_per_sample;
        table_.take_rows(store_->panels(), store_->data(), labels_.label_data(), out_.data, out_.ld,
                         worker.samples.first * each, worker.samples.last * each);
        return true;
    }

    void list_accesses(Accesses& into) const override {
        into.push_back({store_->data(), {Scope::Kind::whole}, false});
        into.push_back({labels_.data, labels_.scope(), false});
        into.push_back({out_.data, out_.scope(), true});
    }

    std::string describe() const override {
        return "take_rows " + describe_store(*store_) + " " + describe_buffer(labels_) + " -> " +
               describe_buffer(out_) + " by rows";
    }

    size_t work(size_t n) const override { return out_.rows(n) * out_.cols; }

  private:
    const KernelTable& table_;
    StorePtr store_;
    Buffer labels_, out_;
};

class TakeRowsGradientStep final : public Step {
  public:
    TakeRowsGradientStep(const KernelTable& table, const Buffer& labels, const Buffer& dy,
                         StorePtr store)
        : table_(table), labels_(labels), dy_(dy), store_(std::move(store)) {}

    void prepare(const Cut& cut) override {
        parts_[static_cast<size_t>(cut.slot)] = static_cast<size_t>(cut.parts());
    }

    bool run(const Run&, Worker& worker) const noexcept override {
        table_.sum_by_label(store_->panels(), dy_.data, dy_.ld, labels_.label_data(),
                            dy_.rows(worker.cut->n), store_->data(),
                            static_cast<size_t>(worker.part),
                            parts_[static_cast<size_t>(worker.cut->slot)]);
        return true;
    }

    void list_accesses(Accesses& into) const override {
        const Scope whole{Scope::Kind::whole};
        into.push_back({labels_.data, whole, false});
        into.push_back({dy_.data, whole, false});
        into.push_back({store_->data(), whole, true});
    }

    std::string describe() const override {
        return "take_rows_gradient " + describe_buffer(labels_) + " " + describe_buffer(dy_) +
               " -> " + describe_store(*store_) + " by table rows";
    }

    bool has_effect() const override { return true; }
    size_t work(size_t n) const override { return dy_.rows(n) * dy_.cols + store_->elements(); }

  private:
    const KernelTable& table_;
    Buffer labels_, dy_;
    StorePtr store_;
    std::array<size_t, kFrames> parts_{};
};

class UnpackStep final : public Step {
  public:
    UnpackStep(StorePtr store, const Buffer& out) : store_(std::move(store)), out_(out) {}

    bool run(const Run&, Worker& worker) const noexcept override {
        if (worker.part == 0) store_->read(out_.data);
        return true;
    }

    void list_accesses(Accesses& into) const override {
        into.push_back({store_->data(), {Scope::Kind::first}, false});
        into.push_back({out_.data, out_.scope(), true});
    }

    std::string describe() const override {
        return "unpack " + describe_store(*store_) + " -> " + describe_buffer(out_) +
               " by the first thread";
    }

    size_t work(size_t) const override { return out_.cols; }

  private:
    StorePtr store_;
    Buffer out_;
};

class PackStep final : public Step {
  public:
    PackStep(const Buffer& x, StorePtr store) : x_(x), store_(std::move(store)) {}

    bool run(const Run&, Worker& worker) const noexcept override {
        if (worker.part == 0) store_->write(x_.data);
        return true;
    }

    void list_accesses(Accesses& into) const override {
        into.push_back({x_.data, x_.scope(), false});
        into.push_back({store_->data(), {Scope::Kind::first}, true});
    }

    std::string describe() const override {
        return "pack " + describe_buffer(x_) + " -> " + describe_store(*store_) +
               " by the first thread";
    }

    bool has_effect() const override { return true; }
    size_t work(size_t) const override { return x_.cols; }

  private:
    Buffer x_;
    StorePtr store_;
};

}  // namespace

StepPtr make_take_rows(const KernelTable& table, StorePtr store, const Buffer& labels,
                       const Buffer& out) {
    return std::make_unique<TakeRowsStep>(table, std::move(store), labels, out);
}

StepPtr make_take_rows_gradient(const KernelTable& table, const Buffer& labels, const Buffer& dy,
                                StorePtr store) {
    return std::make_unique<TakeRowsGradientStep>(table, labels, dy, std::move(store));
}

StepPtr make_unpack(StorePtr store, const Buffer& out) {
    return std::make_unique<UnpackStep>(std::move(store), out);
}

StepPtr make_pack(const Buffer& x, StorePtr store) {
    return std::make_unique<PackStep>(x, std::move(store));
}

}  // namespace pronghorn
