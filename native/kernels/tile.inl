// The register tile that every matrix product is made of: kRowBlock x kPanelVectors accumulators
// that never leave the registers until the sum is done. How two numbers, or two words of several
// numbers, are multiplied and added is a parameter: `Product::add(left, right, sum)`.

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

struct FloatProduct {
    static Vec add(Vec left, Vec right, Vec sum) { return fma(left, right, sum); }
};

// tile[r, :] = sum over t < depth of left(r, t) * right(t, :). Unrolled in full: one rolled loop
// over the accumulators and the compiler keeps them in memory.
template <class Product, int kRows, int kVectors>
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
            for (int v = 0; v < kVectors; ++v) c[r][v] = Product::add(left, right[v], c[r][v]);
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
template <class Product, int kRows, int kVectors>
void multiply_rows(size_t depth, Left left, Right right, float* tile) {
    multiply<Product, kRows, kVectors>(depth, left.a, left.row_step, 1, right.b, right.step, tile);
}
template <class Product, int kRows, int kVectors>
void multiply_columns(size_t depth, Left left, Right right, float* tile) {
    multiply<Product, kRows, kVectors>(depth, left.a, 1, left.depth_step, right.b, right.step,
                                       tile);
}

using Multiply = void (*)(size_t, Left, Right, float*);

// Row blocks and panels that are not full ones have their own tile, down to 1 x 1.
template <class Product, bool kAlongRows, int kRows, int kVectors>
Multiply choose_tile(int rows, int vectors) {
    if constexpr (kRows > 1) {
        if (rows < kRows) {
            return choose_tile<Product, kAlongRows, kRows - 1, kVectors>(rows, vectors);
        }
    }
    if constexpr (kVectors > 1) {
        if (vectors < kVectors) {
            return choose_tile<Product, kAlongRows, kRows, kVectors - 1>(rows, vectors);
        }
    }
    return kAlongRows ? multiply_rows<Product, kRows, kVectors>
                      : multiply_columns<Product, kRows, kVectors>;
}

template <class Product, bool kAlongRows>
Multiply tile_of(size_t rows, size_t vectors) {
    return choose_tile<Product, kAlongRows, kRowBlock, kPanelVectors>(static_cast<int>(rows),
                                                                      static_cast<int>(vectors));
}

inline size_t block_end(size_t start, size_t end) {
    return end - start < kRowBlock ? end : start + kRowBlock;
}

// One panel of a forward product: rows [row0, row1) of map(x @ right), summed over `depth`.
template <class Product>
void forward_tiles(const DenseForward& call, Right right, size_t depth, int panel, size_t row0,
                   size_t row1) {
    alignas(64) float tile[kTileFloats];
    const size_t col = call.w.first_col[panel], width = panel_width(call.w, panel);
    for (size_t row = row0; row < row1; row += kRowBlock) {
        const size_t rows = block_end(row, row1) - row;
        const Left left = {call.x + row * call.ldx, call.ldx, 1};
        tile_of<Product, true>(rows, width / kLanes)(depth, left, right, tile);
        apply_at(call.map, tile, width, row, col, rows, width);
    }
}

// Columns [k, k + width) of an input gradient, from a transposed stretch of the weights.
template <class Product>
void input_gradient_tiles(const DenseInputGradient& call, Right right, size_t depth, size_t k,
                          size_t row0, size_t row1) {
    alignas(64) float tile[kTileFloats];
    const size_t width = right.step;
    for (size_t row = row0; row < row1; row += kRowBlock) {
        const size_t rows = block_end(row, row1) - row;
        const Left left = {call.dz + row * call.lddz, call.lddz, 1};
        tile_of<Product, true>(rows, width / kLanes)(depth, left, right, tile);
        apply_at(call.map, tile, width, row, k, rows, width);
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

// dense_weight_gradient over `depth` rows (or words of rows) of x and dz.
template <class Product>
void gradient_tiles(const DenseWeightGradient& call, size_t depth, int panel0, int panel1,
                    size_t k0, size_t k1) {
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
                tile_of<Product, false>(rows, width / kLanes)(depth, {call.x + r, 1, call.ldx},
                                                              right, tile + done);
            }
            apply_packed(call.map, tile, position, (end - i) * width);
        }
    }
}
