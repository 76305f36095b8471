#include "exec/half_steps.h"

#include <utility>

namespace pronghorn {

bool may_be_halved(const Buffer& x, const Store& w) {
    const Panels panels = w.panels();
    return x.sharing->is_gathered && middle_panel(panels) >= 0 && first_half(panels.k) < panels.k;
}

bool is_halved(const Buffer& x, const Store& w, const Cut& cut) {
    const Panels panels = w.panels();
    // Rows that outnumber the columns are cut themselves.
    const bool is_cut = panels.count > 1 && is_cut_by_rows(x.rows(cut.n), panels);
    // Without updates, weights are shared at no cost, and parts of rows need not meet.
    return cut.parts() == 2 && x.sharing->has_halved_gradients && may_be_halved(x, w) &&
           x.is_copied(cut) && !is_cut;
}

Range half_of_inputs(const Store& w, int part) {
    const size_t k = w.panels().k, half = first_half(k);
    return part == 0 ? Range{0, half} : Range{half, k};
}

std::array<Range, 2> inputs_of_halves(const Store& w) {
    const Panels panels = w.panels();
    if (panels.count == 1) return {half_of_inputs(w, 0), half_of_inputs(w, 1)};
    return {Range{0, panels.k}, Range{0, panels.k}};
}

Rects share_halves(const Panels& panels, size_t rows, Range own, int part) {
    const int middle = middle_panel(panels);
    Rects rects;
    if (part == 0) rects.add({0, middle, 0, rows});
    rects.add({middle, middle + 1, own.first, own.last});
    if (part == 1) rects.add({middle + 1, panels.count, 0, rows});
    return rects;
}

size_t HalfSums::floats(const Cut& cut) const {
    const Panels panels = w_->panels();
    const int middle = middle_panel(panels);
    return x_.rows(cut.n) * (panels.first_col[middle + 1] - panels.first_col[middle]);
}

void HalfSums::prepare_memory(const Cut& cut) {
    const size_t wanted = 2 * floats(cut);
    if (!are_used(cut) || wanted <= floats_) return;
    memory_ = allocate_zeroed(wanted * sizeof(float));
    floats_ = wanted;
}

float* HalfSums::of_part(const Cut& cut, int part) const {
    return static_cast<float*>(memory_.get()) + (part == 0 ? 0 : floats(cut));
}

namespace {

class HalfSumsStep final : public Step {
  public:
    HalfSumsStep(const KernelTable& table, std::shared_ptr<HalfSums> sums)
        : table_(table), sums_(std::move(sums)) {}

    void prepare(const Cut& cut) override {
        is_used_ = sums_->are_used(cut);
        sums_->prepare_memory(cut);
    }

    bool run(const Run&, Worker& worker) const noexcept override {
        const Cut& cut = *worker.cut;
        if (!sums_->are_used(cut)) return true;
        const Buffer& x = sums_->x();
        const Store& w = sums_->weights();
        DenseForward call{};
        call.n = x.rows(cut.n);
        call.x = x.data_of(cut, worker.thread);
        call.ldx = x.ld;
        call.w = w.panels();
        call.weights = w.data();
        const Range k = half_of_inputs(w, worker.part);
        table_.sum_middle(call, sums_->of_part(cut, worker.part), k.first, k.last, 0, call.n);
        return true;
    }

    void list_accesses(Accesses& into) const override {
        if (!is_used_) return;
        const Scope whole{Scope::Kind::whole};
        into.push_back({sums_->x().data, {Scope::Kind::own}, false});
        into.push_back({sums_->weights().data(), whole, false});
        into.push_back({sums_.get(), whole, true});
    }

    std::string describe() const override {
        return "dense_forward " + describe_buffer(sums_->x()) + " @ " +
               describe_store(sums_->weights()) + (is_used_ ? " in halves" : " not in halves");
    }

    bool is_in_halves() const override {
        const Sharing& sharing = *sums_->x().sharing;
        return sharing.has_halved_gradients && !sharing.is_read_by_others;
    }

  private:
    const KernelTable& table_;
    std::shared_ptr<HalfSums> sums_;
    bool is_used_ = false;
};

}  // namespace

StepPtr make_half_sums(const KernelTable& table, std::shared_ptr<HalfSums> sums) {
    return std::make_unique<HalfSumsStep>(table, std::move(sums));
}

}  // namespace pronghorn
