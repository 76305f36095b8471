#include "exec/dense_steps.h"

#include <algorithm>
#include <numeric>

#include "exec/half_steps.h"

namespace pronghorn {

namespace {

// Rows of the weights are cut where both a tile and a cache line of (n, k) results end.
size_t k_unit(const KernelTable& table, const Panels& panels) {
    const size_t unit = panels.transposed ? kPairOfStrips : kAlignFloats;
    return std::lcm(static_cast<size_t>(table.k_block), unit);
}

// Operands of a formula on (n, m) results carry the scope of their rows; where the step is not cut
// by rows it touches any part of those arrays.
void list_operands(const Operands& operands, const Scope& cut, Accesses& into) {
    for (const Access& access : operands.accesses) {
        const bool by_rows = access.scope.kind == Scope::Kind::rows;
        into.push_back({access.array, by_rows ? cut : access.scope, access.writes});
    }
}

std::string describe_factor(const Buffer& x, const RoundedKernels* rounded) {
    if (rounded == nullptr) return describe_buffer(x);
    const char* precision = x.parts() == 1 ? " bfloat16 " : " bfloat16 x 3 ";
    return describe_buffer(x) + precision + rounded->isa;
}

// Whether products with such weights are worth marks: those of floats in panels, with more inputs
// than it takes to look at them.
bool leaves_zeros_out(const Store& w, const RoundedKernels* rounded) {
    constexpr size_t kFewest = 32;
    const Panels panels = w.panels();
    return rounded == nullptr && !panels.transposed && panels.k >= kFewest;
}

// Where two threads take halves of a panel between others, a step of this kind before the sums of the
// halves makes each thread's own panels, so that the threads meet once.
class DenseForwardStep final : public Step {
  public:
    DenseForwardStep(const ProductKernels& kernels, const Buffer& x, StorePtr w, Operands operands,
                     std::shared_ptr<const HalfSums> halves, bool makes_own_panels)
        : table_(kernels.table),
          rounded_(kernels.rounded),
          x_(x),
          w_(std::move(w)),
          operands_(std::move(operands)),
          halves_(std::move(halves)),
          makes_own_panels_(makes_own_panels) {
        if (makes_own_panels_ || !leaves_zeros_out(*w_, rounded_)) return;
        x_.sharing->is_marked = true;
        x_.sharing->listed_weights += w_->panels().k * w_->panels().m;
    }

    void prepare(const Cut& cut) override {
        const size_t rows = x_.rows(cut.n);
        const Panels panels = w_->panels();
        is_copied_ = x_.is_copied(cut);
        joins_halves_ = !makes_own_panels_ && has_halves(cut);
        by_rows_ = joins_halves_ || is_cut_by_rows(rows, panels);
        is_used_ = !makes_own_panels_ || has_halves(cut);
        x_.prepare_memory(cut);
        const Range all{0, x_.cols}, none{0, 0};
        if (makes_own_panels_) {
            // The step that joins the halves speaks for all of the product.
        } else if (joins_halves_) {
            x_.note_reading(cut, inputs_of_halves(*w_), false);
        } else if (by_rows_) {
            x_.note_reading(cut, {none, none}, true);
        } else {
            x_.note_reading(cut, {all, all}, true);
        }
        auto& tasks = tasks_.start(cut);
        for (int part = 0; part < cut.parts(); ++part) {
            auto& task = tasks[static_cast<size_t>(part)];
            task.call = {rows, x_.data, x_.ld, panels, w_->data(), operands_.bind(table_, 1)};
            task.scalars.prepare(*operands_.map, cut.n);
            task.call.map.scalars = task.scalars.data();
            const Range own = x_.rows_of(cut, part);
            const int middle = middle_panel(panels);
            if (!is_used_) {
                task.rects = {};
            } else if (makes_own_panels_) {
                task.rects = share_halves(panels, rows, {0, 0}, part);
            } else if (joins_halves_) {
                task.rects.add({middle, middle + 1, own.first, own.last});
            } else if (by_rows_) {
                task.rects.add({0, panels.count, own.first, own.last});
            } else {
                task.rects =
                    share_panels(panels, rows, static_cast<size_t>(table_.row_block), cut, part);
            }
        }
    }

    bool run(const Run& run, Worker& worker) const noexcept override {
        auto& task = tasks_.of(worker);
        task.scalars.refresh(worker.scalar_row(run));
        task.call.x = x_.data_of(*worker.cut, worker.thread);
        task.call.marks = x_.marks_of(*worker.cut, worker.thread);
        if (has_halves(*worker.cut)) task.call.sums = halves_->data();
        for (int i = 0; i < task.rects.count; ++i) {
            const Rect& r = task.rects.rect[static_cast<size_t>(i)];
            if (rounded_ == nullptr) {
                table_.dense_forward(task.call, r.panel0, r.panel1, r.row0, r.row1);
            } else {
                rounded_->dense_forward(task.call, x_.parts(), r.panel0, r.panel1, r.row0, r.row1,
                                        static_cast<float*>(worker.scratch.get()));
            }
        }
        return true;
    }

