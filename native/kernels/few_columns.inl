// Weights (k, m) that lie transposed (table.h), because packed columns would be pads mostly: vectors
// hold the weights of kLanes inputs instead. The forward product runs its lanes along the sum and
// adds up those of each sum at the end. The other two products are those of products.inl: rows of
// the weights are what a panel would have to be transposed to, and dw.T = dz.T @ x is a product of
// the same tiles, whose sums have the bits that they have packed.

// Rows and columns of the forward tile: its sums and one operand of each row stay in registers.
constexpr int kDotRows = kVectorRegisters == 32 ? 4 : 2;
constexpr int kDotCols = kVectorRegisters == 32 ? 6 : 5;

// out[i] = the sum of the lanes of sums[i], each in the same order wherever it stands.
template <int kCount>
[[gnu::always_inline]] inline void add_lanes(const Vec (&sums)[kCount], float* out) {
    constexpr int kVectors = (kCount + static_cast<int>(kLanes) - 1) / static_cast<int>(kLanes);
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
        Vec block[kLanes];
#pragma GCC unroll 16
        for (size_t i = 0; i < kLanes; ++i) {
            const size_t at = static_cast<size_t>(v) * kLanes + i;
            block[i] = at < static_cast<size_t>(kCount) ? sums[at] : broadcast(0.0f);
        }
        transpose(block);
#pragma GCC unroll 4
        for (size_t half = kLanes / 2; half > 0; half /= 2) {
#pragma GCC unroll 8
            for (size_t i = 0; i < half; ++i) block[i] = add(block[i], block[i + half]);
        }
        store(out + static_cast<size_t>(v) * kLanes, block[0]);
    }
}

// tile[r * width + j] = sum over t < k of x[r * ldx + t] * w[j * ldw + t].
template <int kRows, int kCols>
void dot_tile(const float* x, size_t ldx, const float* w, size_t ldw, size_t k, float* tile,
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
            const Vec right = keep(load(w + j * ldw + t));
#pragma GCC unroll 4
            for (size_t r = 0; r < kRows; ++r) {
                sums[r * kCols + j] = fma(left[r], right, sums[r * kCols + j]);
            }
        }
    };
    size_t t = 0;
    for (; t + kLanes <= k; t += kLanes) add_vector(t, [](Vec v) { return v; });
    // Pads may hold anything, in both operands.
    if (t < k) add_vector(t, [&](Vec v) { return keep_first(k - t, v, broadcast(0.0f)); });
    alignas(64) float found[kRows * kCols + kLanes];
    add_lanes(sums, found);
    for (size_t r = 0; r < kRows; ++r) {
        for (size_t j = 0; j < kCols; ++j) tile[r * width + j] = found[r * kCols + j];
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

void transposed_forward(const DenseForward& call, size_t row0, size_t row1) {
    alignas(64) float tile[kRowBlock * round_up(kFewColumns, kLanes)] = {};
    const size_t m = call.w.m, ld = call.w.transposed, width = panel_width(call.w, 0);
    // Tiles of nearly equal columns, not a full one and a rest.
    const size_t groups = (m + kDotCols - 1) / kDotCols, each = (m + groups - 1) / groups;
    OnlyColumn column;
    for (size_t row = row0; row < row1; row = block_end(row, row1)) {
        const size_t rows = block_end(row, row1) - row;
        for (size_t r = 0; r < rows; r += kDotRows) {
            const size_t tall = rows - r < kDotRows ? rows - r : kDotRows;
            for (size_t j = 0; j < m; j += each) {
                const size_t wide = m - j < each ? m - j : each;
                choose_dot_tile(tall, wide)(call.x + (row + r) * call.ldx, call.ldx,
                                            call.weights + j * ld, ld, call.w.k,
                                            tile + r * width + j, width);
            }
        }
        if (call.map.is_column) {
            column.take(call.map, tile, width, row, rows);
        } else {
            apply_to_columns(call.map, tile, width, row, 0, rows, width);
        }
    }
    column.end(call.map);
}
