// The products of rounded operands where the processor multiplies whole tiles: 16 rows of 16 words
// by 16 rows of 16 columns, added to 16 x 16 sums. `Tiles` is the unit with its eight registers:
//     Tiles tiles                   sets up nothing; what was set up is given back at its end
//     tiles.configure(rows, cols)   how many rows and words of each register count from now on
//     tiles.zero<tile>(), tiles.load<tile>(p, ld), tiles.store<tile>(p, ld)
//     tiles.multiply<sum, left, right>()
// A block is up to 2 x 2 tiles of sums, which stay in their registers over the whole depth. A word
// holds two numbers; the unit adds up the products of the first ones of a tile's 16 words, then
// those of the second ones, and both to the sum. So the bits of a sum hang on where chunks of 16
// words begin, which is the same for all sums of a product, and on nothing else.

static_assert(kDepth == 2, "tiles multiply pairs of numbers");

constexpr size_t kTileEdge = 16;
constexpr size_t kBlockEdge = 2 * kTileEdge;

// Registers of a block: the sums of tile row r and tile column c are in kSums + 2 * r + c.
constexpr int kSums = 0, kLefts = 4, kRights = 6;

class BlockTiles : public Tiles {
  public:
    // For blocks of rows x cols sums. Edges of rows and columns are cut here, so that nothing is
    // read or written beyond them.
    void shape(size_t rows, size_t cols) {
        if (fits(rows, rows_) && fits(cols, cols_)) return;
        rows_ = rows;
        cols_ = cols;
        uint8_t tile_rows[8] = {}, tile_cols[8] = {};
        for (size_t r = 0; r < 2; ++r) {
            for (size_t c = 0; c < 2; ++c) {
                tile_rows[kSums + 2 * r + c] = part(rows, r);
                tile_cols[kSums + 2 * r + c] = part(cols, c);
            }
            tile_rows[kLefts + r] = part(rows, r);
            tile_cols[kLefts + r] = tile_rows[kRights + r] = kTileEdge;
            tile_cols[kRights + r] = part(cols, r);
        }
        configure(tile_rows, tile_cols);
    }

  private:
    // One whole tile is the first one of two.
    static bool fits(size_t edge, size_t set) {
        return edge == set || (edge == kTileEdge && set > kTileEdge);
    }
    static uint8_t part(size_t edge, size_t i) {
        const size_t left = edge > i * kTileEdge ? edge - i * kTileEdge : 0;
        return static_cast<uint8_t>(left < kTileEdge ? left : kTileEdge);
    }

    size_t rows_ = 0, cols_ = 0;
};

// One operand of a block: whole chunks of 16 words where they lie, and what is left in a copy with
// zeros to a whole chunk. A left operand has rows of words `step` apart, a right one words of rows.
struct Chunks {
    const float* whole;
    size_t step;
    const float* last;
    size_t last_step;

    Chunks from(size_t floats, size_t last_floats) const {
        return {whole + floats, step, last + last_floats, last_step};
    }
};

template <int kDown, int kAcross>
inline void add_chunk(BlockTiles& tiles, const float* left, size_t left_step, const float* right,
                      size_t right_step) {
    tiles.load<kRights>(right, right_step);
    tiles.load<kLefts>(left, left_step);
    tiles.multiply<kSums, kLefts, kRights>();
    if constexpr (kAcross == 2) {
        tiles.load<kRights + 1>(right + kTileEdge, right_step);
        tiles.multiply<kSums + 1, kLefts, kRights + 1>();
    }
    if constexpr (kDown == 2) {
        tiles.load<kLefts + 1>(left + kTileEdge * left_step, left_step);
        tiles.multiply<kSums + 2, kLefts + 1, kRights>();
        if constexpr (kAcross == 2) tiles.multiply<kSums + 3, kLefts + 1, kRights + 1>();
    }
}

template <int kDown, int kAcross>
void multiply_block(BlockTiles& tiles, size_t depth, const Chunks& left, const Chunks& right,
                    float* sums, size_t ld) {
    tiles.zero<kSums>();
    if constexpr (kAcross == 2) tiles.zero<kSums + 1>();
    if constexpr (kDown == 2) tiles.zero<kSums + 2>();
    if constexpr (kDown == 2 && kAcross == 2) tiles.zero<kSums + 3>();
    size_t t = 0;
    for (; t + kTileEdge <= depth; t += kTileEdge) {
        add_chunk<kDown, kAcross>(tiles, left.whole + t, left.step, right.whole + t * right.step,
                                  right.step);
    }
    if (t < depth) {
        add_chunk<kDown, kAcross>(tiles, left.last, left.last_step, right.last, right.last_step);
    }
    float* below = sums + kTileEdge * ld;
    tiles.store<kSums>(sums, ld);
    if constexpr (kAcross == 2) tiles.store<kSums + 1>(sums + kTileEdge, ld);
    if constexpr (kDown == 2) tiles.store<kSums + 2>(below, ld);
    if constexpr (kDown == 2 && kAcross == 2) {
        tiles.store<kSums + 3>(below + kTileEdge, ld);
    }
}

