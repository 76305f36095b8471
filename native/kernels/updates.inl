// The weight gradient with its update in one loop. With 32 registers, the update of the tile before goes
// on between the products of the next one, a vector at a time: an optimizer's square root and quotient
// keep the divider busy for as long as a tile's products keep the multipliers, and wait for memory
// besides. With 16, which a tile's products fill, the update follows them at once and takes the sums
// out of their registers. Where neither serves, gradient_tiles (products.inl) has the same tiles in the
// same order, and the formula's loop behind each few of them.

// What is left to do behind a finished tile: the formula on `vectors` vectors of it and of the
// weights and slots, which lie alike and are written in place: side by side, or with kOfColumn in
// strips, of each column so many vectors.
template <class Formula, size_t kOfColumn = 0>
struct Behind {
    static constexpr int kArrays = Formula::kInputs - 1;
    const float* tile;
    float* arrays[kArrays];
    size_t vectors = 0, strip = 0;

    static bool serves(const TileMap& map) {
        bool is_in_place = Formula::kOutputs <= kArrays;
        for (int k = 1; k < Formula::kInputs; ++k) {
            is_in_place &= map.in[k].row_stride != 0 && map.in[k].col_step != 0;
            is_in_place &= k > Formula::kOutputs || map.out[k - 1].data == map.in[k].data;
        }
        return is_in_place;
    }
    void follow(const TileMap& map, const float* finished, size_t position, size_t count) {
        tile = finished;
        for (int k = 0; k < kArrays; ++k) arrays[k] = map.in[k + 1].data + position;
        vectors = count / kLanes;
    }
    [[gnu::always_inline]] void update(size_t i, Vec gradient, const Vec* scalars) const {
        Vec x[Formula::kInputs], y[Formula::kOutputs];
        size_t at = i * kLanes;
        x[0] = gradient;
        if constexpr (kOfColumn > 0) {
            const size_t input = i % kOfColumn * kLanes;
            at = input / kAlignFloats * strip + i / kOfColumn * kAlignFloats + input % kAlignFloats;
        }
#pragma GCC unroll 16
        for (int k = 0; k < kArrays; ++k) x[k + 1] = load(arrays[k] + at);
        Formula::at(x, scalars, y);
#pragma GCC unroll 8
        for (int k = 0; k < Formula::kOutputs; ++k) store(arrays[k] + at, y[k]);
    }
    [[gnu::always_inline]] void work_at(size_t i, const Vec* scalars) const {
        update(i, load(tile + i * kLanes), scalars);
    }
    void finish(const Vec* scalars) const {
        for (size_t i = 0; i < vectors; ++i) work_at(i, scalars);
    }
};

// One full tile over what is listed, while `behind` is brought to its end. (Arguments one by one: see
// Multiply.)
template <class Formula, int kRows, int kVectors, size_t kOfColumn>
[[gnu::noinline]] void multiply_before(const Behind<Formula, kOfColumn>& behind, const Vec* scalars,
                                       size_t count, const uint16_t* listed, const float* first_a,
                                       size_t a_step, const float* first_b, size_t b_step,
                                       float* tile) {
    const Behind<Formula, kOfColumn> work = behind;
    Vec s[at_least_one(Scalars<Formula>::kCount)];
#pragma GCC unroll 32
    for (int i = 0; i < Scalars<Formula>::kCount; ++i) s[i] = scalars[i];
    Vec c[kRows][kVectors];
    clear(c);
    const auto add_row = [&](size_t t) __attribute__((always_inline)) {
        const float *a = first_a + listed[t] * a_step, *b = first_b + listed[t] * b_step;
        prefetch(first_a + listed[t + kAhead] * a_step);
        Vec factors[kVectors];
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) factors[v] = load(b + static_cast<size_t>(v) * kLanes);
#pragma GCC unroll 12
        for (int r = 0; r < kRows; ++r) {
            const Vec factor = broadcast(a[r]);
#pragma GCC unroll 4
            for (int v = 0; v < kVectors; ++v) c[r][v] = fma(factor, factors[v], c[r][v]);
        }
    };
    const size_t both = count < work.vectors ? count : work.vectors;
    for (size_t t = 0; t < both; ++t) {
        add_row(t);
        work.work_at(t, s);
    }
    for (size_t t = both; t < count; ++t) add_row(t);
    for (size_t t = both; t < work.vectors; ++t) work.work_at(t, s);
    write(c, tile);
}

