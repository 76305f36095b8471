#include "exec/batch_steps.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <numeric>

namespace pronghorn {

namespace {

Gather gather_call(const Run& run, const Worker& worker, const Source& source) {
    const size_t first = worker.iteration * run.batch;
    Gather call{};
    call.type = source.type;
    call.source = source.data;
    call.row_bytes = source.row_bytes;
    call.index = run.index.data() + first;
    call.n = worker.cut->n;
    return call;
}

class GatherStep final : public Step {
  public:
    GatherStep(const KernelTable& table, size_t order, size_t source, const Buffer& out,
               float scale, float offset)
        : table_(table),
          order_(order),
          source_(source),
          out_(out),
          scale_(scale),
          offset_(offset) {}

    void prepare(const Cut& cut) override {
        is_copied_ = out_.is_copied(cut);
        out_.prepare_memory(cut);
        out_.begin_readings(cut);
    }
    bool is_divided() const override { return !is_copied_; }

    bool run(const Run& run, Worker& worker) const noexcept override {
        const Range all{0, out_.cols}, own = worker.samples;
        if (!out_.is_copied(*worker.cut)) {
            copy_or_refuse(run, worker, own, all);
            return true;
        }
        const Range read = out_.columns_of_all(*worker.cut, worker.thread);
        if (read.last - read.first == out_.cols || !out_.reads_own_rows(*worker.cut)) {
            copy_or_refuse(run, worker, {0, worker.cut->n}, read);
        } else {
            copy_or_refuse(run, worker, {0, own.first}, read);
            copy_or_refuse(run, worker, own, all);
            copy_or_refuse(run, worker, {own.last, worker.cut->n}, read);
        }
        return true;
    }

    void list_accesses(Accesses& into) const override {
        into.push_back({out_.data, is_copied_ ? Scope{Scope::Kind::own} : out_.scope(), true});
    }

    std::string describe() const override {
        return "gather source " + std::to_string(source_) + " -> " + describe_buffer(out_) +
               (is_copied_ ? " by each thread" : " by rows");
    }

    bool gathers() const override { return true; }

    RowsAhead rows_ahead(const Run& run, const Worker& worker) const noexcept override {
        constexpr size_t kLine = RowsAhead::kLineBytes;
        const Cut& cut = *worker.cut;
        const Range own = out_.is_copied(cut) ? share_own(cut.n, cut, worker.part) : worker.samples;
        const size_t next = (worker.iteration + 1) * run.batch, end = run.index.size();
        const size_t first = std::min(next + own.first, end);
        const Source& source = run.sources[source_];
        Range elements{0, source.row_elements};
        if (out_.is_copied(cut) && !out_.reads_own_rows(cut) && out_.rows_per_sample == 1) {
            elements = out_.columns_of_all(cut, worker.thread);
        }
        // What is read of a row may begin anywhere in a line, and end in one more.
        const size_t bytes = (elements.last - elements.first) * source.element_bytes;
        const size_t step = std::gcd(static_cast<size_t>(std::abs(source.row_bytes)), kLine);
        return {static_cast<const std::byte*>(source.data) + elements.first * source.element_bytes,
                source.row_bytes,
                bytes + kLine - step,
                run.index.data() + first,
                std::min(next + own.last, end) - first,
                0};
    }

    bool may_refuse() const override { return true; }
    Finding finding() const override { return {Status::nonfinite_input, source_}; }
    size_t work(size_t n) const override { return out_.rows(n) * out_.cols; }

  private:
    void copy_or_refuse(const Run& run, Worker& worker, Range samples, Range columns) const {
        if (copy(run, worker, samples.first, samples.last, columns)) return;
        // Which row it was: copy them again, one at a time.
        size_t bad = samples.first;
        while (bad + 1 < samples.last && copy(run, worker, bad, bad + 1, columns)) ++bad;
        worker.refuse(Refusal::code(order_, bad));
    }
    // A sample's elements fill rows_per_sample rows; each of them is a column slice of the source.
    bool copy(const Run& run, const Worker& worker, size_t row0, size_t row1, Range columns) const {
        if (row0 == row1 || columns.first == columns.last) return true;
        const Source& source = run.sources[source_];
        Gather call = gather_call(run, worker, source);
        call.cols = columns.last - columns.first;
        call.divisor = source.divisor;
        call.scale = scale_;
        call.offset = offset_;
        call.ld = out_.ld * out_.rows_per_sample;
        float* out = out_.data_of(*worker.cut, worker.thread);
        const Marks marks = out_.marks_of(*worker.cut, worker.thread);
        call.marks.ld = marks.ld;
        call.marks_step = out_.rows_per_sample;
        bool finite = true;
        for (size_t r = 0; r < out_.rows_per_sample; ++r) {
            call.source = static_cast<const std::byte*>(source.data) +
                          (r * out_.cols + columns.first) * source.element_bytes;
            call.out = out + r * out_.ld + columns.first;
            if (marks.words != nullptr) {
                call.marks.words = marks.words + columns.first / Marks::kColumns * marks.ld + r;
            }
            finite = table_.gather(call, row0, row1) && finite;
        }
        return finite;
    }

