// Plans and their runs in Python.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "bind/bind.h"
#include "core/alike.h"
#include "exec/plan.h"
#include "exec/refuse.h"

using namespace nanobind::literals;

namespace pronghorn {

namespace {

using ReadArray = nb::ndarray<nb::ro, nb::device::cpu>;
using WriteArray = nb::ndarray<nb::device::cpu>;

ElementType element_type(const ReadArray& array, size_t which) {
    const auto dtype = array.dtype();
    const auto code = static_cast<nb::dlpack::dtype_code>(dtype.code);
    if (dtype.lanes == 1) {
        switch (code) {
            case nb::dlpack::dtype_code::Float:
                if (dtype.bits == 16) return ElementType::f16;
                if (dtype.bits == 32) return ElementType::f32;
                if (dtype.bits == 64) return ElementType::f64;
                break;
            case nb::dlpack::dtype_code::UInt:
                if (dtype.bits == 8) return ElementType::u8;
                if (dtype.bits == 16) return ElementType::u16;
                if (dtype.bits == 32) return ElementType::u32;
                if (dtype.bits == 64) return ElementType::u64;
                break;
            case nb::dlpack::dtype_code::Int:
                if (dtype.bits == 8) return ElementType::i8;
                if (dtype.bits == 16) return ElementType::i16;
                if (dtype.bits == 32) return ElementType::i32;
                if (dtype.bits == 64) return ElementType::i64;
                break;
            case nb::dlpack::dtype_code::Bool:
                if (dtype.bits == 8) return ElementType::boolean;
                break;
            default:
                break;
        }
    }
    refuse("run",
           "source " + std::to_string(which) +
               " of float16, float32, float64, integers of 8 to 64 bits or bool",
           "another dtype", "Convert it with astype.");
}

Source to_source(const ReadArray& array, size_t which) {
    if (array.ndim() == 0) {
        refuse("run", "source " + std::to_string(which) + " with rows", "a scalar",
               "Pass an array whose first axis is the samples.");
    }
    Source source{};
    source.divisor = 1.0F;
    source.type = element_type(array, which);
    source.data = array.data();
    source.rows = array.shape(0);
    source.element_bytes = array.itemsize();
    source.row_bytes = array.stride(0) * static_cast<ptrdiff_t>(array.itemsize());
    source.row_elements = 1;
    for (size_t axis = array.ndim(); axis-- > 1;) {
        const bool dense = array.shape(axis) == 1 ||
                           array.stride(axis) == static_cast<ptrdiff_t>(source.row_elements);
        if (!dense && source.rows > 0) {
            refuse("run", "source " + std::to_string(which) + " with each row contiguous",
                   "strides within a row", "Pass numpy.ascontiguousarray of it.");
        }
        source.row_elements *= array.shape(axis);
    }
    return source;
}

void set_divisor(Source& source, float divisor, size_t which) {
    if (divisor == 1.0F) return;
    if (source.type != ElementType::u8 || !(divisor > 1.0F && divisor <= kMostDivisor)) {
        refuse("run", "source " + std::to_string(which) + " of bytes and a divisor from 1 to 256",
               "another dtype or divisor", "Pass a divisor of 1 for what is not divided.");
    }
    source.divisor = divisor;
}

bool is_c_contiguous(const WriteArray& array) {
    int64_t expected = 1;
    for (size_t axis = array.ndim(); axis-- > 0;) {
        if (array.shape(axis) != 1 && array.stride(axis) != expected) return false;
        expected *= static_cast<int64_t>(array.shape(axis));
    }
    return true;
}

// Row i of `out` becomes the bytes that to_bytes finds in row i of `rows`; false where it finds none.
bool hold_bytes(const ReadArray& rows, float divisor,
                const nb::ndarray<uint8_t, nb::c_contig, nb::device::cpu>& out) {
    const Source source = to_source(rows, 0);
    const bool fits = out.size() == source.rows * source.row_elements;
    if (!fits || (source.type != ElementType::f32 && source.type != ElementType::f64) ||
        !(divisor >= 1.0F && divisor <= kMostDivisor)) {
        refuse("hold_bytes",
               "float32 or float64, a divisor from 1 to 256 and as many bytes as numbers", "others",
               "Pass out=numpy.empty(rows.shape, 'uint8').");
    }
    const ToBytes to_bytes = table_in_force().to_bytes;
    const nb::gil_scoped_release released;
    for (size_t i = 0; i < source.rows; ++i) {
        const auto* row = static_cast<const std::byte*>(source.data) +
                          static_cast<ptrdiff_t>(i) * source.row_bytes;
        uint8_t* to = out.data() + i * source.row_elements;
        if (!to_bytes(source.type, row, source.row_elements, divisor, to)) return false;
    }
    return true;
}

// Rows of which nobody asks more than where they are 0.
bool find_places_of(
    const ReadArray& rows,
    const nb::ndarray<uint16_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>& places) {
    const Source source = to_source(rows, 0);
    if (places.size() != source.rows) {
        refuse("find_places", "one place for each of " + std::to_string(source.rows) + " rows",
               std::to_string(places.size()), "Pass places=numpy.empty(len(rows), 'uint16').");
    }
    const nb::gil_scoped_release released;
    return find_places(
        {source.data, source.rows, source.row_elements, source.element_bytes, source.row_bytes},
        places.data());
}

bool is_signal_pending() {
    const nb::gil_scoped_acquire gil;
    return PyErr_CheckSignals() != 0;
}

const char* status_name(Status status) {
    switch (status) {
        case Status::ok:
            return "ok";
        case Status::nonfinite_input:
            return "nonfinite_input";
        case Status::nonfinite_total:
            return "nonfinite_total";
        case Status::label:
            return "label";
    }
    return "";
}

using RunResult = std::tuple<size_t, std::string, size_t, int64_t>;

void add_output(RunRequest& request, const WriteArray& output) {
    if (output.dtype() != nb::dtype<float>() || !is_c_contiguous(output)) {
        refuse(
            "run",
            "output " + std::to_string(request.outputs.size()) + " to be float32 and C-contiguous",
            "another array", "Make it with numpy.empty(shape, numpy.float32).");
    }
    request.outputs.push_back(static_cast<float*>(output.data()));
    request.output_elements.push_back(output.size());
}

Outcome run_request(Plan& plan, RunRequest& request) {
    request.is_interrupted = is_signal_pending;
    Outcome outcome{};
    {
        const nb::gil_scoped_release released;
        outcome = plan.run(request);
    }
    if (outcome.interrupted) throw nb::python_error();
    return outcome;
}

RunResult to_result(const Outcome& outcome) {
    return {outcome.steps, status_name(outcome.status), outcome.where, outcome.position};
}

RunResult run_plan(
    Plan& plan, const std::vector<ReadArray>& sources,
    const nb::ndarray<const int64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>& index,
    size_t batch,
    const nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>& scalars,
    uint64_t step, uint64_t seed, const std::vector<WriteArray>& outputs, int threads, int limit,
    bool profiled, const std::vector<float>& divisors) {
    RunRequest request{};
    for (size_t i = 0; i < sources.size(); ++i) {
        request.sources.push_back(to_source(sources[i], i));
        if (i < divisors.size()) set_divisor(request.sources.back(), divisors[i], i);
    }
    request.index = {index.data(), index.shape(0)};
    request.batch = batch;
    request.scalars = scalars.data();
    request.scalar_rows = scalars.shape(0);
    request.scalar_columns = scalars.shape(1);
    request.step = step;
    request.seed = seed;
    for (const WriteArray& output : outputs) add_output(request, output);
    request.threads = threads;
    request.limit = limit;
    request.profiled = profiled;
    return to_result(run_request(plan, request));
}

std::optional<RunResult> answer(Plan& plan, const ReadArray& source, const WriteArray& output) {
    RunRequest request{};
    request.sources.push_back(to_source(source, 0));
    add_output(request, output);
    std::vector<int64_t> rows(source.shape(0));
    std::iota(rows.begin(), rows.end(), int64_t{0});
    request.index = rows;
    request.batch = rows.size();
    request.threads = 1;
    const Outcome outcome = run_request(plan, request);
    if (outcome.status == Status::ok) return std::nullopt;
    return to_result(outcome);
}

nb::object read_value(Plan& plan, int value, size_t rows) {
    const Buffer& buffer = plan.value(value);
    if (buffer.labels) {
        int32_t* data = nullptr;
        auto array = make_array<int32_t>({buffer.rows(rows)}, &data);
        {
            const nb::gil_scoped_release released;
            plan.read_labels(value, rows, data);
        }
        return nb::cast(array);
    }
    float* data = nullptr;
    auto array = make_array<float>({buffer.rows(rows), buffer.cols}, &data);
    {
        const nb::gil_scoped_release released;
        plan.read(value, rows, data);
    }
    return nb::cast(array);
}

nb::ndarray<nb::numpy, double> read_totals(Plan& plan) {
    std::vector<double> totals;
    {
        const nb::gil_scoped_release released;
        totals = plan.totals();
    }
    double* data = nullptr;
    auto array = make_array<double>({totals.size()}, &data);
    std::copy(totals.begin(), totals.end(), data);
    return array;
}

// (threads, steps + 1, 2): nanoseconds of waiting before each step and of working in it; the last
// place is the end of the batch.
nb::ndarray<nb::numpy, int64_t> take_times(Plan& plan) {
    std::vector<std::vector<StepTime>> times;
    {
        const nb::gil_scoped_release released;
        times = plan.take_times();
    }
    // A thread that had no part has no times.
    std::erase_if(times, [](const auto& own) { return own.empty(); });
    int64_t* data = nullptr;
    auto array = make_array<int64_t>({times.size(), times.empty() ? 0 : times[0].size(), 2}, &data);
    for (const auto& own : times) {
        for (const StepTime& time : own) {
            *data++ = time.waiting;
            *data++ = time.working;
        }
    }
    return array;
}

int add_words(Plan& plan, int of, bool across, const std::string& split) {
    if (split == "none") return plan.add_words(of, across, Split::none);
    if (split == "left") return plan.add_words(of, across, Split::left);
    if (split == "right") return plan.add_words(of, across, Split::right);
    refuse("words", "'none', 'left' or 'right'", "'" + split + "'", "Name the operand's side.");
}

// Steps that take arrays

template <size_t kAxes>
using Offsets = nb::ndarray<const int64_t, nb::ndim<kAxes>, nb::c_contig, nb::device::cpu>;

void index_copy(Plan& plan, const std::vector<int>& ins, const Offsets<1>& offsets, int out) {
    plan.index_copy(ins, {offsets.data(), offsets.size()}, out);
}

void index_reduce(Plan& plan, const std::string& kind, int x, const Offsets<2>& offsets, int out) {
    plan.index_reduce(kind, x, {offsets.data(), offsets.size()}, offsets.shape(1), out);
}

// Steps over the data and over weights.
void add_products(nb::class_<Plan>& plan) {
    plan.def("gather", &Plan::gather, "source"_a, "out"_a, "scale"_a = 1.0F, "offset"_a = 0.0F)
        .def("gather_labels", &Plan::gather_labels, "source"_a, "out"_a, "classes"_a)
        .def("round_rows", &Plan::round_rows, "x"_a, "out"_a)
        .def("dense_forward", &Plan::dense_forward, "x"_a, "w"_a, "map"_a, "ins"_a, "outs"_a)
        .def("dense_input_gradient", &Plan::dense_input_gradient, "dz"_a, "w"_a, "map"_a, "ins"_a,
             "outs"_a)
        .def("dense_weight_gradient", &Plan::dense_weight_gradient, "x"_a, "dz"_a, "map"_a, "ins"_a,
             "outs"_a)
        .def("column_sum", &Plan::column_sum, "x"_a, "map"_a, "ins"_a, "outs"_a)
        .def("map_rows", &Plan::map_rows, "map"_a, "ins"_a, "outs"_a)
        .def("map_store", &Plan::map_store, "map"_a, "ins"_a, "outs"_a);
}

// Steps over the rows of values.
void add_rows(nb::class_<Plan>& plan) {
    plan.def("reduce_rows", &Plan::reduce_rows, "kind"_a, "x"_a, "out"_a)
        .def("softmax", &Plan::softmax, "x"_a, "out"_a)
        .def("log_softmax", &Plan::log_softmax, "x"_a, "out"_a)
        .def("softmax_gradient", &Plan::softmax_gradient, "p"_a, "g"_a, "out"_a)
        .def("log_softmax_gradient", &Plan::log_softmax_gradient, "y"_a, "g"_a, "out"_a)
        .def("sparse_xent", &Plan::sparse_xent, "z"_a, "labels"_a, "out"_a)
        .def("sparse_xent_gradient", &Plan::sparse_xent_gradient, "z"_a, "labels"_a, "g"_a, "out"_a)
        .def("dense_xent", &Plan::dense_xent, "z"_a, "t"_a, "out"_a)
        .def("dense_xent_gradient", &Plan::dense_xent_gradient, "z"_a, "t"_a, "g"_a, "out"_a)
        .def("sparse_hit", &Plan::sparse_hit, "p"_a, "labels"_a, "out"_a)
        .def("dense_hit", &Plan::dense_hit, "p"_a, "t"_a, "out"_a)
        .def("one_hot", &Plan::one_hot, "labels"_a, "out"_a)
        .def("dropout_mask", &Plan::dropout_mask, "out"_a, "rate"_a, "stream"_a,
             "seed"_a = nb::none());
}

// Steps that draw numbers, that follow labels or places, and that turn stores into values.
void add_general(nb::class_<Plan>& plan) {
    plan.def("random_normal", &Plan::random_normal, "out"_a, "stream"_a, "seed"_a = nb::none())
        .def("random_uniform", &Plan::random_uniform, "out"_a, "stream"_a, "seed"_a = nb::none())
        .def("reduce_columns", &Plan::reduce_columns, "kind"_a, "x"_a, "out"_a)
        .def("argmax", &Plan::argmax, "x"_a, "out"_a)
        .def("top_k_mask", &Plan::top_k_mask, "x"_a, "k"_a, "out"_a)
        .def("take_rows", &Plan::take_rows, "table"_a, "labels"_a, "out"_a)
        .def("take_rows_gradient", &Plan::take_rows_gradient, "labels"_a, "dy"_a, "out"_a)
        .def("unpack", &Plan::unpack, "store"_a, "out"_a)
        .def("pack", &Plan::pack, "x"_a, "out"_a)
        .def("index_copy", index_copy, "ins"_a, "offsets"_a.noconvert(), "out"_a)
        .def("index_reduce", index_reduce, "kind"_a, "x"_a, "offsets"_a.noconvert(), "out"_a)
        .def(
            "sample_matmul",
            [](Plan& plan, int a, int b, int out, size_t count, size_t m, size_t k, size_t p) {
                plan.sample_matmul(a, b, out, {count, m, k, p});
            },
            "a"_a, "b"_a, "out"_a, "count"_a, "m"_a, "k"_a, "p"_a)
        .def("copy_columns", &Plan::copy_columns, "src"_a, "src_col"_a, "out"_a, "out_col"_a,
             "cols"_a)
        .def("reshape", &Plan::reshape, "src"_a, "out"_a);
}

// Steps at the border of a batch.
void add_border(nb::class_<Plan>& plan) {
    plan.def("total", &Plan::total, "x"_a, "accumulator"_a)
        .def("count", &Plan::count, "each"_a, "accumulator"_a)
        .def("tally", &Plan::tally, "x"_a, "first"_a)
        .def("store_sum", &Plan::store_sum, "map"_a, "ins"_a)
        .def("sum_total", &Plan::sum_total, "sum"_a, "accumulator"_a)
        .def("formula_total", &Plan::formula_total, "map"_a, "sums"_a, "accumulator"_a)
        .def("sum_value", &Plan::sum_value, "sum"_a, "out"_a)
        .def("guard", &Plan::guard, "accumulator"_a)
        .def("emit", &Plan::emit, "x"_a, "output"_a);
}

}  // namespace

void bind_plan(nb::module_& m) {
    const nb::call_guard<nb::gil_scoped_release> unlocked;
    m.def("hold_bytes", hold_bytes, "rows"_a.noconvert(), "divisor"_a, "out"_a.noconvert());
    m.def("find_places", find_places_of, "rows"_a.noconvert(), "places"_a.noconvert());
    nb::class_<Plan> plan(m, "Plan");
    plan.def(
            "__init__",
            [](Plan* self, size_t max_rows, std::string unit) {
                new (self) Plan(table_in_force(), max_rows, std::move(unit));
            },
            "max_rows"_a, "unit"_a = "")
        .def("buffer", &Plan::add_buffer, "cols"_a, "rows_per_sample"_a = 1, "fixed"_a = false)
        .def("labels", &Plan::add_labels, "per_sample"_a = 1)
        .def("words", add_words, "of"_a, "across"_a, "split"_a = "none")
        .def_prop_ro("split_pays", &Plan::split_pays)
        .def("accumulator", &Plan::add_accumulator)
        .def("run", run_plan, "sources"_a, "index"_a.noconvert(), "batch"_a,
             "scalars"_a.noconvert(), "step"_a, "seed"_a, "outputs"_a = std::vector<WriteArray>(),
             "threads"_a = 0, "limit"_a = 0, "profiled"_a = false,
             "divisors"_a = std::vector<float>())
        .def("answer", answer, "source"_a, "output"_a)
        .def("take_times", take_times)
        .def("wanted_threads", &Plan::wanted_threads, "batch"_a)
        .def("listed_weights", &Plan::listed_weights, "source"_a)
        .def("totals", read_totals)
        .def("reset_totals", &Plan::reset_totals, unlocked)
        .def("read", read_value, "value"_a, "rows"_a)
        .def("describe", &Plan::describe, unlocked)
        .def_prop_ro("flops", &Plan::flops);
    add_products(plan);
    add_rows(plan);
    add_general(plan);
    add_border(plan);
}

}  // namespace pronghorn