// The list of all rows.
inline void list_all(size_t count, uint16_t* numbers) {
    for (size_t t = 0; t < count; ++t) numbers[t] = static_cast<uint16_t>(t);
    for (size_t t = 0; t < kAhead; ++t) numbers[count + t] = static_cast<uint16_t>(count - 1);
}

// Columns of weights that lie transposed for which a tile has them all: the classes that most sets
// of pictures have. Others take one tile behind the other.
constexpr size_t kTogetherColumns = 10;
// Inputs of a tile, and of what tiles are done with at a time: whole strips.
constexpr size_t kTogetherWidth = 2 * kLanes;
constexpr size_t kTogetherInputs = kTogetherWidth > kAlignFloats ? kTogetherWidth : kAlignFloats;

// The weights and slots of the latter, brought into L1.
inline void prefetch_strips(const DenseWeightGradient& call, size_t k) {
    prefetch_packed(call.map, k * call.w.m, kTogetherInputs * call.w.m);
    // Lines are counted by tiles of kRowBlock inputs.
    if (call.ahead != nullptr) bring(*call.ahead, call.lines_ahead * kTogetherInputs / kRowBlock);
}

template <class Formula>
void updating_transposed(const DenseWeightGradient& call, const Vec* scalars, const uint16_t* all,
                         size_t k0, size_t k1) {
    constexpr size_t kTile = kTogetherColumns * kTogetherWidth;
    alignas(64) float tiles[2][kTile];
    Behind<Formula, 2> behind;
    behind.strip = call.w.m * kAlignFloats;
    int turn = 0;
    size_t k = k0;
    for (; k + kTogetherInputs <= k1; k += kTogetherInputs) {
        prefetch_strips(call, k);
        for (size_t i = k; i < k + kTogetherInputs; i += kTogetherWidth) {
            multiply_before<Formula, kTogetherColumns, 2>(behind, scalars, call.n, all, call.dz,
                                                          call.lddz, call.x + i, call.ldx,
                                                          tiles[turn]);
            behind.follow(call.map, tiles[turn], strip_place(call.w, i, 0), kTile);
            turn = 1 - turn;
        }
    }
    behind.finish(scalars);
    if (k < k1) transposed_gradient<FloatProduct>(call, call.n, k, k1);
}

template <class Formula>
void updating_between(const DenseWeightGradient& call, int panel0, int panel1, size_t k0,
                      size_t k1) {
    Lists lists;
    // One list more than those of the tiles, that of all rows.
    if (!lists.hold(kTilesTogether + 1, call.n, 1)) {
        return gradient_tiles<FloatProduct>(call, call.n, panel0, panel1, k0, k1);
    }
    uint16_t* all = lists.start(kTilesTogether);
    list_all(call.n, all);
    const Scalars<Formula> scalars(call.map.scalars);
    if (call.w.transposed) {
        return updating_transposed<Formula>(call, scalars.all, all, k0, k1);
    }
    alignas(64) float tiles[2][kTileFloats];
    Behind<Formula> behind;
    int turn = 0;
    walk_gradient<false>(
        call, call.n, lists, panel0, panel1, k0, k1,
        [&](const GradientTile& at) __attribute__((always_inline)) {
            float* tile = tiles[turn];
            if (at.rows == kRowBlock && at.width >= 2 * kLanes) {
                const auto multiply = at.width == 2 * kLanes
                                          ? multiply_before<Formula, kRowBlock, 2, 0>
                                          : multiply_before<Formula, kRowBlock, 3, 0>;
                multiply(behind, scalars.all, at.over.count, at.over.listed ? at.over.listed : all,
                         at.left.data, at.left.step, at.right.data, at.right.step, tile);
            } else {
                sum_gradient<FloatProduct, false>(at, tile);
                behind.finish(scalars.all);
            }
            behind.follow(call.map, tile, at.position, at.rows * at.width);
            turn = 1 - turn;
        },
        [](size_t, size_t, size_t) {});
    behind.finish(scalars.all);
}

