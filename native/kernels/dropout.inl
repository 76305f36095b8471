// The inverted-dropout mask: kLanes Philox generators side by side. Counters follow the column
// modulo 16 whatever the number of lanes, so every instruction set draws the same mask.

constexpr size_t kMaskColumns = 64;  // four words for each of 16 counters

// The rounds on half of the lanes: counters in, words out, in the low halves of x. The low word of
// a product is used as it stands, with the high one above it: a product reads low halves only.
inline void mix(WideVec (&x)[4], uint64_t key) {
    uint32_t key0 = static_cast<uint32_t>(key), key1 = static_cast<uint32_t>(key >> 32);
    const WideVec multiplier0 = wide_broadcast(kPhiloxMultipliers[0]);
    const WideVec multiplier1 = wide_broadcast(kPhiloxMultipliers[1]);
    for (int round = 0; round < kPhiloxRounds; ++round) {
        const WideVec a = wide_product(multiplier0, x[0]);
        const WideVec b = wide_product(multiplier1, x[2]);
        x[0] = wide_xor(wide_xor(high_half(b), x[1]), wide_broadcast(key0));
        x[2] = wide_xor(wide_xor(high_half(a), x[3]), wide_broadcast(key1));
        x[1] = b;
        x[3] = a;
        key0 += kPhiloxKeySteps[0];
        key1 += kPhiloxKeySteps[1];
    }
}

// The four words of kLanes counters, the first words of which are c0, c0 + 1, ...
inline void draw(uint32_t c0, uint32_t stream, uint64_t step, uint64_t key, IVec (&words)[4]) {
    const IVec first = iadd(ibroadcast(c0), lane_numbers());
    const WideVec c1 = wide_broadcast(stream);
    const WideVec c2 = wide_broadcast(static_cast<uint32_t>(step));
    const WideVec c3 = wide_broadcast(static_cast<uint32_t>(step >> 32));
    WideVec even[4] = {even_words(first), c1, c2, c3};
    WideVec odd[4] = {odd_words(first), c1, c2, c3};
    mix(even, key);
    mix(odd, key);
    for (int word = 0; word < 4; ++word) words[word] = join_words(even[word], odd[word]);
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
                IVec words[4];
                draw(static_cast<uint32_t>(counter + lane), stream, step, seed, words);
                for (size_t word = 0; word < 4; ++word) {
                    const size_t j = block * kMaskColumns + word * 16 + lane;
                    if (j >= padded) break;
                    store(out + i * ld + j, blend(is_below(words[word], threshold), kept, dropped));
                }
            }
        }
    }
}