    void list_accesses(Accesses& into) const override {
        if (!is_used_) return;
        const Scope whole{Scope::Kind::whole};
        const Scope cut = by_rows_ ? Scope{Scope::Kind::rows} : whole;
        if (joins_halves_) {
            into.push_back({halves_.get(), whole, false});
        } else {
            into.push_back({x_.data, is_copied_ ? Scope{Scope::Kind::own} : cut, false});
            into.push_back({w_->data(), whole, false});
        }
        list_operands(operands_, cut, into);
    }

    std::string describe() const override {
        return "dense_forward " + describe_factor(x_, rounded_) + " @ " + describe_store(*w_) +
               " " + describe_map(*operands_.map, table_) +
               (makes_own_panels_ ? (is_used_ ? " of own panels" : " of no own panels")
                : by_rows_        ? " by rows"
                                  : " by panels");
    }

    size_t flops() const override {
        return makes_own_panels_ ? 0 : 2 * x_.rows_per_sample * w_->elements();
    }
    size_t work(size_t n) const override {
        if (makes_own_panels_) return 0;
        return n * (flops() + x_.rows_per_sample * w_->shape()[1] * operands_.map->work());
    }
    size_t scratch(size_t) const override {
        if (rounded_ == nullptr) return 0;
        return static_cast<size_t>(x_.parts()) * rounded_->forward_scratch(w_->shape()[0]);
    }

  private:
    bool has_halves(const Cut& cut) const { return halves_ != nullptr && halves_->are_used(cut); }

    const KernelTable& table_;
    const RoundedKernels* rounded_;
    Buffer x_;
    StorePtr w_;
    Operands operands_;
    std::shared_ptr<const HalfSums> halves_;  // null: none are made
    const bool makes_own_panels_;
    bool is_used_ = true;
    bool by_rows_ = false;
    bool is_copied_ = false;
    bool joins_halves_ = false;
    Tasks<DenseForward> tasks_;
};

class DenseInputGradientStep final : public Step {
  public:
    DenseInputGradientStep(const ProductKernels& kernels, const Buffer& dz, StorePtr w,
                           Operands operands)
        : table_(kernels.table),
          rounded_(kernels.rounded),
          dz_(dz),
          w_(std::move(w)),
          operands_(std::move(operands)) {}

    void prepare(const Cut& cut) override {
        const size_t rows = dz_.rows(cut.n);
        const Panels panels = w_->panels();
        const size_t unit = k_unit(table_, panels), units = (panels.k + unit - 1) / unit;
        by_rows_ =
            panels.count == 1 || rows >= 2 * panels.k || units < static_cast<size_t>(cut.threads);
        auto& tasks = tasks_.start(cut);
        for (int part = 0; part < cut.parts(); ++part) {
            auto& task = tasks[static_cast<size_t>(part)];
            task.call = {rows, dz_.data, dz_.ld, panels, w_->data(), operands_.bind(table_, 1)};
            task.scalars.prepare(*operands_.map, cut.n);
            task.call.map.scalars = task.scalars.data();
            const Range own = by_rows_ ? dz_.rows_of(cut, part) : Range{0, rows};
            const Range k = by_rows_ ? Range{0, panels.k} : share_blocks(panels.k, unit, cut, part);
            // The rectangle's "panels" are rows of the weights here.
            task.rects.add(
                {static_cast<int>(k.first), static_cast<int>(k.last), own.first, own.last});
        }
    }

    bool run(const Run& run, Worker& worker) const noexcept override {
        auto& task = tasks_.of(worker);
        task.scalars.refresh(worker.scalar_row(run));
        for (int i = 0; i < task.rects.count; ++i) {
            const Rect& r = task.rects.rect[static_cast<size_t>(i)];
            const auto k0 = static_cast<size_t>(r.panel0), k1 = static_cast<size_t>(r.panel1);
            auto* scratch = static_cast<float*>(worker.scratch.get());
            if (rounded_ == nullptr) {
                table_.dense_input_gradient(task.call, k0, k1, r.row0, r.row1, scratch);
            } else {
                rounded_->dense_input_gradient(task.call, dz_.parts(), k0, k1, r.row0, r.row1,
                                               scratch);
            }
        }
        return true;
    }

    void list_accesses(Accesses& into) const override {
        const Scope whole{Scope::Kind::whole};
        const Scope blocks{Scope::Kind::blocks};
        const Scope rows{Scope::Kind::rows};
        into.push_back({dz_.data, by_rows_ ? rows : whole, false});
        into.push_back({w_->data(), by_rows_ ? whole : blocks, false});
        list_operands(operands_, by_rows_ ? rows : whole, into);
    }

