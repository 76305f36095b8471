// The Python module: argument conversion, the GIL, and nothing else.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include <atomic>
#include <cmath>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "core/pool.h"
#include "core/store.h"
#include "exec/plan.h"
#include "exec/refuse.h"

namespace nb = nanobind;
using namespace nb::literals;
using namespace pronghorn;

namespace {

using ReadArray = nb::ndarray<nb::ro, nb::device::cpu>;
using WriteArray = nb::ndarray<nb::device::cpu>;

std::vector<std::string> list_isas() {
    int count = 0;
    const KernelTable* const* tables = available_tables(&count);
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) names.emplace_back(tables[i]->isa);
    return names;
}

[[noreturn]] void refuse_isa(const std::string& who, const std::string& name) {
    std::string known;
    for (const std::string& isa : list_isas()) known += (known.empty() ? "" : ", ") + isa;
    refuse(who, "one of " + known + " (what this machine has)", "'" + name + "'",
           "Choose one of them.");
}

const KernelTable& default_or_refuse() {
    const KernelTable* table = default_table();
    if (table == nullptr) refuse_isa("PRONGHORN_ISA", wanted_isa());
    return *table;
}

std::atomic<const KernelTable*> chosen{nullptr};

const KernelTable& table_in_force() {
    const KernelTable* table = chosen.load();
    return table == nullptr ? default_or_refuse() : *table;
}

void set_isa(const std::string& name) {
    const KernelTable* table = table_named(name.c_str());
    if (table == nullptr) refuse_isa("set_isa", name);
    chosen.store(table);
}

template <class T>
nb::ndarray<nb::numpy, T> make_array(const std::vector<size_t>& shape, T** data) {
    size_t count = 1;
    for (const size_t length : shape) count *= length;
    auto memory = std::make_unique<T[]>(count);
    *data = memory.get();
    nb::capsule owner(memory.get(), [](void* p) noexcept { delete[] static_cast<T*>(p); });
    return nb::ndarray<nb::numpy, T>(memory.release(), shape.size(), shape.data(), owner);
}

// Stores

nb::ndarray<nb::numpy, float> read_store(const Store& store) {
    float* data = nullptr;
    auto array = make_array<float>(store.shape(), &data);
    store.read(data);
    return array;
}

void write_store(Store& store, const nb::ndarray<const float, nb::c_contig, nb::device::cpu>& in) {
    std::vector<size_t> shape;
    for (size_t i = 0; i < in.ndim(); ++i) shape.push_back(in.shape(i));
    if (shape != store.shape()) {
        refuse("Store.write", "an array of shape " + describe_shape(store.shape()),
               describe_shape(shape), "Pass an array of the store's shape.");
    }
    store.write(in.data());
}

nb::tuple list_shape(const Store& store) {
    nb::list lengths;
    for (const size_t length : store.shape()) lengths.append(length);
    return nb::tuple(lengths);
}

// Maps

using CodeRow = std::tuple<int, int, int, int, int>;

uint16_t to_register(const std::string& key, int value) {
    if (value < 0 || value > 0xFFFF) {
        refuse("Map '" + key + "'", "numbers from 0 to 65535", std::to_string(value),
               "Number operations and registers from 0.");
    }
    return static_cast<uint16_t>(value);
}

ScalarSource to_scalar(const std::string& key, const std::pair<std::string, double>& scalar) {
    const auto& [kind, value] = scalar;
    if (kind == "const") {
        return {ScalarSource::Kind::constant, static_cast<float>(value), 0};
    }
    if (kind == "rows") return {ScalarSource::Kind::rows, 0.0F, 0};
    if (kind != "step" || value < 0 || value > 1e6 || value != std::floor(value)) {
        refuse("Map '" + key + "'", "scalars ('const', value), ('step', column) or ('rows', 0)",
               "('" + kind + "', " + std::to_string(value) + ")", "Pass one of these.");
    }
    return {ScalarSource::Kind::step, 0.0F, static_cast<size_t>(value)};
}

