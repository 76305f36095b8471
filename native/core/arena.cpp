#include "core/arena.h"

#include <cstdlib>
#include <cstring>
#include <new>

namespace pronghorn {

namespace {

// Small values share one block; a larger one gets its own.
constexpr size_t kBlockBytes = size_t{1} << 20;

size_t round_up_line(size_t bytes) { return (bytes + kLineBytes - 1) / kLineBytes * kLineBytes; }

}  // namespace

void FreeAligned::operator()(void* memory) const noexcept {
    ::operator delete(memory, std::align_val_t{kLineBytes});
}

Block allocate_zeroed(size_t bytes) {
    const size_t rounded = round_up_line(bytes == 0 ? 1 : bytes);
    Block block(::operator new(rounded, std::align_val_t{kLineBytes}));
    std::memset(block.get(), 0, rounded);
    return block;
}

float* Arena::floats(size_t count) {
    const size_t bytes = round_up_line(count * sizeof(float));
    if (bytes > kBlockBytes / 4) {
        blocks_.push_back(allocate_zeroed(bytes));
        return static_cast<float*>(blocks_.back().get());
    }
    if (bytes > left_) {
        blocks_.push_back(allocate_zeroed(kBlockBytes));
        free_ = static_cast<std::byte*>(blocks_.back().get());
        left_ = kBlockBytes;
    }
    std::byte* start = free_;
    free_ += bytes;
    left_ -= bytes;
    return reinterpret_cast<float*>(start);
}

}  // namespace pronghorn