// sums (rows, width) = left @ right over `depth` words; at most kBlockEdge rows.
inline void multiply_rows(BlockTiles& tiles, size_t depth, const Chunks& left, const Chunks& right,
                          size_t rows, size_t width, float* sums) {
    for (size_t j = 0; j < width; j += kBlockEdge) {
        const size_t cols = width - j < kBlockEdge ? width - j : kBlockEdge;
        const auto multiply =
            rows > kTileEdge ? (cols > kTileEdge ? multiply_block<2, 2> : multiply_block<2, 1>)
                             : (cols > kTileEdge ? multiply_block<1, 2> : multiply_block<1, 1>);
        tiles.shape(rows, cols);
        multiply(tiles, depth, left, right.from(j, j), sums + j, width);
    }
}

inline size_t whole_chunks(size_t depth) { return depth / kTileEdge * kTileEdge; }

// The words of `rows` rows that no whole chunk holds, and zeros. Pads of a row may hold anything.
inline Chunks left_chunks(const float* words, size_t ld, size_t rows, size_t depth, float* last) {
    const size_t done = whole_chunks(depth);
    for (size_t r = 0; done < depth && r < rows; ++r) {
        for (size_t j = 0; j < kTileEdge; j += kLanes) {
            const size_t left = depth - done > j ? depth - done - j : 0;
            const Vec found = load(words + r * ld + done + j);
            const Vec zero = broadcast(0.0f);
            store(last + r * kTileEdge + j, left < kLanes ? keep_first(left, found, zero) : found);
        }
    }
    return {words, ld, last, kTileEdge};
}

// The same of a right operand: words below each other, `width` columns of them.
inline Chunks right_chunks(const float* words, size_t ld, size_t width, size_t depth, float* last) {
    const size_t done = whole_chunks(depth);
    for (size_t t = 0; done < depth && t < kTileEdge; ++t) {
        for (size_t j = 0; j < width; j += kLanes) {
            const bool exists = done + t < depth;
            store(last + t * width + j,
                  exists ? load(words + (done + t) * ld + j) : broadcast(0.0f));
        }
    }
    return {words, ld, last, width};
}

// Of words that this thread has packed: zeros behind them instead of a copy.
inline Chunks packed_chunks(float* words, size_t width, size_t depth) {
    const size_t done = whole_chunks(depth);
    if (done < depth) {
        float* end = words + depth * width;
        std::memset(end, 0, (done + kTileEdge - depth) * width * sizeof(float));
    }
    return {words, width, words + done * width, width};
}

void tiled_forward(const DenseForward& call, int parts, int panel0, int panel1, size_t row0,
                   size_t row1, float* scratch) {
    alignas(64) float sums[kBlockEdge * kPanelFloats], last[kBlockEdge * kTileEdge];
    const size_t depth = static_cast<size_t>(parts) * count_words(call.w.k);
    BlockTiles tiles;
    for (int panel = panel0; panel < panel1; ++panel) {
        const size_t col = call.w.first_col[panel], width = panel_width(call.w, panel);
        pack_weights(call, parts, panel, scratch);
        const Chunks right = packed_chunks(scratch, width, depth);
        for (size_t row = row0; row < row1; row += kBlockEdge) {
            const size_t rows = row1 - row < kBlockEdge ? row1 - row : kBlockEdge;
            const Chunks left = left_chunks(call.x + row * call.ldx, call.ldx, rows, depth, last);
            multiply_rows(tiles, depth, left, right, rows, width, sums);
            apply_at(call.map, sums, width, row, col, rows, width);
        }
    }
}

// For each part, the zeros behind the last one included.
size_t tiled_forward_scratch(size_t k) { return (count_words(k) + kTileEdge) * kPanelFloats; }

void tiled_input_gradient(const DenseInputGradient& call, int parts, size_t k0, size_t k1,
                          size_t row0, size_t row1, float* scratch) {
    // Two tiles of columns: what is transposed of the weights then stays in L1 for longer.
    constexpr size_t kStretch = kPanelFloats < kBlockEdge ? kPanelFloats : kBlockEdge;
    alignas(64) float sums[kBlockEdge * kStretch], last[kBlockEdge * kTileEdge];
    const size_t depth = static_cast<size_t>(parts) * count_words(call.w.m);
    BlockTiles tiles;
    for (size_t k = k0; k < k1; k += kStretch) {
        const size_t cols = k1 - k < kStretch ? k1 - k : kStretch, width = round_up(cols, kLanes);
        pack_transposed(call, parts, k, cols, width, scratch);
        const Chunks right = packed_chunks(scratch, width, depth);
        for (size_t row = row0; row < row1; row += kBlockEdge) {
            const size_t rows = row1 - row < kBlockEdge ? row1 - row : kBlockEdge;
            const Chunks left =
                left_chunks(call.dz + row * call.lddz, call.lddz, rows, depth, last);
            multiply_rows(tiles, depth, left, right, rows, width, sums);
            apply_at(call.map, sums, width, row, k, rows, width);
        }
    }
}

