// The three matrix products of a dense layer: x (n, k), w (k, m) packed, y and dz (n, m).
//     forward          y  = x @ w          tiles of kRowBlock rows x one panel, summed over k
//     input gradient   dx = dz @ w.T       the same tiles on a transposed stretch of w, over m
//     weight gradient  dw = x.T @ dz       tiles of kRowBlock weights rows x one panel, over n
// Each is the same register tile: kRowBlock x kPanelVectors accumulators that never leave the
// registers until the sum is done; then the tile goes to the stack and the map runs on it in L1.

constexpr int kPanelVectors = kLanes == 4 && kVectorRegisters == 16 ? 2 : 3;
constexpr int kRowBlock = kVectorRegisters == 32 ? 8 : 4;
constexpr size_t kPanelFloats = kPanelVectors * kLanes;
constexpr size_t kTileFloats = kRowBlock * kPanelFloats;
constexpr size_t kLineFloats = 16;
constexpr size_t kAhead = 8;  // steps between a prefetch and its use

// The left operand of a tile, element (r, t) being a[r * row_step + t * depth_step].
struct Left {
    const float* a;
    size_t row_step, depth_step;
};

// The right operand: kVectors vectors at b[t * step].
struct Right {
    const float* b;
    size_t step;
};

// tile[r, :] = sum over t < depth of left(r, t) * right(t, :). Unrolled in full: one rolled loop
// over the accumulators and the compiler keeps them in memory.
template <int kRows, int kVectors>
[[gnu::always_inline]] inline void multiply(size_t depth, const float* a, size_t row_step,
                                            size_t depth_step, const float* b, size_t step,
                                            float* tile) {
    Vec c[kRows][kVectors];
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) c[r][v] = broadcast(0.0f);
    }
    for (size_t t = 0; t < depth; ++t) {
        Vec right[kVectors];
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) right[v] = load(b + static_cast<size_t>(v) * kLanes);
        if (depth_step == 1) {
#pragma GCC unroll 4
            for (size_t j = 0; j < kVectors * kLanes; j += kLineFloats) {
                prefetch(b + kAhead * step + j);
            }
        } else {
            prefetch(a + kAhead * depth_step);
        }
#pragma GCC unroll 8
        for (int r = 0; r < kRows; ++r) {
            const Vec left = broadcast(a[static_cast<size_t>(r) * row_step]);
#pragma GCC unroll 4
            for (int v = 0; v < kVectors; ++v) c[r][v] = fma(left, right[v], c[r][v]);
        }
        a += depth_step;
        b += step;
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) store(tile + (r * kVectors + v) * kLanes, c[r][v]);
    }
}

// The left operand walks along its rows (forward, input gradient) or down its columns (weight
// gradient): a constant step of 1 on one side is what the addressing of the loop hangs on.
template <int kRows, int kVectors>
void multiply_rows(size_t depth, Left left, Right right, float* tile) {
    multiply<kRows, kVectors>(depth, left.a, left.row_step, 1, right.b, right.step, tile);
}
template <int kRows, int kVectors>
void multiply_columns(size_t depth, Left left, Right right, float* tile) {
    multiply<kRows, kVectors>(depth, left.a, 1, left.depth_step, right.b, right.step, tile);
}

using Multiply = void (*)(size_t, Left, Right, float*);

// Row blocks and panels that are not full ones have their own tile, down to 1 x 1.
template <bool kAlongRows, int kRows, int kVectors>
Multiply choose_tile(int rows, int vectors) {
    if constexpr (kRows > 1) {
        if (rows < kRows) return choose_tile<kAlongRows, kRows - 1, kVectors>(rows, vectors);
    }
    if constexpr (kVectors > 1) {
        if (vectors < kVectors) return choose_tile<kAlongRows, kRows, kVectors - 1>(rows, vectors);
    }
    return kAlongRows ? multiply_rows<kRows, kVectors> : multiply_columns<kRows, kVectors>;
}

template <bool kAlongRows>
Multiply tile_of(size_t rows, size_t vectors) {
    return choose_tile<kAlongRows, kRowBlock, kPanelVectors>(static_cast<int>(rows),
                                                             static_cast<int>(vectors));
}

inline size_t block_end(size_t start, size_t end) {
    return end - start < kRowBlock ? end : start + kRowBlock;
}