// A formula, and whether the instruction set in force when it was made has a loop for it.
std::shared_ptr<Map> make_map(const std::string& key, int inputs, const std::vector<CodeRow>& code,
                              const std::vector<int>& outputs,
                              const std::vector<std::pair<std::string, double>>& scalars) {
    std::vector<Instruction> instructions;
    for (const auto& [op, dst, a, b, c] : code) {
        instructions.push_back({to_register(key, op), to_register(key, dst), to_register(key, a),
                                to_register(key, b), to_register(key, c)});
    }
    std::vector<uint16_t> registers;
    for (const int output : outputs) registers.push_back(to_register(key, output));
    std::vector<ScalarSource> sources;
    for (const auto& scalar : scalars) sources.push_back(to_scalar(key, scalar));
    return std::make_shared<Map>(key, inputs, std::move(instructions), std::move(registers),
                                 std::move(sources));
}

// Runs

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

bool is_c_contiguous(const WriteArray& array) {
    int64_t expected = 1;
    for (size_t axis = array.ndim(); axis-- > 0;) {
        if (array.shape(axis) != 1 && array.stride(axis) != expected) return false;
        expected *= static_cast<int64_t>(array.shape(axis));
    }
    return true;
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

RunResult run_plan(
    Plan& plan, const std::vector<ReadArray>& sources,
    const nb::ndarray<const int64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>& index,
    size_t batch,
    const nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>& scalars,
    uint64_t step, uint64_t seed, const std::vector<WriteArray>& outputs, int threads) {
    RunRequest request{};
    for (size_t i = 0; i < sources.size(); ++i) request.sources.push_back(to_source(sources[i], i));
    request.index = {index.data(), index.shape(0)};
    request.batch = batch;
    request.scalars = scalars.data();
    request.scalar_rows = scalars.shape(0);
    request.scalar_columns = scalars.shape(1);
    request.step = step;
    request.seed = seed;
    for (size_t i = 0; i < outputs.size(); ++i) {
        if (outputs[i].dtype() != nb::dtype<float>() || !is_c_contiguous(outputs[i])) {
            refuse("run", "output " + std::to_string(i) + " to be float32 and C-contiguous",
                   "another array", "Make it with numpy.empty(shape, numpy.float32).");
        }
        request.outputs.push_back(static_cast<float*>(outputs[i].data()));
        request.output_elements.push_back(outputs[i].size());
    }
    request.threads = threads;
    request.is_interrupted = is_signal_pending;
    Outcome outcome{};
    {
        const nb::gil_scoped_release released;
        outcome = plan.run(request);
    }
    if (outcome.interrupted) throw nb::python_error();
    return {outcome.steps, status_name(outcome.status), outcome.where, outcome.position};
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

// Steps that take arrays

template <size_t kAxes>
using Offsets = nb::ndarray<const int64_t, nb::ndim<kAxes>, nb::c_contig, nb::device::cpu>;

void index_copy(Plan& plan, const std::vector<int>& ins, const Offsets<1>& offsets, int out) {
    plan.index_copy(ins, {offsets.data(), offsets.size()}, out);
}

void index_reduce(Plan& plan, const std::string& kind, int x, const Offsets<2>& offsets, int out) {
    plan.index_reduce(kind, x, {offsets.data(), offsets.size()}, offsets.shape(1), out);
}

void bind_store(nb::module_& m) {
    nb::class_<Store>(m, "Store")
        .def(
            "__init__",
            [](Store* self, std::vector<size_t> shape) {
                new (self) Store(table_in_force(), std::move(shape));
            },
            "shape"_a)
        .def_prop_ro("shape", list_shape)
        .def("read", read_store)
        .def("write", write_store, "array"_a)
        .def("copy_from", &Store::copy_from, "other"_a)
        .def("fill", &Store::fill, "value"_a);
}

void bind_map(nb::module_& m) {
    nb::class_<Map>(m, "Map")
        .def(nb::new_(&make_map), "key"_a, "inputs"_a, "code"_a, "outputs"_a, "scalars"_a)
        .def_prop_ro("generated",
                     [](const Map& map) { return map.is_generated(table_in_force()); });
}

void bind_plan(nb::module_& m) {
    const nb::call_guard<nb::gil_scoped_release> unlocked;
    nb::class_<Plan>(m, "Plan")
        .def(
            "__init__",
            [](Plan* self, size_t max_rows) { new (self) Plan(table_in_force(), max_rows); },
            "max_rows"_a)
        .def("buffer", &Plan::add_buffer, "cols"_a, "rows_per_sample"_a = 1, "fixed"_a = false)
        .def("labels", &Plan::add_labels, "per_sample"_a = 1)
        .def("accumulator", &Plan::add_accumulator)
        .def("gather", &Plan::gather, "source"_a, "out"_a, "scale"_a = 1.0F, "offset"_a = 0.0F)
        .def("gather_labels", &Plan::gather_labels, "source"_a, "out"_a, "classes"_a)
        .def("dense_forward", &Plan::dense_forward, "x"_a, "w"_a, "map"_a, "ins"_a, "outs"_a)
        .def("dense_input_gradient", &Plan::dense_input_gradient, "dz"_a, "w"_a, "map"_a, "ins"_a,
             "outs"_a)
        .def("dense_weight_gradient", &Plan::dense_weight_gradient, "x"_a, "dz"_a, "map"_a, "ins"_a,
             "outs"_a)
        .def("column_sum", &Plan::column_sum, "x"_a, "map"_a, "ins"_a, "outs"_a)
        .def("map_rows", &Plan::map_rows, "map"_a, "ins"_a, "outs"_a)
        .def("map_store", &Plan::map_store, "map"_a, "ins"_a, "outs"_a)
        .def("reduce_rows", &Plan::reduce_rows, "kind"_a, "x"_a, "out"_a)
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
        .def("dropout_mask", &Plan::dropout_mask, "out"_a, "rate"_a, "stream"_a)
        .def("random_normal", &Plan::random_normal, "out"_a, "stream"_a)
        .def("random_uniform", &Plan::random_uniform, "out"_a, "stream"_a)
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
        .def("reshape", &Plan::reshape, "src"_a, "out"_a)
        .def("total", &Plan::total, "x"_a, "accumulator"_a)
        .def("tally", &Plan::tally, "x"_a, "first"_a)
        .def("store_total", &Plan::store_total, "map"_a, "ins"_a, "accumulator"_a)
        .def("store_sum", &Plan::store_sum, "map"_a, "ins"_a, "out"_a)
        .def("guard", &Plan::guard, "accumulator"_a)
        .def("emit", &Plan::emit, "x"_a, "output"_a)
        .def("run", run_plan, "sources"_a, "index"_a.noconvert(), "batch"_a,
             "scalars"_a.noconvert(), "step"_a, "seed"_a, "outputs"_a = std::vector<WriteArray>(),
             "threads"_a = 0)
        .def("totals", read_totals)
        .def("reset_totals", &Plan::reset_totals, unlocked)
        .def("read", read_value, "value"_a, "rows"_a)
        .def("describe", &Plan::describe, unlocked)
        .def_prop_ro("flops", &Plan::flops);
}

}  // namespace

NB_MODULE(_native, m) {
    m.def("isas", list_isas);
    m.def("default_isa", [] { return std::string(default_or_refuse().isa); });
    m.def("set_isa", set_isa, "name"_a);
    m.def("hardware_threads", hardware_threads);
    m.def("thread_limit", thread_limit);
    m.def(
        "set_thread_limit",
        [](int threads) {
            if (threads < 1) {
                refuse("set_thread_limit", "at least 1 thread", std::to_string(threads),
                       "Pass the most threads a run may take.");
            }
            set_thread_limit(threads);
        },
        "threads"_a);
    m.def(
        "has_map",
        [](const std::string& key) { return table_in_force().find_map(key.c_str()) != nullptr; },
        "key"_a);
    bind_store(m);
    bind_map(m);
    bind_plan(m);
}