    std::string describe() const override {
        return "dense_input_gradient " + describe_factor(dz_, rounded_) + " @ " +
               describe_store(*w_) + ".T " + describe_map(*operands_.map, table_) +
               (by_rows_ ? " by rows" : " by weight rows");
    }

    size_t flops() const override { return 2 * dz_.rows_per_sample * w_->elements(); }
    size_t work(size_t n) const override {
        return n * (flops() + dz_.rows_per_sample * w_->shape()[0] * operands_.map->work());
    }
    size_t scratch(size_t) const override {
        const size_t m = w_->shape()[1];
        if (rounded_ == nullptr) return table_.input_gradient_scratch(m);
        return static_cast<size_t>(dz_.parts()) * rounded_->input_gradient_scratch(m);
    }

    const Store* weights() const { return w_.get(); }
    bool cuts_weights() const { return !by_rows_; }

  private:
    const KernelTable& table_;
    const RoundedKernels* rounded_;
    Buffer dz_;
    StorePtr w_;
    Operands operands_;
    bool by_rows_ = false;
    Tasks<DenseInputGradient> tasks_;
};

class DenseWeightGradientStep final : public Step {
  public:
    DenseWeightGradientStep(const ProductKernels& kernels, const Buffer& x, const Buffer& dz,
                            StorePtr layout, Operands operands, const DenseInputGradientStep* after)
        : table_(kernels.table),
          rounded_(kernels.rounded),
          x_(x),
          dz_(dz),
          layout_(std::move(layout)),
          operands_(std::move(operands)),
          after_(after) {
        if (leaves_zeros_out(*layout_, rounded_)) x_.sharing->is_marked = true;
        if (may_halve()) x_.sharing->has_halved_gradients = true;
    }

    void prepare(const Cut& cut) override {
        const Panels panels = layout_->panels();
        const size_t unit = k_unit(table_, panels);
        // Weights that every thread reads whole need not stay with one; then it reads less of x.
        by_blocks_ =
            (after_ != nullptr && after_->cuts_weights()) || is_cut_by_rows(x_.rows(cut.n), panels);
        is_copied_ = x_.is_copied(cut);
        is_halved_ = may_halve() && is_halved(x_, *layout_, cut);
        x_.prepare_memory(cut);
        const auto inputs = [&](int part) { return share_blocks(panels.k, unit, cut, part); };
        if (is_halved_) {
            x_.note_reading(cut, inputs_of_halves(*layout_), false);
        } else if (by_blocks_ && cut.parts() == 2) {
            x_.note_reading(cut, {inputs(0), inputs(1)}, false);
        } else {
            const Range all{0, x_.cols};
            x_.note_reading(cut, {all, all}, false);
        }
        auto& tasks = tasks_.start(cut);
        for (int part = 0; part < cut.parts(); ++part) {
            auto& task = tasks[static_cast<size_t>(part)];
            task.call = {x_.rows(cut.n),           x_.data, x_.ld, dz_.data, dz_.ld, panels,
                         operands_.bind(table_, 1)};
            task.scalars.prepare(*operands_.map, cut.n);
            task.call.map.scalars = task.scalars.data();
            if (is_halved_) {
                task.rects = share_halves(panels, panels.k, half_of_inputs(*layout_, part), part);
            } else if (by_blocks_) {
                const Range k = inputs(part);
                task.rects.add({0, panels.count, k.first, k.last});
            } else {
                task.rects = share_panels(panels, panels.k, unit, cut, part);
            }
        }
    }

    bool run(const Run& run, Worker& worker) const noexcept override {
        auto& task = tasks_.of(worker);
        task.scalars.refresh(worker.scalar_row(run));
        task.call.x = x_.data_of(*worker.cut, worker.thread);
        task.call.marks = x_.marks_of(*worker.cut, worker.thread);
        task.call.scratch = nullptr;
        if (rounded_ == nullptr && copied_floats(task.call.n) > 0) {
            task.call.scratch = static_cast<float*>(worker.scratch.get());
        }
        task.call.ahead = worker.ahead.rows > 0 ? &worker.ahead : nullptr;
        if (task.call.ahead != nullptr) {
            task.call.lines_ahead = 1 + worker.ahead.lines() / count_tiles(task.rects);
        }
        for (int i = 0; i < task.rects.count; ++i) {
            const Rect& r = task.rects.rect[static_cast<size_t>(i)];
            if (rounded_ == nullptr) {
                table_.dense_weight_gradient(task.call, r.panel0, r.panel1, r.row0, r.row1);
            } else {
                rounded_->dense_weight_gradient(task.call, x_.parts(), r.panel0, r.panel1, r.row0,
                                                r.row1, static_cast<float*>(worker.scratch.get()));
            }
        }
        return true;
    }