    const KernelTable& table_;
    size_t order_, source_;
    Buffer out_;
    float scale_, offset_;
    bool is_copied_ = false;
};

class GatherLabelsStep final : public Step {
  public:
    GatherLabelsStep(const KernelTable& table, size_t order, size_t source, const Buffer& out,
                     int classes)
        : table_(table), order_(order), source_(source), out_(out), classes_(classes) {}

    bool run(const Run& run, Worker& worker) const noexcept override {
        const Range own = worker.samples;
        if (own.first == own.last) return true;
        Gather call = gather_call(run, worker, run.sources[source_]);
        const size_t each = call.cols = out_.rows_per_sample;
        call.scale = 1.0F;
        int32_t* labels = out_.label_data();
        const bool whole = table_.gather_labels(call, labels, own.first, own.last);
        const auto within = [&](int32_t label) { return label >= 0 && label < classes_; };
        for (size_t i = own.first; i < own.last; ++i) {
            if (std::all_of(labels + i * each, labels + (i + 1) * each, within) &&
                (whole || table_.gather_labels(call, labels, i, i + 1))) {
                continue;
            }
            worker.refuse(Refusal::code(order_, i));
            // Later steps use labels as row or column numbers before the batch is given up.
            const auto without = [&](int32_t label) { return !within(label); };
            std::replace_if(labels + i * each, labels + own.last * each, without, 0);
            break;
        }
        return true;
    }

    void list_accesses(Accesses& into) const override {
        into.push_back({out_.data, out_.scope(), true});
    }

    std::string describe() const override {
        return "gather_labels source " + std::to_string(source_) + " -> " + describe_buffer(out_) +
               " below " + std::to_string(classes_) + " by rows";
    }

    bool may_refuse() const override { return true; }
    Finding finding() const override { return {Status::label, source_}; }
    size_t work(size_t n) const override { return out_.rows(n); }

  private:
    const KernelTable& table_;
    size_t order_, source_;
    Buffer out_;
    int classes_;
};

// Every thread takes the whole sum, so that each knows it without waiting for another.
class TotalStep final : public Step {
  public:
    TotalStep(const Buffer& x, int accumulator) : x_(x), accumulator_(accumulator) {}

    bool is_divided() const override { return false; }

    bool run(const Run&, Worker& worker) const noexcept override {
        double& total = worker.contributions[static_cast<size_t>(accumulator_)];
        if (x_.fixed) {
            total += static_cast<double>(worker.cut->n) * static_cast<double>(*x_.data);
            return true;
        }
        double sum = 0.0;
        const size_t rows = x_.rows(worker.cut->n);
        for (size_t i = 0; i < rows; ++i) sum += static_cast<double>(x_.data[i * x_.ld]);
        total += sum;
        return true;
    }

    void list_accesses(Accesses& into) const override {
        into.push_back({x_.data, {Scope::Kind::whole}, false});
    }

    std::string describe() const override {
        return "total " + describe_buffer(x_) + " -> accumulator " + std::to_string(accumulator_);
    }

    size_t work(size_t n) const override { return x_.rows(n); }

  private:
    Buffer x_;
    int accumulator_;
};

// The same number for each sample.
class CountStep final : public Step {
  public:
    CountStep(float each, int accumulator) : each_(each), accumulator_(accumulator) {}

    bool is_divided() const override { return false; }

    bool run(const Run&, Worker& worker) const noexcept override {
        worker.contributions[static_cast<size_t>(accumulator_)] +=
            static_cast<double>(worker.cut->n) * static_cast<double>(each_);
        return true;
    }

