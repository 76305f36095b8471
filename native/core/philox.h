// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3", SC
// 2011): a counter goes in, four random words come out, and nothing is remembered. The same
// numbers come from any thread, in any order.
#pragma once

#include <cstdint>

namespace pronghorn {

// The constants of the paper: the multipliers of the rounds and the steps of the key (the golden
// ratio and sqrt(3) - 1).
inline constexpr uint32_t kPhiloxMultipliers[2] = {0xD2511F53u, 0xCD9E8D57u};
inline constexpr uint32_t kPhiloxKeySteps[2] = {0x9E3779B9u, 0xBB67AE85u};
inline constexpr int kPhiloxRounds = 10;

struct PhiloxWords {
    uint32_t word[4];
};

constexpr PhiloxWords philox4x32(PhiloxWords counter, uint64_t key) {
    uint32_t key0 = static_cast<uint32_t>(key), key1 = static_cast<uint32_t>(key >> 32);
    PhiloxWords x = counter;
    for (int round = 0; round < kPhiloxRounds; ++round) {
        const uint64_t a = static_cast<uint64_t>(kPhiloxMultipliers[0]) * x.word[0];
        const uint64_t b = static_cast<uint64_t>(kPhiloxMultipliers[1]) * x.word[2];
        x = {{static_cast<uint32_t>(b >> 32) ^ x.word[1] ^ key0, static_cast<uint32_t>(b),
              static_cast<uint32_t>(a >> 32) ^ x.word[3] ^ key1, static_cast<uint32_t>(a)}};
        key0 += kPhiloxKeySteps[0];
        key1 += kPhiloxKeySteps[1];
    }
    return x;
}

}  // namespace pronghorn
