#include "exec/index_steps.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

namespace pronghorn {

namespace {

size_t elements_of(const Buffer& buffer) { return buffer.cols * buffer.rows_per_sample; }
size_t sample_floats(const Buffer& buffer) {
    return buffer.fixed ? 0 : buffer.rows_per_sample * buffer.ld;
}

// Where an element of a sample lies, in floats from the sample's start.
size_t place_of(const Buffer& buffer, size_t element) {
    return element / buffer.cols * buffer.ld + element % buffer.cols;
}

// Elements that one loop serves: to[at + i] with from[i * step], i < count.
struct Stretch {
    const float* array;    // the input's first element; null for zeros
    size_t sample_floats;  // of the input, from one sample to the next
    ptrdiff_t first, step;
    size_t at;
    size_t count;

    const float* from(size_t sample) const { return array + sample * sample_floats + first; }

    // Whether the element at `place` of `next` is what comes next; it is taken up if so.
    bool take(const float* next, ptrdiff_t place, size_t to) {
        if (to != at + count || next != array) return false;
        const ptrdiff_t wanted = count == 1 ? place - first : step;
        if (place != first + static_cast<ptrdiff_t>(count) * wanted) return false;
        step = wanted;
        ++count;
        return true;
    }
};

// The result at `to` is element `element` of `in`, or 0 where that is null.
void append(std::vector<Stretch>& stretches, const Buffer* in, size_t element, size_t to) {
    const float* array = in == nullptr ? nullptr : in->data;
    const size_t place = in == nullptr ? 0 : place_of(*in, element);
    if (!stretches.empty() && stretches.back().take(array, static_cast<ptrdiff_t>(place), to)) {
        return;
    }
    const size_t floats = in == nullptr ? 0 : sample_floats(*in);
    stretches.push_back({array, floats, static_cast<ptrdiff_t>(place), 1, to, 1});
}

void list_reading(Accesses& into, const Buffer& in, const Buffer& out) {
    const bool by_all = in.fixed && !out.fixed;
    into.push_back({in.data, by_all ? Scope{Scope::Kind::whole} : in.scope(), false});
}

// The samples that a part writes.
Range own_samples(const Buffer& out, const Worker& worker) {
    return out.fixed ? Range{0, worker.part == 0 ? size_t{1} : size_t{0}} : worker.samples;
}

std::string describe_share(const Buffer& out) {
    return describe_buffer(out) + (out.fixed ? " by the first thread" : " by rows");
}

class IndexCopyStep final : public Step {
  public:
    IndexCopyStep(const std::vector<Buffer>& ins, std::span<const int64_t> offsets,
                  const Buffer& out)
        : ins_(ins), out_(out) {
        std::vector<size_t> first{0};  // offset of each input's first element
        for (const Buffer& in : ins) first.push_back(first.back() + elements_of(in));
        for (size_t j = 0; j < offsets.size(); ++j) {
            const size_t at = place_of(out, j);
            if (offsets[j] < 0) {
                append(stretches_, nullptr, 0, at);
                continue;
            }
            const auto element = static_cast<size_t>(offsets[j]);
            const auto next = std::upper_bound(first.begin(), first.end(), element);
            const auto which = static_cast<size_t>(next - first.begin()) - 1;
            append(stretches_, &ins[which], element - first[which], at);
        }
    }

    bool run(const Run&, Worker& worker) const noexcept override {
        const Range own = own_samples(out_, worker);
        for (size_t sample = own.first; sample < own.last; ++sample) {
            float* out = out_.data + sample * sample_floats(out_);
            for (const Stretch& stretch : stretches_) copy(stretch, sample, out + stretch.at);
        }
        return true;
    }

    void list_accesses(Accesses& into) const override {
        for (const Buffer& in : ins_) list_reading(into, in, out_);
        into.push_back({out_.data, out_.scope(), true});
    }

    std::string describe() const override {
        std::string line = "index_copy";
        for (const Buffer& in : ins_) line += " " + describe_buffer(in);
        return line + " -> " + describe_share(out_);
    }

    size_t work(size_t n) const override { return out_.rows(n) * out_.cols; }

  private:
    static void copy(const Stretch& stretch, size_t sample, float* out) {
        if (stretch.array == nullptr) {
            std::fill_n(out, stretch.count, 0.0F);
            return;
        }
        const float* from = stretch.from(sample);
        if (stretch.step == 1) {
            std::memcpy(out, from, stretch.count * sizeof(float));
            return;
        }
        const auto count = static_cast<ptrdiff_t>(stretch.count);
        for (ptrdiff_t i = 0; i < count; ++i) out[i] = from[i * stretch.step];
    }

