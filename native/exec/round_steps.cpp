#include "exec/round_steps.h"

namespace pronghorn {

namespace {

class RoundRowsStep final : public Step {
  public:
    RoundRowsStep(const RoundedKernels& kernels, const Buffer& x, const Buffer& out)
        : kernels_(kernels), x_(x), out_(out) {}

    bool run(const Run&, Worker& worker) const noexcept override {
        const size_t each = x_.rows_per_sample;
        const auto depth = static_cast<size_t>(kernels_.depth);
        const auto words = [&](size_t numbers) { return (numbers + depth - 1) / depth; };
        const bool is_along = out_.form == Form::along;
        // From a part to the next one: behind it in the same row, or below all of its rows.
        const size_t next = is_along ? words(x_.cols) : words(worker.cut->n * each) * out_.ld;
        for (int part = 0; part < out_.parts(); ++part) {
            (is_along ? kernels_.along : kernels_.across)(
                x_.data, x_.ld, x_.cols, out_.data + static_cast<size_t>(part) * next, out_.ld,
                worker.samples.first * each, worker.samples.last * each,
                out_.split != Split::none && is_low_part(out_.split == Split::right, part));
        }
        return true;
    }

    void list_accesses(Accesses& into) const override {
        into.push_back({x_.data, x_.scope(), false});
        into.push_back({out_.data, out_.scope(), true});
    }

    std::string describe() const override {
        return "round_rows " + describe_buffer(x_) +
               (out_.form == Form::along ? " along" : " across") + " by rows";
    }

    size_t work(size_t n) const override { return x_.rows(n) * x_.cols; }

  private:
    const RoundedKernels& kernels_;
    Buffer x_, out_;
};

}  // namespace

StepPtr make_round_rows(const RoundedKernels& kernels, const Buffer& x, const Buffer& out) {
    return std::make_unique<RoundRowsStep>(kernels, x, out);
}

}  // namespace pronghorn
