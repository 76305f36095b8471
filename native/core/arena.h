// Memory of a plan's values: aligned, zeroed, handed out once and freed all together.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace pronghorn {

inline constexpr size_t kLineBytes = 64;

// What to give back: a mapping of its own, or (null) the block itself.
struct FreeAligned {
    void* mapping = nullptr;
    size_t mapped = 0;
    void operator()(void* block) const noexcept;
};
using Block = std::unique_ptr<void, FreeAligned>;

// Zeroed bytes that start on a cache line and end on one.
Block allocate_zeroed(size_t bytes);

class Arena {
  public:
    float* floats(size_t count);

  private:
    std::vector<Block> blocks_;
    std::byte* free_ = nullptr;
    size_t left_ = 0;
};

}  // namespace pronghorn
