// A pass of one row through dense layers whose weights lie row by row, where and as another program
// keeps them: in its precision, and read once, but for the rows of weights whose input is 0.
#pragma once

#include <cstddef>
#include <vector>

namespace pronghorn {

enum class Activation { exponential, linear, relu, sigmoid, softmax, tanh };

// y = activation(x @ weights + bias): weights (inputs, outputs), bias (outputs,).
template <class T>
struct Layer {
    const T* weights;
    const T* bias;
    size_t inputs, outputs;
    Activation activation;
};

// The last layer's y. `room` holds what lies between.
template <class T>
void pass_row(const T* x, const std::vector<Layer<T>>& layers, std::vector<T>& room, T* y);

extern template void pass_row(const float*, const std::vector<Layer<float>>&, std::vector<float>&,
                              float*);
extern template void pass_row(const double*, const std::vector<Layer<double>>&,
                              std::vector<double>&, double*);

}  // namespace pronghorn
