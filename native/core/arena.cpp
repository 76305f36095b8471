#include "core/arena.h"

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace pronghorn {

namespace {

// Small values share one block; a larger one gets its own.
constexpr size_t kBlockBytes = size_t{1} << 20;

size_t round_up_line(size_t bytes) { return (bytes + kLineBytes - 1) / kLineBytes * kLineBytes; }

#if defined(__linux__)
constexpr size_t kHugePage = size_t{1} << 21;
// From here on an array gets huge pages of its own. With small ones its lines fall into the sets
// of L2 by chance, and a step took up to a quarter longer, from one run to the next.
constexpr size_t kHugeFrom = size_t{1} << 18;
// Arrays that are swept together (weights and slots) do not begin in the same sets of L1.
constexpr size_t kStagger = 17 * kLineBytes;
constexpr size_t kStaggers = 16;

Block allocate_huge(size_t bytes) {
    static std::atomic<size_t> count{0};
    const size_t shift = count.fetch_add(1, std::memory_order_relaxed) % kStaggers * kStagger;
    const size_t rounded = (bytes + shift + kHugePage - 1) / kHugePage * kHugePage;
    void* memory = mmap(nullptr, rounded + kHugePage, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    auto* base = static_cast<std::byte*>(memory);
    const size_t over = reinterpret_cast<uintptr_t>(base) % kHugePage;
    std::byte* start = over == 0 ? base : base + (kHugePage - over);
    madvise(start, rounded, MADV_HUGEPAGE);  // advice: small pages do as well
    return Block(start + shift, FreeAligned{memory, rounded + kHugePage});
}
#endif

}  // namespace

void FreeAligned::operator()(void* block) const noexcept {
#if defined(__linux__)
    if (mapping != nullptr) {
        munmap(mapping, mapped);
        return;
    }
#endif
    ::operator delete(block, std::align_val_t{kLineBytes});
}

Block allocate_zeroed(size_t bytes) {
    const size_t rounded = round_up_line(bytes == 0 ? 1 : bytes);
#if defined(__linux__)
    if (rounded >= kHugeFrom) return allocate_huge(rounded);  // fresh pages are zero
#endif
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
