#include "core/shuffle.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace pronghorn {

namespace {

__extension__ using Wide = unsigned __int128;

// Philox4x64-10 (philox.h has the one of 32 bits and names the paper). NumPy counts before it draws,
// so its first block is that of the counter 1, and takes the low half of a word first.
constexpr uint64_t kMultipliers[2] = {0xD2E7470EE14C6C93u, 0xCA5A826395121157u};
constexpr uint64_t kKeySteps[2] = {0x9E3779B97F4A7C15u, 0xBB67AE8584CAA73Bu};
constexpr int kRounds = 10;
constexpr size_t kBlockDraws = 8;

void draw_block(uint64_t counter, uint64_t key0, uint64_t key1, uint32_t* draws) {
    uint64_t x[4] = {counter, 0, 0, 0};
    for (int round = 0; round < kRounds; ++round) {
        const Wide a = static_cast<Wide>(kMultipliers[0]) * x[0];
        const Wide b = static_cast<Wide>(kMultipliers[1]) * x[2];
        x[0] = static_cast<uint64_t>(b >> 64) ^ x[1] ^ key0;
        x[1] = static_cast<uint64_t>(b);
        x[2] = static_cast<uint64_t>(a >> 64) ^ x[3] ^ key1;
        x[3] = static_cast<uint64_t>(a);
        key0 += kKeySteps[0];
        key1 += kKeySteps[1];
    }
    for (size_t i = 0; i < kBlockDraws; ++i) {
        draws[i] = static_cast<uint32_t>(x[i / 2] >> (i % 2 * 32));
    }
}

class Draws {
  public:
    Draws(uint64_t key0, uint64_t key1) : key0_(key0), key1_(key1) {}

    // What is left of the draws, made anew where there are none.
    std::pair<const uint32_t*, const uint32_t*> rest() {
        if (next_ == kRoom) {
            for (size_t i = 0; i < kRoom; i += kBlockDraws) {
                draw_block(++counter_, key0_, key1_, draws_ + i);
            }
            next_ = 0;
        }
        return {draws_ + next_, draws_ + kRoom};
    }
    void take(size_t count) { next_ += count; }

  private:
    static constexpr size_t kRoom = 64 * kBlockDraws;
    uint64_t counter_ = 0, key0_, key1_;
    size_t next_ = kRoom;
    uint32_t draws_[kRoom];
};

}  // namespace

void shuffle_rows(int64_t* order, size_t n, uint64_t key0, uint64_t key1) {
    constexpr size_t kTogether = 256;
    uint32_t places[kTogether];
    Draws draws(key0, key1);
    // Row i changes places with one of 0 .. i, from the last row down. A draw is taken modulo the
    // next power of two, and again where that is too much; counting it or not needs no branch.
    for (size_t last = n; last > 1;) {
        const size_t first = std::max<size_t>(last > kTogether ? last - kTogether : 0, 1);
        size_t i = last - 1, count = 0;
        while (i >= first) {
            // As long as the power of two stays the same.
            const size_t low = std::max(first, std::bit_floor(i));
            const auto mask = static_cast<uint32_t>(std::bit_ceil(i + 1) - 1);
            const auto [begin, end] = draws.rest();
            const uint32_t* draw = begin;
            while (i >= low && draw < end) {
                const uint32_t place = *draw++ & mask;
                places[count] = place;
                __builtin_prefetch(order + place, 1);
                const size_t counts = place <= i ? 1 : 0;
                count += counts;
                i -= counts;
            }
            draws.take(static_cast<size_t>(draw - begin));
        }
        for (size_t k = 0; k < count; ++k) std::swap(order[last - 1 - k], order[places[k]]);
        last = first;
    }
}

}  // namespace pronghorn
