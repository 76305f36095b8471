// The register tile that every matrix product is made of: kRowBlock x kPanelVectors accumulators
// that never leave the registers until the sum is done. How two numbers, or two words of several
// numbers, are multiplied and added is a parameter: `Product::add(left, right, sum)`.

constexpr int kPanelVectors = kLanes == 4 && kVectorRegisters == 16 ? 2 : 3;
constexpr int kRowBlock = kVectorRegisters == 32 ? 8 : 4;
constexpr size_t kPanelFloats = kPanelVectors * kLanes;
constexpr size_t kTileFloats = kRowBlock * kPanelFloats;
constexpr size_t kLineFloats = 16;
constexpr size_t kAhead = 8;  // steps between a prefetch and its use
// The same in rows of a panel, of which a list leaves some out: to look up the next ones would take
// longer than to fetch some for nothing.
constexpr size_t kAheadOfListed = 12;

// The end of the row block that begins at `start`.
inline size_t block_end(size_t start, size_t end) {
    return end - start < kRowBlock ? end : start + kRowBlock;
}

// An operand of a tile, in memory: rows that begin `step` numbers apart. Element (r, t) of a left one
// is number t of row r, or number r of row t; a right one has kVectors vectors in row t.
struct Rows {
    const float* data;
    size_t step;
};

struct FloatProduct {
    static Vec add(Vec left, Vec right, Vec sum) { return fma(left, right, sum); }
};

// What a tile sums over: all t < count, or the `count` numbers listed, with kAhead more behind them
// to prefetch by.
struct Depth {
    size_t count;
    const uint16_t* listed;
};

// So few listed rows stay in L1 from one tile of a weight gradient to the next.
constexpr size_t kFewListed = 80;

// c[r][:] += left(r, t) * right(t, :) for all t of depth. The left operand walks along its rows
// (forward, input gradient) or down its columns (weight gradient): a constant step of 1 on one side is
// what the addressing of the loop hangs on, and what is fetched ahead is the operand with the longer
// step. Unrolled in full: one rolled loop over the accumulators and the compiler keeps them in memory.
template <class Product, bool kAlongRows, bool kListed, bool kFetches, int kRows, int kVectors>
[[gnu::always_inline]] inline void add_all_products(Depth depth, const float* a, size_t a_step,
                                                    const float* b, size_t step,
                                                    Vec (&c)[kRows][kVectors]) {
    const size_t row_step = kAlongRows ? a_step : 1, depth_step = kAlongRows ? 1 : a_step;
    const float *first_a = a, *first_b = b;
    for (size_t t = 0; t < depth.count; ++t) {
        if constexpr (kListed) {
            // Along rows the right operand is a packed panel: a step that the shape tells takes fewer
            // instructions, of which this loop has as many as the processor takes in.
            const size_t right_step = kAlongRows ? kVectors * kLanes : step;
            a = first_a + depth.listed[t] * depth_step;
            b = first_b + depth.listed[t] * right_step;
        }
        Vec right[kVectors];
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) right[v] = load(b + static_cast<size_t>(v) * kLanes);
        if constexpr (!kFetches) {
        } else if constexpr (kAlongRows) {
            constexpr size_t kNext = kListed ? kAheadOfListed : kAhead;
#pragma GCC unroll 4
            for (size_t j = 0; j < kVectors * kLanes; j += kLineFloats) {
                prefetch(b + kNext * step + j);
            }
        } else if constexpr (kListed) {
            prefetch(first_a + depth.listed[t + kAhead] * depth_step);
        } else {
            prefetch(a + kAhead * depth_step);
        }
#pragma GCC unroll 8
        for (int r = 0; r < kRows; ++r) {
            const Vec left = broadcast(a[static_cast<size_t>(r) * row_step]);
#pragma GCC unroll 4
            for (int v = 0; v < kVectors; ++v) c[r][v] = Product::add(left, right[v], c[r][v]);
        }
        if constexpr (!kListed) {
            a += depth_step;
            b += step;
        }
    }
}

