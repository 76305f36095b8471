// Memory of a plan's values: aligned, zeroed, handed out once and freed all together.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace pronghorn {

inline constexpr size_t kLineBytes = 64;

struct FreeAligned {
    void operator()(void* memory) const noexcept;
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