// One full tile over all rows or what is listed of them, and its update.
template <class Formula, bool kListed, int kRows, int kVectors, size_t kOfColumn>
[[gnu::noinline]] void multiply_and_update(const Behind<Formula, kOfColumn>& behind,
                                           const Vec* scalars, size_t count, const uint16_t* listed,
                                           const float* a, size_t a_step, const float* b,
                                           size_t b_step) {
    Vec c[kRows][kVectors];
    clear(c);
    add_products<FloatProduct, false, kListed>({count, listed}, a, a_step, b, b_step, c);
    const Behind<Formula, kOfColumn> work = behind;
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) work.update(r * kVectors + v, c[r][v], scalars);
    }
}

// The one for a panel of so many columns.
template <class Formula, bool kListed>
auto panel_update(size_t width) {
    return width == kLanes       ? multiply_and_update<Formula, kListed, kRowBlock, 1, 0>
           : width == 2 * kLanes ? multiply_and_update<Formula, kListed, kRowBlock, 2, 0>
                                 : multiply_and_update<Formula, kListed, kRowBlock, 3, 0>;
}

template <class Formula>
void updating_transposed_at_once(const DenseWeightGradient& call, const Vec* scalars, size_t k0,
                                 size_t k1) {
    // Half of the columns at a time, in two vectors: as many sums as there are registers for.
    constexpr size_t kRows = kTogetherColumns / 2;
    Behind<Formula, 2> behind;
    size_t k = k0;
    for (; k + kTogetherInputs <= k1; k += kTogetherInputs) {
        prefetch_strips(call, k);
        for (size_t i = k; i < k + kTogetherInputs; i += kTogetherWidth) {
            for (size_t j = 0; j < kTogetherColumns; j += kRows) {
                behind.follow(call.map, nullptr, strip_place(call.w, i, j), kRows * kTogetherWidth);
                multiply_and_update<Formula, false, kRows, 2>(
                    behind, scalars, call.n, nullptr, call.dz + j, call.lddz, call.x + i, call.ldx);
            }
        }
    }
    if (k < k1) transposed_gradient<FloatProduct>(call, call.n, k, k1);
}

template <class Formula>
void updating_at_once(const DenseWeightGradient& call, int panel0, int panel1, size_t k0,
                      size_t k1) {
    const Scalars<Formula> scalars(call.map.scalars);
    if (call.w.transposed) {
        return updating_transposed_at_once<Formula>(call, scalars.all, k0, k1);
    }
    alignas(64) float tile[kTileFloats];
    Behind<Formula> behind;
    Lists lists;
    walk_gradient<false>(
        call, call.n, lists, panel0, panel1, k0, k1,
        [&](const GradientTile& at) __attribute__((always_inline)) {
            behind.follow(call.map, tile, at.position, at.rows * at.width);
            if (at.rows < kRowBlock) {
                sum_gradient<FloatProduct, false>(at, tile);
                return behind.finish(scalars.all);
            }
            const auto multiply = at.over.listed ? panel_update<Formula, true>(at.width)
                                                 : panel_update<Formula, false>(at.width);
            multiply(behind, scalars.all, at.over.count, at.over.listed, at.left.data, at.left.step,
                     at.right.data, at.right.step);
        },
        [](size_t, size_t, size_t) {});
}

template <class Formula>
void updating_gradient(const DenseWeightGradient& call, int panel0, int panel1, size_t k0,
                       size_t k1) {
    const bool is_other = call.w.transposed && call.w.m != kTogetherColumns;
    const bool is_long = !call.w.transposed && Parts::pay(call.n);
    if (is_other || is_long || !Behind<Formula>::serves(call.map)) {
        return gradient_tiles<FloatProduct>(call, call.n, panel0, panel1, k0, k1);
    }
    if constexpr (kVectorRegisters == 32) {
        updating_between<Formula>(call, panel0, panel1, k0, k1);
    } else {
        updating_at_once<Formula>(call, panel0, panel1, k0, k1);
    }
}