    void list_accesses(Accesses& into) const override {
        const Scope whole{Scope::Kind::whole};
        const Scope blocks{Scope::Kind::blocks};
        const Scope panels{Scope::Kind::panels};
        const Scope halves{Scope::Kind::halves};
        into.push_back({x_.data, is_copied_ ? Scope{Scope::Kind::own} : whole, false});
        into.push_back({dz_.data, whole, false});
        for (const Access& access : operands_.accesses) {
            const bool packed = access.scope.kind == Scope::Kind::panels;
            const Scope cut = is_halved_ ? halves : by_blocks_ ? blocks : panels;
            const Scope scope = packed ? cut : whole;
            into.push_back({access.array, scope, access.writes});
        }
    }

    std::string describe() const override {
        return "dense_weight_gradient " + describe_factor(x_, rounded_) + ".T @ " +
               describe_buffer(dz_) + " -> " + describe_store(*layout_) + " " +
               describe_map(*operands_.map, table_) +
               (is_halved_   ? " in halves"
                : by_blocks_ ? " by weight rows"
                             : " by panels");
    }

    bool has_effect() const override { return true; }
    bool brings_rows() const override { return true; }
    size_t flops() const override { return 2 * x_.rows_per_sample * layout_->elements(); }
    size_t work(size_t n) const override {
        // An update waits for its weights and slots as long again as it computes.
        return n * flops() + 2 * layout_->elements() * operands_.map->work();
    }
    size_t scratch(size_t n) const override {
        const size_t rows = x_.rows(n);
        if (rounded_ == nullptr) return copied_floats(rows);
        return static_cast<size_t>(x_.parts()) * rounded_->weight_gradient_scratch(rows);
    }

  private:
    // What comes before it may have cut the weights in another way.
    bool may_halve() const {
        return rounded_ == nullptr && after_ == nullptr && may_be_halved(x_, *layout_);
    }
    // Floats that the kernel copies its operands to, if it does.
    size_t copied_floats(size_t rows) const {
        const Panels panels = layout_->panels();
        return panels.transposed ? 0 : table_.weight_gradient_scratch(rows, panels.m);
    }

    // At least so many tiles, and one.
    size_t count_tiles(const Rects& rects) const {
        size_t tiles = 0;
        const auto block = static_cast<size_t>(table_.k_block);
        for (int i = 0; i < rects.count; ++i) {
            const Rect& r = rects.rect[static_cast<size_t>(i)];
            tiles += static_cast<size_t>(r.panel1 - r.panel0) * ((r.row1 - r.row0) / block);
        }
        return std::max<size_t>(tiles, 1);
    }

    const KernelTable& table_;
    const RoundedKernels* rounded_;
    Buffer x_, dz_;
    StorePtr layout_;
    Operands operands_;
    const DenseInputGradientStep* after_;
    bool by_blocks_ = false;
    bool is_copied_ = false;
    bool is_halved_ = false;
    Tasks<DenseWeightGradient> tasks_;
};

}  // namespace

StepPtr make_dense_forward(const ProductKernels& kernels, const Buffer& x, StorePtr w,
                           Operands operands, std::shared_ptr<const HalfSums> halves) {
    return std::make_unique<DenseForwardStep>(kernels, x, std::move(w), std::move(operands),
                                              std::move(halves), false);
}

StepPtr make_own_panels(const ProductKernels& kernels, const Buffer& x, StorePtr w,
                        Operands operands, std::shared_ptr<const HalfSums> halves) {
    return std::make_unique<DenseForwardStep>(kernels, x, std::move(w), std::move(operands),
                                              std::move(halves), true);
}

StepPtr make_dense_input_gradient(const ProductKernels& kernels, const Buffer& dz, StorePtr w,
                                  Operands operands) {
    return std::make_unique<DenseInputGradientStep>(kernels, dz, std::move(w), std::move(operands));
}

StepPtr make_dense_weight_gradient(const ProductKernels& kernels, const Buffer& x, const Buffer& dz,
                                   StorePtr layout, Operands operands, const Step* previous) {
    const auto* gradient = dynamic_cast<const DenseInputGradientStep*>(previous);
    if (gradient != nullptr) {
        const auto written = [&](const Access& access) {
            return access.writes && access.array == gradient->weights()->data();
        };
        if (std::none_of(operands.accesses.begin(), operands.accesses.end(), written)) {
            gradient = nullptr;
        }
    }
    return std::make_unique<DenseWeightGradientStep>(kernels, x, dz, std::move(layout),
                                                     std::move(operands), gradient);
}

}  // namespace pronghorn
