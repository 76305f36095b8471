// Random matrices: kLanes Philox generators side by side. Counters follow the column modulo 16
// whatever the number of lanes, so every instruction set draws the same words.

constexpr size_t kDrawnColumns = 64;  // four words for each of 16 counters

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

// Where a random matrix comes from and where it goes.
struct Drawing {
    uint64_t seed;
    uint32_t stream;
    uint64_t step;
    size_t cols;
    float* out;
    size_t ld;
};

// Fill rows [row0, row1): `turn` makes four vectors of numbers of four vectors of words.
template <class Turn>
inline void draw_rows(const Drawing& call, size_t row0, size_t row1, Turn turn) {
    const size_t blocks = round_up(call.cols, kDrawnColumns) / kDrawnColumns;
    const size_t padded = round_up(call.cols, kLanes);
    for (size_t i = row0; i < row1; ++i) {
        for (size_t block = 0; block < blocks; ++block) {
            const size_t counter = (i * blocks + block) * 16;
            for (size_t lane = 0; lane < 16; lane += kLanes) {
                IVec words[4];
                Vec numbers[4];
                draw(static_cast<uint32_t>(counter + lane), call.stream, call.step, call.seed,
                     words);
                turn(words, numbers);
                for (size_t word = 0; word < 4; ++word) {
                    const size_t j = block * kDrawnColumns + word * 16 + lane;
                    if (j >= padded) break;
                    store(call.out + i * call.ld + j, numbers[word]);
                }
            }
        }
    }
}

void dropout_mask(uint64_t seed, uint32_t stream, uint64_t step, float keep, size_t cols,
                  float* out, size_t ld, size_t row0, size_t row1) {
    const double limit = static_cast<double>(keep) * 4294967296.0;
    const bool keeps_all = limit >= 4294967296.0;  // no word reaches 2^32
    const IVec threshold = ibroadcast(keeps_all ? ~uint32_t{0} : static_cast<uint32_t>(limit));
    const Vec kept = broadcast(1.0f / keep), dropped = keeps_all ? kept : broadcast(0.0f);
    draw_rows({seed, stream, step, cols, out, ld}, row0, row1,
              [&](const IVec(&words)[4], Vec(&numbers)[4]) {
                  for (int k = 0; k < 4; ++k) {
                      numbers[k] = blend(is_below(words[k], threshold), kept, dropped);
                  }
              });
}

// The upper 24 bits of a word as a whole number below 2^24.
inline Vec upper_bits(IVec word) {
    return to_float(iand(shift_right_signed<8>(word), ibroadcast(0x00FFFFFFu)));
}

void random_uniform(uint64_t seed, uint32_t stream, uint64_t step, size_t cols, float* out,
                    size_t ld, size_t row0, size_t row1) {
    draw_rows({seed, stream, step, cols, out, ld}, row0, row1,
              [](const IVec(&words)[4], Vec(&numbers)[4]) {
                  for (int k = 0; k < 4; ++k) {
                      numbers[k] = mul(upper_bits(words[k]), broadcast(0x1p-24f));
                  }
              });
}

// Box and Muller, "A note on the generation of random normal deviates", 1958. The angle is drawn in
// quarter turns, of which whole and rest are exact.
void random_normal(uint64_t seed, uint32_t stream, uint64_t step, size_t cols, float* out,
                   size_t ld, size_t row0, size_t row1) {
    const Vec unit = broadcast(0x1p-24f);
    draw_rows({seed, stream, step, cols, out, ld}, row0, row1,
              [&](const IVec(&words)[4], Vec(&numbers)[4]) {
                  for (int k = 0; k < 4; k += 2) {
                      const Vec above_zero = fma(upper_bits(words[k]), unit, unit);
                      const Vec radius = sqrt(mul(broadcast(-2.0f), log(above_zero)));
                      const Vec quarters = mul(upper_bits(words[k + 1]), broadcast(0x1p-22f));
                      const Vec whole = round_even(quarters);
                      const Vec rest = mul(sub(quarters, whole), broadcast(kHalfPi));
                      const Waves waves = turn_waves(whole, rest);
                      numbers[k] = mul(radius, waves.cosine);
                      numbers[k + 1] = mul(radius, waves.sine);
                  }
              });
}
