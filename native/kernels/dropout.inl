// The inverted-dropout mask: kLanes Philox generators side by side. Counters follow the column
// modulo 16 whatever the number of lanes, so every instruction set draws the same mask.

constexpr size_t kMaskColumns = 64;  // four words for each of 16 counters

// The four words of kLanes counters (c0[lane], c1, c2, c3).
inline void philox_lanes(IVec (&x)[4], uint64_t key) {
    uint32_t key0 = static_cast<uint32_t>(key), key1 = static_cast<uint32_t>(key >> 32);
    const IVec multiplier0 = ibroadcast(kPhiloxMultipliers[0]);
    const IVec multiplier1 = ibroadcast(kPhiloxMultipliers[1]);
    for (int round = 0; round < kPhiloxRounds; ++round) {
        IVec high0, low0, high1, low1;
        multiply_wide(multiplier0, x[0], high0, low0);
        multiply_wide(multiplier1, x[2], high1, low1);
        x[0] = ixor(ixor(high1, x[1]), ibroadcast(key0));
        x[2] = ixor(ixor(high0, x[3]), ibroadcast(key1));
        x[1] = low1;
        x[3] = low0;
        key0 += kPhiloxKeySteps[0];
        key1 += kPhiloxKeySteps[1];
    }
}

void dropout_mask(uint64_t seed, uint32_t stream, uint64_t step, float keep, size_t cols,
                  float* out, size_t ld, size_t row0, size_t row1) {
    const double limit = static_cast<double>(keep) * 4294967296.0;
    const bool keeps_all = limit >= 4294967296.0;  // no word reaches 2^32
    const IVec threshold = ibroadcast(keeps_all ? ~uint32_t{0} : static_cast<uint32_t>(limit));
    const Vec kept = broadcast(1.0f / keep), dropped = keeps_all ? kept : broadcast(0.0f);
    const size_t blocks = round_up(cols, kMaskColumns) / kMaskColumns;
    const size_t padded = round_up(cols, kLanes);
    for (size_t i = row0; i < row1; ++i) {
        for (size_t block = 0; block < blocks; ++block) {
            const size_t counter = (i * blocks + block) * 16;
            for (size_t lane = 0; lane < 16; lane += kLanes) {
                IVec x[4] = {iadd(ibroadcast(static_cast<uint32_t>(counter + lane)),
                                  lane_numbers()),
                             ibroadcast(stream), ibroadcast(static_cast<uint32_t>(step)),
                             ibroadcast(static_cast<uint32_t>(step >> 32))};
                philox_lanes(x, seed);
                for (size_t word = 0; word < 4; ++word) {
                    const size_t j = block * kMaskColumns + word * 16 + lane;
                    if (j >= padded) break;
                    store(out + i * ld + j, blend(is_below(x[word], threshold), kept, dropped));
                }
            }
        }
    }
}