size_t tiled_input_gradient_scratch(size_t m) {
    return transposed_scratch(m) + kTileEdge * kPanelFloats;
}

// words[r, t] = x[t, r] of columns below `cols`, rounded up to lanes, and t < depth; zeros up to a
// whole chunk.
inline void transpose_words(const float* x, size_t ldx, size_t cols, size_t depth, float* words,
                            size_t ld) {
    for (size_t t = 0; t < ld; t += kLanes) {
        for (size_t j = 0; j < cols; j += kLanes) {
            Vec block[kLanes];
#pragma GCC unroll 16
            for (size_t r = 0; r < kLanes; ++r) {
                block[r] = t + r < depth ? load(x + (t + r) * ldx + j) : broadcast(0.0f);
            }
            transpose(block);
#pragma GCC unroll 16
            for (size_t r = 0; r < kLanes; ++r) store(words + (j + r) * ld + t, block[r]);
        }
    }
}

// A block (rows, width) of sums for weights that lie transposed.
inline void apply_few_columns(const DenseWeightGradient& call, const float* sums, size_t k,
                              size_t rows, size_t width) {
    alignas(64) float turned[round_up(kFewColumns, kLanes) * kBlockEdge];
    transpose_words(sums, width, width, rows, turned, kBlockEdge);
    for (size_t i = 0; i < rows; i += kAlignFloats) {
        const size_t count = rows - i < kAlignFloats ? rows - i : kAlignFloats;
        for (size_t j = 0; j < call.w.m; ++j) {
            apply_packed(call.map, turned + j * kBlockEdge + i, strip_place(call.w, k + i, j),
                         count);
        }
    }
}

// The left operand is x.T: a strip of kBlockEdge columns of x is turned once for all panels. Strips
// begin at whole lines of x, so that no pad is read which is not there.
void tiled_weight_gradient(const DenseWeightGradient& call, int parts, int panel0, int panel1,
                           size_t k0, size_t k1, float* scratch) {
    alignas(64) float sums[kBlockEdge * kPanelFloats], last[kTileEdge * kPanelFloats];
    const size_t depth = static_cast<size_t>(parts) * count_words(call.n);
    const size_t ld = round_up(depth, kTileEdge);
    BlockTiles tiles;
    for (size_t i = k0; i < k1; i += kBlockEdge) {
        const size_t rows = k1 - i < kBlockEdge ? k1 - i : kBlockEdge;
        const size_t line = i / kLineFloats * kLineFloats;
        transpose_words(call.x + line, call.ldx, i - line + rows, depth, scratch, ld);
        const float* strip = scratch + (i - line) * ld;
        const Chunks left = {strip, ld, strip + whole_chunks(depth), ld};
        for (int panel = panel0; panel < panel1; ++panel) {
            const size_t col = call.w.first_col[panel], width = panel_width(call.w, panel);
            const size_t position = call.w.k * col + i * width;
            if (!call.w.transposed) prefetch_packed(call.map, position, rows * width);
            // Lines are counted by the smaller tiles of tile.inl.
            if (call.ahead != nullptr) {
                bring(*call.ahead, call.lines_ahead * ((rows + kRowBlock - 1) / kRowBlock));
            }
            const Chunks right = right_chunks(call.dz + col, call.lddz, width, depth, last);
            multiply_rows(tiles, depth, left, right, rows, width, sums);
            if (call.w.transposed) {
                apply_few_columns(call, sums, i, rows, width);
            } else {
                apply_packed(call.map, sums, position, rows * width);
            }
        }
    }
}

size_t tiled_weight_gradient_scratch(size_t n) {
    return (kBlockEdge + kLineFloats) * (count_words(n) + kTileEdge);
}

constexpr RoundedKernels make_tiled(const char* isa) {
    // Three products of tiles take less time than one of floats.
    RoundedKernels kernels = make_packing(isa, true);
    kernels.dense_forward = tiled_forward;
    kernels.forward_scratch = tiled_forward_scratch;
    kernels.dense_input_gradient = tiled_input_gradient;
    kernels.input_gradient_scratch = tiled_input_gradient_scratch;
    kernels.dense_weight_gradient = tiled_weight_gradient;
    kernels.weight_gradient_scratch = tiled_weight_gradient_scratch;
    return kernels;
}