void dense_forward(const DenseForward& call, int panel0, int panel1, size_t row0, size_t row1) {
    alignas(64) float tile[kTileFloats];
    for (int panel = panel0; panel < panel1; ++panel) {
        const size_t col = call.w.first_col[panel], width = panel_width(call.w, panel);
        const Right right = {call.weights + call.w.k * col, width};
        for (size_t row = row0; row < row1; row += kRowBlock) {
            const size_t rows = block_end(row, row1) - row;
            const Left left = {call.x + row * call.ldx, call.ldx, 1};
            tile_of<true>(rows, width / kLanes)(call.w.k, left, right, tile);
            apply_at(call.map, tile, width, row, col, rows, width);
        }
    }
}

// Bring the tile's weights and slots into L1 while its sums are being computed.
inline void prefetch_packed(const TileMap& map, size_t position, size_t count) {
    for (int i = 1; i < map.inputs; ++i) {
        const float* data = packed_offset(map.in[i], position).data;
        if (map.in[i].col_step == 0) continue;
        for (size_t j = 0; j < count; j += kLineFloats) prefetch(data + j);
    }
}

void dense_weight_gradient(const DenseWeightGradient& call, int panel0, int panel1, size_t k0,
                           size_t k1) {
    // Several register tiles, one below the other as in the panel, share one call of the map.
    constexpr size_t kTogether = 4;
    alignas(64) float tile[kTogether * kTileFloats];
    for (int panel = panel0; panel < panel1; ++panel) {
        const size_t col = call.w.first_col[panel], width = panel_width(call.w, panel);
        const Right right = {call.dz + col, call.lddz};
        for (size_t i = k0; i < k1; i += kTogether * kRowBlock) {
            const size_t end = k1 - i < kTogether * kRowBlock ? k1 : i + kTogether * kRowBlock;
            const size_t position = call.w.k * col + i * width;
            for (size_t r = i; r < end; r += kRowBlock) {
                const size_t rows = block_end(r, end) - r, done = (r - i) * width;
                prefetch_packed(call.map, position + done, rows * width);
                tile_of<false>(rows, width / kLanes)(call.n, {call.x + r, 1, call.ldx}, right,
                                                     tile + done);
            }
            apply_packed(call.map, tile, position, (end - i) * width);
        }
    }
}

// w (k, m) rows [k0, k0 + cols) into scratch (m, vectors of cols), through registers. Rows past
// the end of w are never read; columns past m (pads) are copied and never used.
inline void transpose_weights(const Panels& w, const float* weights, size_t k0, size_t cols,
                              size_t width, float* scratch) {
    for (int panel = 0; panel < w.count; ++panel) {
        const size_t first = w.first_col[panel], panel_floats = panel_width(w, panel);
        const float* rows = weights + w.k * first + k0 * panel_floats;
        for (size_t j = 0; j < panel_floats; j += kLanes) {
            for (size_t i = 0; i < width; i += kLanes) {
                Vec block[kLanes];
#pragma GCC unroll 16
                for (size_t r = 0; r < kLanes; ++r) {
                    const bool exists = i + r < cols;
                    block[r] = exists ? load(rows + (i + r) * panel_floats + j) : broadcast(0.0f);
                }
                transpose(block);
                float* out = scratch + (first + j) * width + i;
#pragma GCC unroll 16
                for (size_t r = 0; r < kLanes; ++r) store(out + r * width, block[r]);
            }
        }
    }
}

size_t input_gradient_scratch(size_t m) { return round_up(m, kAlignFloats) * kPanelFloats; }

void dense_input_gradient(const DenseInputGradient& call, size_t k0, size_t k1, size_t row0,
                          size_t row1, float* scratch) {
    alignas(64) float tile[kTileFloats];
    for (size_t k = k0; k < k1; k += kPanelFloats) {
        const size_t cols = k1 - k < kPanelFloats ? k1 - k : kPanelFloats;
        const size_t width = round_up(cols, kLanes);
        transpose_weights(call.w, call.weights, k, cols, width, scratch);
        for (size_t row = row0; row < row1; row += kRowBlock) {
            const size_t rows = block_end(row, row1) - row;
            const Left left = {call.dz + row * call.lddz, call.lddz, 1};
            tile_of<true>(rows, width / kLanes)(call.w.m, left, {scratch, width}, tile);
            apply_at(call.map, tile, width, row, k, rows, width);
        }
    }
}
