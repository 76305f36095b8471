// The Python module: argument conversion, the GIL, and nothing else.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <iterator>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "bind/bind.h"
#include "core/alike.h"
#include "core/pool.h"
#include "core/shuffle.h"
#include "core/store.h"
#include "exec/balance.h"
#include "exec/map.h"
#include "exec/refuse.h"

using namespace nanobind::literals;

namespace pronghorn {

namespace {

std::vector<std::string> list_isas() {
    int count = 0;
    const KernelTable* const* tables = available_tables(&count);
    std::vector<std::string> names;
    for (int i = 0; i < count; ++i) names.emplace_back(tables[i]->isa);
    return names;
}

std::vector<std::string> list_units() {
    const RoundedUnits found = rounded_units(table_in_force());
    std::vector<std::string> names;
    for (int i = 0; i < found.count; ++i) names.emplace_back(found.units[i]->isa);
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

}  // namespace

const KernelTable& table_in_force() {
    const KernelTable* table = chosen.load();
    return table == nullptr ? default_or_refuse() : *table;
}

namespace {

void set_isa(const std::string& name) {
    const KernelTable* table = table_named(name.c_str());
    if (table == nullptr) refuse_isa("set_isa", name);
    chosen.store(table);
}

void set_pieces_named(const std::string& name) {
    constexpr std::pair<const char*, Pieces> kNames[] = {
        {"auto", Pieces::where_uneven}, {"always", Pieces::always}, {"never", Pieces::never}};
    const auto* found = std::find_if(std::begin(kNames), std::end(kNames),
                                     [&](const auto& entry) { return entry.first == name; });
    if (found == std::end(kNames)) {
        refuse("set_pieces", "'auto', 'always' or 'never'", "'" + name + "'", "Pass one of them.");
    }
    set_pieces(found->second);
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

// Rows

void shuffle(const nb::ndarray<int64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>& order,
             uint64_t key0, uint64_t key1) {
    if (order.size() > kMostShuffled) {
        refuse("shuffle_rows", "at most 2^32 rows", std::to_string(order.size()),
               "Let NumPy shuffle more.");
    }
    const nb::gil_scoped_release release;
    shuffle_rows(order.data(), order.size(), key0, key1);
}

void group_rows(
    const nb::ndarray<int64_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>& order, size_t batch,
    const nb::ndarray<const uint16_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>& places) {
    const auto rows = static_cast<int64_t>(places.size());
    const int64_t* first = order.data();
    if (batch == 0 || order.size() > kMostGrouped ||
        !std::all_of(first, first + order.size(),
                     [&](int64_t row) { return row >= 0 && row < rows; })) {
        refuse("group_alike", "at most 2^32 numbers of rows that have a place, and batches of them",
               "others", "Pass the rows' own places and a batch of at least 1.");
    }
    const nb::gil_scoped_release release;
    group_alike(order.data(), order.size(), batch, places.data());
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

}  // namespace

}  // namespace pronghorn

using namespace pronghorn;

NB_MODULE(_native, m) {
    // An exception that nobody caught keeps its frames, and so plans, alive beyond the end of the
    // interpreter: no news for users.
    nanobind::set_leak_warnings(false);
    m.def("isas", list_isas);
    m.def("default_isa", [] { return std::string(default_or_refuse().isa); });
    m.def("set_isa", set_isa, "name"_a);
    m.def("units", list_units);
    m.def("set_pieces", set_pieces_named, "name"_a);
    m.def("hardware_threads", hardware_threads);
    m.def(
        "has_map",
        [](const std::string& key) { return table_in_force().find_map(key.c_str()) != nullptr; },
        "key"_a);
    m.def("shuffle_rows", shuffle, "order"_a, "key0"_a, "key1"_a);
    m.def("group_alike", group_rows, "order"_a, "batch"_a, "places"_a);
    bind_store(m);
    bind_map(m);
    bind_plan(m);
    bind_pass(m);
}
