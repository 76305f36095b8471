#include "exec/plan.h"

#include <cstring>
#include <stdexcept>
#include <utility>

#include "core/pool.h"
#include "exec/batch_steps.h"
#include "exec/refuse.h"

namespace pronghorn {

namespace {

// Rows an odd number of cache lines apart do not compete for the same cache sets.
size_t spread_stride(size_t cols) {
    const size_t lines = (cols + kAlignFloats - 1) / kAlignFloats;
    return (lines % 2 == 0 ? lines + 1 : lines) * kAlignFloats;
}

// The rows of a column lie side by side.
size_t row_stride(size_t cols, bool fixed) { return cols == 1 && !fixed ? 1 : spread_stride(cols); }

constexpr size_t kMostSamples = size_t{1} << 31;
constexpr size_t kMostElements = size_t{1} << 40;

}  // namespace

std::string describe_map(const Map& map, const KernelTable& table) {
    return "map '" + map.key() + "' " + (map.is_generated(table) ? "generated" : "interpreted");
}

std::string describe_buffer(const Buffer& buffer) {
    const std::string rows = buffer.fixed ? "1"
                             : buffer.rows_per_sample == 1
                                 ? "n"
                                 : "n*" + std::to_string(buffer.rows_per_sample);
    if (buffer.labels) return "(" + rows + ",) labels";
    return "(" + rows + ", " + std::to_string(buffer.cols) + ")";
}

std::string describe_shape(const std::vector<size_t>& shape) {
    std::string text = "(";
    for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + (shape.size() == 1 ? ",)" : ")");
}

std::string describe_store(const Store& store) {
    const char* layout = store.panels().transposed ? " transposed" : "";
    return describe_shape(store.shape()) + layout;
}

void check_distinct_outputs(const char* step, const Operands& operands) {
    for (size_t i = 0; i < operands.out.size(); ++i) {
        for (size_t j = 0; j < i; ++j) {
            if (operands.out[i].data == operands.out[j].data) {
                refuse(step, "distinct outputs", "the same one twice", "Give each its own place.");
            }
        }
    }
}

Plan::Plan(const KernelTable& table, size_t max_rows, std::string unit)
    : table_(table), max_rows_(max_rows), unit_(std::move(unit)) {
    if (max_rows == 0 || max_rows > kMostSamples) {
        refuse("Plan", "1 to 2^31 samples in the largest batch", std::to_string(max_rows),
               "Pass the batch size.");
    }
}

Plan::Lock::Lock(Plan& plan) : plan_(plan) {
    if (plan.runner_.load() == std::this_thread::get_id()) {
        throw std::logic_error(
            "Plan: expected no call while it runs, received one from the same thread (a signal "
            "handler). Use the plan after run() has returned.");
    }
    plan.running_.lock();
    plan.runner_.store(std::this_thread::get_id());
}

Plan::Lock::~Lock() {
    plan_.runner_.store({});
    plan_.running_.unlock();
}

void Plan::require_idle() {
    if (runner_.load() == std::this_thread::get_id() || !running_.try_lock()) {
        throw std::logic_error(
            "Plan: expected to be idle when a value or a step is added, received the call during "
            "a run. Build the plan first.");
    }
    running_.unlock();
}

int Plan::add_buffer(size_t cols, size_t rows_per_sample, bool fixed) {
    return add_matrix(cols, rows_per_sample, fixed, row_stride(cols, fixed));
}

int Plan::add_matrix(size_t cols, size_t rows_per_sample, bool fixed, size_t ld) {
    if (cols == 0 || rows_per_sample == 0 || (fixed && rows_per_sample != 1) ||
        cols > kMostElements || rows_per_sample > kMostElements / cols ||
        ld * rows_per_sample > kMostElements / max_rows_) {
        refuse("buffer", "at least one column and row a sample, one row if fixed, 2^40 elements",
               std::to_string(cols) + " columns, " + std::to_string(rows_per_sample) +
                   " rows a sample",
               "Pass the shape of one sample.");
    }
    require_idle();
    Buffer value{nullptr, cols, ld, rows_per_sample, fixed, false, std::make_shared<Sharing>()};
    value.sharing->rows = value.rows(max_rows_);
    value.sharing->floats = value.sharing->rows * ld + (ld == 1 ? kAlignFloats : 0);
    value.data = arena_.floats(value.sharing->floats);
    values_.push_back(value);
    return static_cast<int>(values_.size()) - 1;
}

int Plan::add_labels(size_t per_sample) {
    if (per_sample == 0 || per_sample > kMostElements / max_rows_) {
        refuse("labels", "at least one label a sample and 2^40 in a batch",
               std::to_string(per_sample), "Pass the labels of one sample.");
    }
    require_idle();
    float* data = arena_.floats(max_rows_ * per_sample);
    values_.push_back({data, 1, 1, per_sample, false, true, std::make_shared<Sharing>()});
    return static_cast<int>(values_.size()) - 1;
}

int Plan::add_words(int of, bool across, Split split) {
    if (split == Split::right && !across) {
        refuse("words", "a right operand across its rows", "one along them",
               "The right operand of other products is the weights.");
    }
    const Buffer numbers = matrix("words", "their source", of, false);
    const size_t parts = split == Split::none ? 1 : 3;
    const auto depth = static_cast<size_t>(rounded().depth);
    const size_t cols = across ? numbers.cols : parts * ((numbers.cols + depth - 1) / depth);
    const size_t rows = across ? parts * numbers.rows_per_sample : numbers.rows_per_sample;
    const int id = add_matrix(cols, rows, false, spread_stride(cols));
    Buffer& words = values_[static_cast<size_t>(id)];
    words.cols = numbers.cols;
    words.rows_per_sample = numbers.rows_per_sample;
    words.form = across ? Form::across : Form::along;
    words.split = split;
    return id;
}

int Plan::add_accumulator() {
    require_idle();
    totals_.push_back(0.0);
    return static_cast<int>(totals_.size()) - 1;
}

const Buffer& Plan::value(int id) const {
    if (id < 0 || static_cast<size_t>(id) >= values_.size()) {
        refuse("Plan", "a value from 0 to " + std::to_string(static_cast<int>(values_.size()) - 1),
               std::to_string(id), "Use the numbers that buffer() and labels() gave.");
    }
    return values_[static_cast<size_t>(id)];
}

const Buffer& Plan::matrix(const char* step, const char* role, int id, bool may_be_fixed) const {
    const Buffer& buffer = value(id);
    buffer.sharing->is_read_by_others = true;
    if (buffer.form != Form::floats) {
        refuse(step, std::string(role) + " to be a buffer of floats",
               "value " + std::to_string(id) + ", rounded words", "Pass what they were made of.");
    }
    if (buffer.labels || (buffer.fixed && !may_be_fixed)) {
        refuse(step, std::string(role) + " to be a buffer of the batch's rows",
               "value " + std::to_string(id) + ", " +
                   (buffer.labels ? "labels" : "a buffer of one fixed row"),
               "Pass another value.");
    }
    return buffer;
}

const Buffer& Plan::left_operand(const char* step, const char* role, int id) const {
    const bool before = value(id).sharing->is_read_by_others;
    const Buffer& buffer = matrix(step, role, id, false);
    buffer.sharing->is_read_by_others = before;
    ++buffer.sharing->steps;
    return buffer;
}

const Buffer& Plan::factor(const char* step, const char* role, int id, Form words,
                           Split side) const {
    const Buffer& buffer = value(id);
    if (buffer.form == Form::floats) {
        return words == Form::along ? left_operand(step, role, id) : matrix(step, role, id, false);
    }
    if (buffer.form != words) {
        refuse(step,
               std::string(role) + " in words " + (words == Form::along ? "along" : "across") +
                   " its rows",
               "value " + std::to_string(id) + ", words the other way",
               "Make them with words() for this product.");
    }
    if (buffer.split != Split::none && buffer.split != side) {
        refuse(
            step,
            std::string(role) + " as the " + (side == Split::left ? "left" : "right") + " operand",
            "value " + std::to_string(id) + ", parts of the other one",
            "Make them with words() for this product.");
    }
    return buffer;
}

const Buffer& Plan::label_buffer(const char* step, int id) const {
    const Buffer& buffer = value(id);
    if (!buffer.labels) {
        refuse(step, "labels", "value " + std::to_string(id) + ", a buffer of floats",
               "Pass a value that labels() gave.");
    }
    return buffer;
}

const Buffer& Plan::bounded_labels(const char* step, int id, size_t bound, const char* what) const {
    const Buffer& labels = label_buffer(step, id);
    const auto at = static_cast<size_t>(id);
    const int classes = at < label_classes_.size() ? label_classes_[at] : 0;
    if (classes > 0 && static_cast<size_t>(classes) <= bound) return labels;
    refuse(step, "labels gathered below " + std::to_string(bound) + " (" + what + ")",
           "labels without that bound", "Gather them first, with the number of classes.");
}

void Plan::check_accumulator(const char* step, int id) const {
    if (id < 0 || static_cast<size_t>(id) >= totals_.size()) {
        refuse(step, "one of " + std::to_string(totals_.size()) + " accumulators",
               std::to_string(id), "Use the numbers that accumulator() gave.");
    }
}

void Plan::add(StepPtr step, const Map* map) {
    require_idle();
    if (map != nullptr) scalar_columns_ = std::max(scalar_columns_, map->scalar_columns());
    // What a gather marked says nothing of the numbers that another step puts in their place.
    Accesses accesses;
    if (!step->gathers()) step->list_accesses(accesses);
    for (const Access& access : accesses) {
        for (const Buffer& buffer : values_) {
            if (!access.writes || buffer.data != access.array || !buffer.sharing) continue;
            buffer.sharing->is_rewritten = true;
        }
    }
    steps_.push_back(std::move(step));
    for (Frame& frame : frames_) frame = Frame{};
}

namespace {

void need_elements(const char* step, std::vector<size_t>& known, int which, size_t elements) {
    if (which < 0 || which > 1024) {
        refuse(step, "a number from 0 to 1024", std::to_string(which),
               "Number sources and outputs from 0.");
    }
    const auto at = static_cast<size_t>(which);
    if (at >= known.size()) known.resize(at + 1, 0);
    if (known[at] != 0 && known[at] != elements) {
        refuse(step,
               std::to_string(known[at]) + " elements a sample of number " + std::to_string(which) +
                   " (set by an earlier step)",
               std::to_string(elements), "Use another number.");
    }
    known[at] = elements;
}

}  // namespace

void Plan::gather(int source, int out, float scale, float offset) {
    const Buffer& to = left_operand("gather", "out", out);
    to.sharing->is_gathered = true;
    need_elements("gather", source_elements_, source, to.cols * to.rows_per_sample);
    add(make_gather(table_, steps_.size(), static_cast<size_t>(source), to, scale, offset));
    // With an offset, what is 0 in the source is none here.
    if (offset == 0.0F) unshifted_.push_back({static_cast<size_t>(source), out});
}

size_t Plan::listed_weights(size_t source) const {
    size_t weights = 0;
    for (const auto& gathered : unshifted_) {
        const Buffer& to = value(gathered.value);
        if (gathered.source == source && to.is_marked()) weights += to.sharing->listed_weights;
    }
    return weights;
}

void Plan::gather_labels(int source, int out, int classes) {
    const Buffer& to = label_buffer("gather_labels", out);
    if (classes < 1) {
        refuse("gather_labels", "at least one class", std::to_string(classes),
               "Pass the number of classes.");
    }
    need_elements("gather_labels", source_elements_, source, to.rows_per_sample);
    label_classes_.resize(values_.size(), 0);
    int& bound = label_classes_[static_cast<size_t>(out)];
    bound = std::max(bound, classes);
    add(make_gather_labels(table_, steps_.size(), static_cast<size_t>(source), to, classes));
}

void Plan::total(int x, int accumulator) {
    const Buffer& from = matrix("total", "x", x);
    check_accumulator("total", accumulator);
    if (from.cols != 1) {
        refuse("total", "one column", describe_buffer(from), "Reduce the rows first.");
    }
    add(make_total(from, accumulator));
}

void Plan::count(float each, int accumulator) {
    check_accumulator("count", accumulator);
    add(make_count(each, accumulator));
}

void Plan::tally(int x, int first) {
    const Buffer& from = matrix("tally", "x", x);
    check_accumulator("tally", first);
    if (from.cols > totals_.size() - static_cast<size_t>(first)) {
        refuse("tally", "an accumulator for each column of " + describe_buffer(from),
               std::to_string(totals_.size() - static_cast<size_t>(first)) + " from number " +
                   std::to_string(first),
               "Call accumulator() once a column.");
    }
    add(make_tally(from, first));
}

void Plan::guard(int accumulator) {
    check_accumulator("guard", accumulator);
    add(make_guard(accumulator));
}

void Plan::emit(int x, int output) {
    const Buffer& from = matrix("emit", "x", x, false);
    if (output >= 0 && static_cast<size_t>(output) < output_elements_.size() &&
        output_elements_[static_cast<size_t>(output)] != 0) {
        refuse("emit", "an output that no other step writes", std::to_string(output),
               "Use another number.");
    }
    need_elements("emit", output_elements_, output, from.cols * from.rows_per_sample);
    add(make_emit(from, static_cast<size_t>(output)));
}

namespace {

void check_read(const Buffer& buffer, size_t rows, size_t max_rows, bool labels) {
    if (buffer.labels != labels || rows > max_rows) {
        refuse("read", "at most " + std::to_string(max_rows) + " samples of a value",
               std::to_string(rows), "Pass the size of the last batch.");
    }
}

}  // namespace

void Plan::read(int id, size_t rows, float* out) {
    const Buffer& buffer = value(id);
    check_read(buffer, rows, max_rows_, false);
    const Lock lock(*this);
    for (size_t i = 0; i < buffer.rows(rows); ++i) {
        std::memcpy(out + i * buffer.cols, buffer.data + i * buffer.ld,
                    buffer.cols * sizeof(float));
    }
}

void Plan::read_labels(int id, size_t rows, int32_t* out) {
    const Buffer& buffer = value(id);
    check_read(buffer, rows, max_rows_, true);
    const Lock lock(*this);
    std::memcpy(out, buffer.label_data(), buffer.rows(rows) * sizeof(int32_t));
}

std::vector<std::string> Plan::describe() {
    const Lock lock(*this);
    const int threads = std::min(wanted_threads(max_rows_), hardware_threads());
    frames_[0] = make_frame(
        steps_, cut_samples(0, max_rows_, threads, 1, static_cast<size_t>(table_.row_block)));
    std::vector<std::string> lines;
    for (size_t i = 0; i < steps_.size(); ++i) {
        const bool meet = threads > 1 && frames_[0].stops[i].barrier;
        lines.push_back(steps_[i]->describe() + (meet ? ", after a barrier" : ""));
    }
    return lines;
}

size_t Plan::flops() const {
    size_t sum = 0;
    for (const StepPtr& step : steps_) sum += step->flops();
    return sum;
}

}  // namespace pronghorn