    void list_accesses(Accesses&) const override {}

    std::string describe() const override {
        return "count " + std::to_string(each_) + " -> accumulator " + std::to_string(accumulator_);
    }

  private:
    float each_;
    int accumulator_;
};

// Like a total, of every column to an accumulator of its own.
class TallyStep final : public Step {
  public:
    TallyStep(const Buffer& x, int first) : x_(x), first_(first) {}

    bool is_divided() const override { return false; }

    bool run(const Run&, Worker& worker) const noexcept override {
        double* totals = worker.contributions.data() + first_;
        const double times = x_.fixed ? static_cast<double>(worker.cut->n) : 1.0;
        const size_t rows = x_.rows(worker.cut->n);
        for (size_t i = 0; i < rows; ++i) {
            const float* row = x_.data + i * x_.ld;
            for (size_t j = 0; j < x_.cols; ++j) totals[j] += times * static_cast<double>(row[j]);
        }
        return true;
    }

    void list_accesses(Accesses& into) const override {
        into.push_back({x_.data, {Scope::Kind::whole}, false});
    }

    std::string describe() const override {
        return "tally " + describe_buffer(x_) + " -> accumulators from " + std::to_string(first_);
    }

    size_t work(size_t n) const override { return x_.rows(n) * x_.cols; }

  private:
    Buffer x_;
    int first_;
};

class GuardStep final : public Step {
  public:
    explicit GuardStep(int accumulator) : accumulator_(accumulator) {}

    bool is_divided() const override { return false; }

    bool run(const Run&, Worker& worker) const noexcept override {
        if (std::isfinite(worker.contributions[static_cast<size_t>(accumulator_)])) return true;
        worker.nonfinite = accumulator_;
        return false;
    }

    void list_accesses(Accesses&) const override {}

    std::string describe() const override {
        return "guard accumulator " + std::to_string(accumulator_);
    }

    // What an unusable row made of the loss is not the finding to report.
    bool has_effect() const override { return true; }

  private:
    int accumulator_;
};

class EmitStep final : public Step {
  public:
    EmitStep(const Buffer& x, size_t output) : x_(x), output_(output) {}

    bool run(const Run& run, Worker& worker) const noexcept override {
        const size_t rps = x_.rows_per_sample;
        float* out = run.outputs[output_] + worker.iteration * run.batch * rps * x_.cols;
        if (x_.is_column()) {
            std::copy(x_.data + worker.samples.first * rps, x_.data + worker.samples.last * rps,
                      out + worker.samples.first * rps);
            return true;
        }
        for (size_t i = worker.samples.first * rps; i < worker.samples.last * rps; ++i) {
            std::memcpy(out + i * x_.cols, x_.data + i * x_.ld, x_.cols * sizeof(float));
        }
        return true;
    }

    void list_accesses(Accesses& into) const override {
        into.push_back({x_.data, x_.scope(), false});
    }

    std::string describe() const override {
        return "emit " + describe_buffer(x_) + " -> output " + std::to_string(output_) + " by rows";
    }

    bool has_effect() const override { return true; }
    size_t work(size_t n) const override { return x_.rows(n) * x_.cols; }

  private:
    Buffer x_;
    size_t output_;
};

}  // namespace

StepPtr make_gather(const KernelTable& table, size_t order, size_t source, const Buffer& out,
                    float scale, float offset) {
    return std::make_unique<GatherStep>(table, order, source, out, scale, offset);
}

StepPtr make_gather_labels(const KernelTable& table, size_t order, size_t source, const Buffer& out,
                           int classes) {
    return std::make_unique<GatherLabelsStep>(table, order, source, out, classes);
}

StepPtr make_total(const Buffer& x, int accumulator) {
    return std::make_unique<TotalStep>(x, accumulator);
}

StepPtr make_count(float each, int accumulator) {
    return std::make_unique<CountStep>(each, accumulator);
}

StepPtr make_tally(const Buffer& x, int first) { return std::make_unique<TallyStep>(x, first); }

StepPtr make_guard(int accumulator) { return std::make_unique<GuardStep>(accumulator); }

StepPtr make_emit(const Buffer& x, size_t output) { return std::make_unique<EmitStep>(x, output); }

}  // namespace pronghorn
