// The order of rows that NumPy's Generator(Philox(key)).permutation(n) gives, number by number, in a
// third of its time: Fisher and Yates's shuffle, whose draws are made some hundred at a time, so that
// the places they name are on their way from memory when the rows are exchanged.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pronghorn {

// Draws are of 32 bits.
inline constexpr uint64_t kMostShuffled = uint64_t{1} << 32;

// order[0 .. n) is shuffled in place; n <= kMostShuffled.
void shuffle_rows(int64_t* order, size_t n, uint64_t key0, uint64_t key1);

}  // namespace pronghorn