    std::vector<Buffer> ins_;
    Buffer out_;
    std::vector<Stretch> stretches_;
};

float add_up(float a, float b) { return a + b; }
float multiply_up(float a, float b) { return a * b; }
// NaN where either is one, as numpy.max.
float take_larger(float a, float b) { return b > a || std::isnan(b) ? b : a; }

class IndexReduceStep final : public Step {
  public:
    IndexReduceStep(Reduction fold, const Buffer& x, std::span<const int64_t> offsets, size_t width,
                    const Buffer& out)
        : fold_(fold), x_(x), out_(out), width_(width) {
        const size_t count = offsets.size() / width;
        const auto element = [&](size_t j, size_t r) {
            return static_cast<size_t>(offsets[j * width + r]);
        };
        for (size_t r = 0; r < width; ++r) {
            for (size_t j = 0; j < count; ++j) {
                append(across_, &x, element(j, r), place_of(out, j));
            }
            if (r == 0) starts_ = across_.size();
        }
        for (size_t j = 0; j < count; ++j) {
            for (size_t r = 0; r < width; ++r) {
                // `at` counts a row's elements here; each row starts at 0.
                append(along_, &x, element(j, r), r);
            }
            row_ends_.push_back(along_.size());
        }
        is_along_ = along_.size() < across_.size();
        std::vector<Stretch>().swap(is_along_ ? across_ : along_);
    }

    bool run(const Run&, Worker& worker) const noexcept override {
        const Range own = own_samples(out_, worker);
        for (size_t sample = own.first; sample < own.last; ++sample) {
            float* out = out_.data + sample * sample_floats(out_);
            if (fold_ == Reduction::max) {
                reduce<take_larger>(sample, out);
            } else if (fold_ == Reduction::product) {
                reduce<multiply_up>(sample, out);
            } else {
                reduce<add_up>(sample, out);
            }
        }
        return true;
    }

    void list_accesses(Accesses& into) const override {
        list_reading(into, x_, out_);
        into.push_back({out_.data, out_.scope(), true});
    }

    std::string describe() const override {
        const char* name = fold_ == Reduction::max       ? "max "
                           : fold_ == Reduction::product ? "product "
                                                         : "sum ";
        return std::string("index_reduce ") + name + describe_buffer(x_) + " -> " +
               describe_share(out_);
    }

    size_t work(size_t n) const override { return out_.rows(n) * out_.cols * width_; }

  private:
    template <float (*kFold)(float, float)>
    void reduce(size_t sample, float* out) const {
        is_along_ ? reduce_along<kFold>(sample, out) : reduce_across<kFold>(sample, out);
    }

    // One element of the result after the other. Both ways take a row's elements in order.
    template <float (*kFold)(float, float)>
    void reduce_along(size_t sample, float* out) const {
        size_t stretch = 0;
        for (size_t j = 0; j < row_ends_.size(); ++j) {
            float result = *along_[stretch].from(sample);
            for (ptrdiff_t first = 1; stretch < row_ends_[j]; ++stretch, first = 0) {
                const Stretch& s = along_[stretch];
                const float* from = s.from(sample);
                const auto count = static_cast<ptrdiff_t>(s.count);
                for (ptrdiff_t i = first; i < count; ++i) result = kFold(result, from[i * s.step]);
            }
            out[place_of(out_, j)] = result;
        }
    }

    // The first element of every row, then the second, ...
    template <float (*kFold)(float, float)>
    void reduce_across(size_t sample, float* out) const {
        for (size_t k = 0; k < across_.size(); ++k) {
            const Stretch& s = across_[k];
            const float* from = s.from(sample);
            float* to = out + s.at;
            const auto count = static_cast<ptrdiff_t>(s.count);
            if (k < starts_) {
                for (ptrdiff_t i = 0; i < count; ++i) to[i] = from[i * s.step];
            } else if (s.step == 1) {
                for (ptrdiff_t i = 0; i < count; ++i) to[i] = kFold(to[i], from[i]);
            } else {
                for (ptrdiff_t i = 0; i < count; ++i) to[i] = kFold(to[i], from[i * s.step]);
            }
        }
    }