template <class Product, bool kAlongRows, bool kListed, int kRows, int kVectors>
[[gnu::always_inline]] inline void add_products(Depth depth, const float* a, size_t a_step,
                                                const float* b, size_t step,
                                                Vec (&c)[kRows][kVectors]) {
    if (kListed && !kAlongRows && depth.count <= kFewListed) {
        add_all_products<Product, kAlongRows, kListed, false>(depth, a, a_step, b, step, c);
    } else {
        add_all_products<Product, kAlongRows, kListed, true>(depth, a, a_step, b, step, c);
    }
}

template <int kRows, int kVectors>
[[gnu::always_inline]] inline void clear(Vec (&c)[kRows][kVectors]) {
#pragma GCC unroll 12
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 12
        for (int v = 0; v < kVectors; ++v) c[r][v] = broadcast(0.0f);
    }
}

template <int kRows, int kVectors>
[[gnu::always_inline]] inline void write(const Vec (&c)[kRows][kVectors], float* tile) {
#pragma GCC unroll 12
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 12
        for (int v = 0; v < kVectors; ++v) store(tile + (r * kVectors + v) * kLanes, c[r][v]);
    }
}

template <int kRows, int kVectors>
[[gnu::always_inline]] inline void read(Vec (&c)[kRows][kVectors], const float* tile) {
#pragma GCC unroll 12
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) c[r][v] = load(tile + (r * kVectors + v) * kLanes);
    }
}

// tile[r, :] = (or, with kAdds, +=) sum over t of depth of left(r, t) * right(t, :).
template <class Product, bool kAlongRows, bool kListed, bool kAdds, int kRows, int kVectors>
void multiply_tile(size_t count, const uint16_t* listed, const float* a, size_t a_step,
                   const float* b, size_t step, float* tile) {
    Vec c[kRows][kVectors];
    if constexpr (kAdds) {
        read(c, tile);
    } else {
        clear(c);
    }
    add_products<Product, kAlongRows, kListed>({count, listed}, a, a_step, b, step, c);
    write(c, tile);
}

// The tile of a shape. Its arguments go one by one: a structure is written to the stack in parts and
// may be read in one, which waits until every store before it, those of the last tile's sums
// included, has left for the cache.
struct Multiply {
    decltype(&multiply_tile<FloatProduct, true, false, false, 1, 1>) tile_of_shape;

    [[gnu::always_inline]] void operator()(const Depth& depth, const Rows& left, const Rows& right,
                                           float* tile) const {
        tile_of_shape(depth.count, depth.listed, left.data, left.step, right.data, right.step,
                      tile);
    }
};

// Row blocks and panels that are not full ones have their own tile, down to 1 x 1.
template <class Product, bool kAlongRows, bool kListed, bool kAdds, int kRows, int kVectors>
Multiply choose_tile(int rows, int vectors) {
    if constexpr (kRows > 1) {
        if (rows < kRows) {
            return choose_tile<Product, kAlongRows, kListed, kAdds, kRows - 1, kVectors>(rows,
                                                                                         vectors);
        }
    }
    if constexpr (kVectors > 1) {
        if (vectors < kVectors) {
            return choose_tile<Product, kAlongRows, kListed, kAdds, kRows, kVectors - 1>(rows,
                                                                                         vectors);
        }
    }
    return {multiply_tile<Product, kAlongRows, kListed, kAdds, kRows, kVectors>};
}

template <class Product, bool kAlongRows, bool kListed = false, bool kAdds = false>
Multiply tile_of(size_t rows, size_t vectors) {
    return choose_tile<Product, kAlongRows, kListed, kAdds, kRowBlock, kPanelVectors>(
        static_cast<int>(rows), static_cast<int>(vectors));
}

// The tile for all of the depth, or for what is listed of it.
template <class Product, bool kAlongRows, bool kAdds = false>
Multiply tile_over(const Depth& depth, size_t rows, size_t vectors) {
    return depth.listed ? tile_of<Product, kAlongRows, true, kAdds>(rows, vectors)
                        : tile_of<Product, kAlongRows, false, kAdds>(rows, vectors);
}
