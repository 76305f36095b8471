// What the files of the Python module share.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <memory>
#include <vector>

#include "kernels/table.h"

namespace pronghorn {

namespace nb = nanobind;

// The instruction set of stores and plans made from now on.
const KernelTable& table_in_force();

void bind_pass(nb::module_& m);
void bind_plan(nb::module_& m);

// An array of its own, and where its elements lie.
template <class T>
nb::ndarray<nb::numpy, T> make_array(const std::vector<size_t>& shape, T** data) {
    size_t count = 1;
    for (const size_t length : shape) count *= length;
    auto memory = std::make_unique<T[]>(count);
    *data = memory.get();
    nb::capsule owner(memory.get(), [](void* p) noexcept { delete[] static_cast<T*>(p); });
    return nb::ndarray<nb::numpy, T>(memory.release(), shape.size(), shape.data(), owner);
}

}  // namespace pronghorn