    Reduction fold_;
    Buffer x_, out_;
    size_t width_;
    std::vector<Stretch> along_, across_;  // the shorter list is kept
    std::vector<size_t> row_ends_;         // in along_, by element of the result
    size_t starts_ = 0;                    // of across_, that begin a row
    bool is_along_ = false;
};

// Columns of a result that are summed in registers.
constexpr size_t kTileColumns = 16;

class SampleMatmulStep final : public Step {
  public:
    SampleMatmulStep(const Buffer& a, const Buffer& b, const Buffer& out, const ProductShape& shape)
        : a_(a),
          b_(b),
          out_(out),
          shape_(shape),
          a_rows_(list_rows(a, shape.count * shape.m, shape.k)),
          b_rows_(list_rows(b, shape.count * shape.k, shape.p)),
          out_rows_(list_rows(out, shape.count * shape.m, shape.p)) {}

    bool run(const Run&, Worker& worker) const noexcept override {
        const Range own = own_samples(out_, worker);
        for (size_t sample = own.first; sample < own.last; ++sample) {
            const float* a = a_.data + sample * sample_floats(a_);
            const float* b = b_.data + sample * sample_floats(b_);
            float* out = out_.data + sample * sample_floats(out_);
            for (size_t row = 0; row < shape_.count * shape_.m; ++row) {
                const size_t* rows = b_rows_.data() + row / shape_.m * shape_.k;
                multiply_row(a + a_rows_[row], b, rows, out + out_rows_[row]);
            }
        }
        return true;
    }

    void list_accesses(Accesses& into) const override {
        list_reading(into, a_, out_);
        list_reading(into, b_, out_);
        into.push_back({out_.data, out_.scope(), true});
    }

    std::string describe() const override {
        return "sample_matmul " + describe_buffer(a_) + " @ " + describe_buffer(b_) + " as " +
               std::to_string(shape_.count) + " (" + std::to_string(shape_.m) + ", " +
               std::to_string(shape_.k) + ") @ (" + std::to_string(shape_.k) + ", " +
               std::to_string(shape_.p) + ") -> " + describe_share(out_);
    }

    size_t flops() const override { return out_.fixed ? 0 : products(); }
    size_t work(size_t n) const override { return out_.fixed ? products() : n * products(); }

  private:
    size_t products() const { return 2 * shape_.count * shape_.m * shape_.k * shape_.p; }

    // Where the rows of a sample's matrices start, `cols` elements each.
    static std::vector<size_t> list_rows(const Buffer& buffer, size_t rows, size_t cols) {
        std::vector<size_t> places;
        for (size_t row = 0; row < rows; ++row) places.push_back(place_of(buffer, row * cols));
        return places;
    }

    // out (1, p) = a (1, k) @ b, the rows of b at `rows` after `b`.
    void multiply_row(const float* a, const float* b, const size_t* rows, float* out) const {
        for (size_t col = 0; col < shape_.p; col += kTileColumns) {
            if (shape_.p - col >= kTileColumns) {
                multiply_tile(a, b + col, rows, out + col, kTileColumns);
            } else {
                multiply_tile(a, b + col, rows, out + col, shape_.p - col);
            }
        }
    }

    void multiply_tile(const float* a, const float* b, const size_t* rows, float* out,
                       size_t width) const {
        std::array<float, kTileColumns> sums{};
        for (size_t k = 0; k < shape_.k; ++k) {
            for (size_t j = 0; j < width; ++j) sums[j] += a[k] * b[rows[k] + j];
        }
        std::copy_n(sums.begin(), width, out);
    }

    Buffer a_, b_, out_;
    ProductShape shape_;
    std::vector<size_t> a_rows_, b_rows_, out_rows_;
};

}  // namespace

StepPtr make_index_copy(const std::vector<Buffer>& ins, std::span<const int64_t> offsets,
                        const Buffer& out) {
    return std::make_unique<IndexCopyStep>(ins, offsets, out);
}

StepPtr make_index_reduce(Reduction fold, const Buffer& x, std::span<const int64_t> offsets,
                          size_t width, const Buffer& out) {
    return std::make_unique<IndexReduceStep>(fold, x, offsets, width, out);
}

StepPtr make_sample_matmul(const Buffer& a, const Buffer& b, const Buffer& out,
                           const ProductShape& shape) {
    return std::make_unique<SampleMatmulStep>(a, b, out, shape);
}

}  // namespace pronghorn
