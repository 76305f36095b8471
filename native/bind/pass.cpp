// Passes of rows through weights that are NumPy's.

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "bind/bind.h"
#include "core/pass.h"
#include "exec/refuse.h"

using namespace nanobind::literals;

namespace pronghorn {

namespace {

template <class T, size_t kAxes>
using ArrayOf = nb::ndarray<const T, nb::ndim<kAxes>, nb::c_contig, nb::device::cpu>;
template <class T>
using OutputOf = nb::ndarray<T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

Activation activation_named(const std::string& name) {
    constexpr std::pair<const char*, Activation> kNames[] = {
        {"exponential", Activation::exponential},
        {"linear", Activation::linear},
        {"relu", Activation::relu},
        {"sigmoid", Activation::sigmoid},
        {"softmax", Activation::softmax},
        {"tanh", Activation::tanh}};
    const auto* found = std::find_if(std::begin(kNames), std::end(kNames),
                                     [&](const auto& entry) { return entry.first == name; });
    if (found == std::end(kNames)) {
        refuse("forward_pass", "'exponential', 'linear', 'relu', 'sigmoid', 'softmax' or 'tanh'",
               "'" + name + "'", "Name one of them for each layer.");
    }
    return found->second;
}

template <class T>
std::vector<Layer<T>> layers_of(size_t inputs, const std::vector<ArrayOf<T, 2>>& weights,
                                const std::vector<ArrayOf<T, 1>>& biases,
                                const std::vector<std::string>& activations) {
    const size_t count = weights.size();
    if (count == 0 || biases.size() != count || activations.size() != count) {
        refuse("forward_pass", "weights, bias and activation of each layer, one or more",
               std::to_string(count) + ", " + std::to_string(biases.size()) + " and " +
                   std::to_string(activations.size()),
               "Pass lists of the same length.");
    }
    std::vector<Layer<T>> layers;
    for (size_t i = 0; i < count; ++i) {
        const size_t units = weights[i].shape(1);
        if (weights[i].shape(0) != inputs || biases[i].shape(0) != units) {
            refuse("forward_pass",
                   "weights (" + std::to_string(inputs) + ", units) and bias (units,) of layer " +
                       std::to_string(i),
                   describe_shape({weights[i].shape(0), units}) + " and " +
                       describe_shape({biases[i].shape(0)}),
                   "Pass the arrays of each layer behind those of the one before.");
        }
        layers.push_back(
            {weights[i].data(), biases[i].data(), inputs, units, activation_named(activations[i])});
        inputs = units;
    }
    return layers;
}

// False where a number of x is none.
template <class T>
bool forward_pass(const ArrayOf<T, 2>& x, const std::vector<ArrayOf<T, 2>>& weights,
                  const std::vector<ArrayOf<T, 1>>& biases,
                  const std::vector<std::string>& activations, const OutputOf<T>& out) {
    const size_t rows = x.shape(0), inputs = x.shape(1);
    const auto layers = layers_of(inputs, weights, biases, activations);
    const size_t units = layers.back().outputs;
    if (out.shape(0) != rows || out.shape(1) != units) {
        refuse("forward_pass", "out " + describe_shape({rows, units}),
               describe_shape({out.shape(0), out.shape(1)}), "Pass an array of that shape.");
    }
    const T* from = x.data();
    T* to = out.data();
    const auto run = [&] {
        const auto is_number = [](T value) { return std::isfinite(value); };
        if (!std::all_of(from, from + rows * inputs, is_number)) return false;
        std::vector<T> room;
        for (size_t i = 0; i < rows; ++i) pass_row(from + i * inputs, layers, room, to + i * units);
        return true;
    };
    // To have the GIL back may take longer than a few rows.
    constexpr size_t kFewRows = 4;
    if (rows <= kFewRows) return run();
    const nb::gil_scoped_release released;
    return run();
}

}  // namespace

void bind_pass(nb::module_& m) {
    m.def("forward_pass", forward_pass<double>, "x"_a.noconvert(), "weights"_a, "biases"_a,
          "activations"_a, "out"_a.noconvert());
    m.def("forward_pass", forward_pass<float>, "x"_a.noconvert(), "weights"_a, "biases"_a,
          "activations"_a, "out"_a.noconvert());
}

}  // namespace pronghorn
