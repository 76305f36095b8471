#include "core/pass.h"

#include <algorithm>
#include <cmath>

namespace pronghorn {

namespace {

// y += the rows of `weights` whose x is not 0, times it. Four at a time: y is read and written once
// for all of them.
template <class T>
void add_products(const T* x, const Layer<T>& layer, T* __restrict y) {
    constexpr size_t kTogether = 4;
    const size_t outputs = layer.outputs;
    const T* rows[kTogether];
    T factors[kTogether];
    size_t found = 0;
    for (size_t i = 0; i < layer.inputs; ++i) {
        if (x[i] == 0) continue;
        rows[found] = layer.weights + i * outputs;
        factors[found] = x[i];
        if (++found < kTogether) continue;
        found = 0;
        const T *a = rows[0], *b = rows[1], *c = rows[2], *d = rows[3];
        const T p = factors[0], q = factors[1], r = factors[2], s = factors[3];
        for (size_t j = 0; j < outputs; ++j) y[j] += (p * a[j] + q * b[j]) + (r * c[j] + s * d[j]);
    }
    for (size_t k = 0; k < found; ++k) {
        for (size_t j = 0; j < outputs; ++j) y[j] += factors[k] * rows[k][j];
    }
}

template <class T>
void softmax(T* y, size_t count) {
    const T most = *std::max_element(y, y + count);
    T sum = 0;
    for (size_t j = 0; j < count; ++j) sum += y[j] = std::exp(y[j] - most);
    for (size_t j = 0; j < count; ++j) y[j] /= sum;
}

template <class T>
void activate(Activation activation, T* y, size_t count) {
    switch (activation) {
        case Activation::linear:
            return;
        case Activation::exponential:
            for (size_t j = 0; j < count; ++j) y[j] = std::exp(y[j]);
            return;
        case Activation::relu:
            for (size_t j = 0; j < count; ++j) y[j] = y[j] < 0 ? T{0} : y[j];
            return;
        case Activation::sigmoid:
            for (size_t j = 0; j < count; ++j) y[j] = 1 / (1 + std::exp(-y[j]));
            return;
        case Activation::tanh:
            for (size_t j = 0; j < count; ++j) y[j] = std::tanh(y[j]);
            return;
        case Activation::softmax:
            return softmax(y, count);
    }
}

}  // namespace

template <class T>
void pass_row(const T* x, const std::vector<Layer<T>>& layers, std::vector<T>& room, T* y) {
    size_t widest = 0;
    for (const Layer<T>& layer : layers) widest = std::max(widest, layer.outputs);
    room.resize(2 * widest);
    T *in = room.data(), *out = in + widest;
    for (const Layer<T>& layer : layers) {
        T* to = &layer == &layers.back() ? y : out;
        std::copy_n(layer.bias, layer.outputs, to);
        add_products(x, layer, to);
        activate(layer.activation, to, layer.outputs);
        x = to;
        std::swap(in, out);
    }
}

template void pass_row(const float*, const std::vector<Layer<float>>&, std::vector<float>&, float*);
template void pass_row(const double*, const std::vector<Layer<double>>&, std::vector<double>&,
                       double*);

}  // namespace pronghorn
