// A parameter or an optimizer slot in the layout that the kernels read: float32, a matrix (k, m)
// packed in column panels, or transposed where its columns are few; anything else flat in row-major
// order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/arena.h"
#include "kernels/table.h"

namespace pronghorn {

class Store {
  public:
    // Every length must be at least 1.
    Store(const KernelTable& table, std::vector<size_t> shape);

    const KernelTable& table() const { return *table_; }
    const std::vector<size_t>& shape() const { return shape_; }
    bool is_matrix() const { return shape_.size() == 2; }
    size_t elements() const { return elements_; }
    float* data() const { return static_cast<float*>(memory_.get()); }
    // Floats in memory, pads among them: a multiple of kAlignFloats.
    size_t length() const { return length_; }
    // The packing; one that is not a matrix is seen as a single row (1, elements).
    Panels panels() const;

    void read(float* out) const;  // row-major, `elements()` floats
    void write(const float* in);
    void copy_from(const Store& other);  // equal shape
    void fill(float value);

  private:
    const KernelTable* table_;
    std::vector<size_t> shape_;
    std::vector<uint32_t> first_col_;
    size_t elements_ = 1;
    size_t k_ = 1;
    size_t m_ = 1;
    bool transposed_ = false;
    size_t length_ = 0;
    Block memory_;
};

}  // namespace pronghorn
