// Forward products of which each of two threads takes one half: the sums of the inputs whose weights it
// will update, in the panel that both have a part of (table.h). So those weights do not leave its
// core's cache, nor, where there is no other panel, do the inputs, of which it gathers half of each
// row. All that goes over is a sum of each row and column.
#pragma once

#include <array>
#include <memory>
#include <utility>

#include "exec/step.h"

namespace pronghorn {

// Whether two threads take halves of the products of x and w where it is cut in two; and whether they
// do with this cut.
bool may_be_halved(const Buffer& x, const Store& w);
bool is_halved(const Buffer& x, const Store& w, const Cut& cut);
// The inputs of a half; and those that a thread reads in all, for its own panels besides.
Range half_of_inputs(const Store& w, int part);
std::array<Range, 2> inputs_of_halves(const Store& w);
// What each has of the panels: its own whole, `own` of the middle one's rows.
Rects share_halves(const Panels& panels, size_t rows, Range own, int part);

// The sums of both halves, from the step that makes them to the forward product that goes on with them.
class HalfSums {
  public:
    HalfSums(const Buffer& x, StorePtr w) : x_(x), w_(std::move(w)) {}

    // Whether the halves are two threads' with this cut; else the forward product does without.
    bool are_used(const Cut& cut) const { return is_halved(x_, *w_, cut); }
    void prepare_memory(const Cut& cut);
    float* of_part(const Cut& cut, int part) const;
    const float* data() const { return static_cast<const float*>(memory_.get()); }

    const Buffer& x() const { return x_; }
    const Store& weights() const { return *w_; }

  private:
    size_t floats(const Cut& cut) const;  // of one half

    Buffer x_;
    StorePtr w_;
    Block memory_;
    size_t floats_ = 0;
};

// Stands before the forward product that is given the same sums.
StepPtr make_half_sums(const KernelTable& table, std::shared_ptr<HalfSums> sums);

}  // namespace pronghorn
