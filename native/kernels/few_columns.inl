// Weights (k, m) that lie transposed (table.h), because packed columns would be pads mostly: vectors
// hold the weights of kLanes inputs instead. The forward product runs its lanes along the sum and
// adds up those of each sum at the end. The other two products are those of products.inl: strips
// side by side are what a panel would have to be transposed to, and dw.T = dz.T @ x is a product of
// the same tiles, whose sums have the bits that they have packed.

// Rows and columns of the forward tile: its sums and one operand of each row stay in registers.
constexpr int kDotRows = kVectorRegisters == 32 ? 4 : 2;
constexpr int kDotCols = kVectorRegisters == 32 ? 6 : 5;

// Add up the lanes of each of kCount vectors, at most kLanes: r[0] = their sums, see `fold`. Each in
// the same order wherever it stands, and an addition serves two vectors.
template <int kCount, int kLevel = 0>
[[gnu::always_inline]] inline void fold_all(Vec* r) {
#pragma GCC unroll 8
    for (int i = 0; i < kCount; i += 2) {
        r[i / 2] = fold<kLevel>(r[i], i + 1 < kCount ? r[i + 1] : broadcast(0.0f));
    }
    if constexpr ((size_t{2} << kLevel) < kLanes) fold_all<(kCount + 1) / 2, kLevel + 1>(r);
}

// The sums of the lanes of kCount vectors, one by one.
template <int kCount>
class LaneSums {
  public:
    [[gnu::always_inline]] explicit LaneSums(Vec (&sums)[kCount]) { add<0>(sums); }

    float operator[](int i) const {
        constexpr int kEach = static_cast<int>(kLanes);
        return found_[i / kEach * kEach + lane_of_sum(i % kEach)];
    }

  private:
    template <int kFirst>
    [[gnu::always_inline]] void add(Vec (&sums)[kCount]) {
        constexpr int kLeft = kCount - kFirst;
        constexpr int kNow = kLeft < static_cast<int>(kLanes) ? kLeft : static_cast<int>(kLanes);
        fold_all<kNow>(sums + kFirst);
        store(found_ + kFirst, sums[kFirst]);
        if constexpr (kLeft > kNow) add<kFirst + kNow>(sums);
    }

    alignas(64) float found_[round_up(kCount, kLanes)];
};

// tile[r * width + j] = sum over t < k of x[r * ldx + t] and number t of column j of strips, `strip`
// floats each.
template <int kRows, int kCols>
void dot_tile(const float* x, size_t ldx, const float* w, size_t strip, size_t k, float* tile,
              size_t width) {
    Vec sums[kRows * kCols];
#pragma GCC unroll 24
    for (int i = 0; i < kRows * kCols; ++i) sums[i] = broadcast(0.0f);
    const auto add_vector = [&](size_t t, auto keep) __attribute__((always_inline)) {
        Vec left[kRows];
#pragma GCC unroll 4
        for (size_t r = 0; r < kRows; ++r) left[r] = keep(load(x + r * ldx + t));
#pragma GCC unroll 6
        for (size_t j = 0; j < kCols; ++j) {
            const Vec right = keep(load(w + j * kAlignFloats + t));
#pragma GCC unroll 4
            for (size_t r = 0; r < kRows; ++r) {
                sums[r * kCols + j] = fma(left[r], right, sums[r * kCols + j]);
            }
        }
    };
    for (; k >= kAlignFloats; k -= kAlignFloats, x += kAlignFloats, w += strip) {
#pragma GCC unroll 4
        for (size_t t = 0; t < kAlignFloats; t += kLanes) add_vector(t, [](Vec v) { return v; });
    }
    size_t t = 0;
    for (; t + kLanes <= k; t += kLanes) add_vector(t, [](Vec v) { return v; });
    // Pads may hold anything, in both operands.
    if (t < k) add_vector(t, [&](Vec v) { return keep_first(k - t, v, broadcast(0.0f)); });
    const LaneSums<kRows * kCols> found(sums);
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 6
        for (int j = 0; j < kCols; ++j) {
            tile[static_cast<size_t>(r) * width + static_cast<size_t>(j)] = found[r * kCols + j];
        }
    }
}

using DotTile = void (*)(const float*, size_t, const float*, size_t, size_t, float*, size_t);

template <int kRows = kDotRows, int kCols = kDotCols>
DotTile choose_dot_tile(size_t rows, size_t cols) {
    if constexpr (kRows > 1) {
        if (rows < kRows) return choose_dot_tile<kRows - 1, kCols>(rows, cols);
    }
    if constexpr (kCols > 1) {
        if (cols < kCols) return choose_dot_tile<kRows, kCols - 1>(rows, cols);
    }
    return dot_tile<kRows, kCols>;
}

// tile (rows, width) = rows [row, row + rows) of x @ w, of the inputs [k0, k1).
inline void sum_tile(const DenseForward& call, size_t k0, size_t k1, size_t row, size_t rows,
                     float* tile, size_t width) {
    const size_t m = call.w.m, strip = m * kAlignFloats;
    const float *x = call.x + row * call.ldx + k0, *w = call.weights + k0 * m;
    // Tiles of nearly equal columns, not a full one and a rest.
    const size_t groups = (m + kDotCols - 1) / kDotCols, each = (m + groups - 1) / groups;
    for (size_t r = 0; r < rows; r += kDotRows) {
        const size_t tall = rows - r < kDotRows ? rows - r : kDotRows;
        for (size_t j = 0; j < m; j += each) {
            const size_t wide = m - j < each ? m - j : each;
            choose_dot_tile(tall, wide)(x + r * call.ldx, call.ldx, w + j * kAlignFloats, strip,
                                        k1 - k0, tile + r * width + j, width);
        }
    }
}

void transposed_forward(const DenseForward& call, size_t row0, size_t row1) {
    constexpr size_t kTile = kRowBlock * round_up(kFewColumns, kLanes);
    alignas(64) float halves[2][kTile] = {};
    const size_t k = call.w.k, half = first_half(k), width = panel_width(call.w, 0);
    const auto sum = [&](size_t row, size_t rows, float* tile) __attribute__((always_inline)) {
        if (call.sums != nullptr) {
            const float* first = call.sums + row * width;
            add_halves(first, first + call.n * width, rows * width, tile);
            return rows;
        }
        sum_tile(call, 0, half, row, rows, halves[0], width);
        // Without a second half: zeros, which change no sum.
        if (half < k) sum_tile(call, half, k, row, rows, halves[1], width);
        add_halves(halves[0], halves[1], rows * width, tile);
        return rows;
    };
    forward_tiles<kTile>(call, 0, row0, row1, sum);
}
