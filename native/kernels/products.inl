// The loops of the matrix products over register tiles, for products of floats and of words. A
// finished tile goes to the stack, and the map runs on it in L1.

// The only column of a forward product: tiles are laid below each other until there are rows enough
// for whole vectors of the formula.
class OnlyColumn {
  public:
    void take(const TileMap& map, const float* tile, size_t width, size_t row, size_t rows) {
        if (count_ + rows > kRoom) end(map);
        if (count_ == 0) first_ = row;
        for (size_t r = 0; r < rows; ++r) sums_[count_ + r] = tile[r * width];
        count_ += rows;
    }
    void end(const TileMap& map) {
        if (count_ > 0) apply_column(map, sums_, 1, first_, count_);
        count_ = 0;
    }

  private:
    static constexpr size_t kRoom = 4 * kRowBlock;
    size_t first_ = 0, count_ = 0;
    float sums_[kRoom];
};

// One panel of a forward product, rows [row0, row1): sum(row, rows, tile) makes the sums of the rows
// from `row` on, at most so many, and says of how many.
template <size_t kFloats, class Sum>
void forward_tiles(const DenseForward& call, int panel, size_t row0, size_t row1, const Sum& sum) {
    alignas(64) float tile[kFloats];
    const size_t col = call.w.first_col[panel], width = panel_width(call.w, panel);
    OnlyColumn column;
    for (size_t row = row0; row < row1;) {
        const size_t rows = sum(row, block_end(row, row1) - row, tile);
        if (call.map.is_column) {
            column.take(call.map, tile, width, row, rows);
        } else {
            apply_to_columns(call.map, tile, width, row, col, rows, width);
        }
        row += rows;
    }
    column.end(call.map);
}

// The middle panel's sums from those of both halves of the inputs; they may be in place of either.
inline void add_halves(const float* first, const float* second, size_t floats, float* tile) {
    for (size_t i = 0; i < floats; i += kLanes) {
        store(tile + i, add(load(first + i), load(second + i)));
    }
}

// Columns [k, k + width) of an input gradient, from a transposed stretch of the weights.
template <class Product>
void input_gradient_tiles(const DenseInputGradient& call, Rows right, size_t depth, size_t k,
                          size_t width, size_t row0, size_t row1) {
    alignas(64) float tile[kTileFloats];
    for (size_t row = row0; row < row1; row += kRowBlock) {
        const size_t rows = block_end(row, row1) - row;
        const Rows left = {call.dz + row * call.lddz, call.lddz};
        tile_of<Product, true>(rows, width / kLanes)({depth, nullptr}, left, right, tile);
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

// The fewest panels' floats that are whole strips.
constexpr size_t whole_strips() {
    size_t floats = kPanelFloats;
    while (floats % kAlignFloats != 0) floats += kPanelFloats;
    return floats;
}

// dw.T = dz.T @ x, for weights that lie transposed.
template <class Product>
void transposed_gradient(const DenseWeightGradient& call, size_t depth, size_t k0, size_t k1) {
    // Several register tiles, side by side and in whole strips, share a call of the map.
    constexpr size_t kTogether = 4 * kPanelFloats, kUnit = whole_strips();
    alignas(64) float tile[kTileFloats], sums[kFewColumns * kTogether];
    // Tiles of nearly equal height, not a full one and a rest.
    const size_t m = call.w.m, groups = (m + kRowBlock - 1) / kRowBlock;
    const size_t each = (m + groups - 1) / groups;
    // The fewer columns, the longer each can be.
    const size_t together = kFewColumns * kTogether / m / kUnit * kUnit;
    for (size_t k = k0; k < k1; k += together) {
        const size_t cols = k1 - k < together ? k1 - k : together;
        const size_t ld = round_up(cols, kAlignFloats);
        // Lines are counted by tiles of kRowBlock inputs; here a few follow every tile and call.
        const size_t stops = groups * ((ld + kPanelFloats - 1) / kPanelFloats) + 1;
        const size_t lines =
            (call.lines_ahead * ((cols + kRowBlock - 1) / kRowBlock) + stops - 1) / stops;
        for (size_t c = 0; c < ld; c += kPanelFloats) {
            const size_t width = ld - c < kPanelFloats ? ld - c : kPanelFloats;
            for (size_t j = 0; j < m; j += each) {
                const size_t rows = m - j < each ? m - j : each;
                if (call.ahead != nullptr) bring(*call.ahead, lines);
                tile_of<Product, false>(rows, width / kLanes)(
                    {depth, nullptr}, {call.dz + j, call.lddz}, {call.x + k + c, call.ldx}, tile);
                for (size_t i = 0; i < width; i += kAlignFloats) {
                    prefetch_packed(call.map, strip_place(call.w, k + c + i, j),
                                    rows * kAlignFloats);
                }
                for (size_t r = 0; r < rows; ++r) {
                    for (size_t i = 0; i < width; i += kLanes) {
                        store(sums + strip_place(call.w, c + i, j + r), load(tile + r * width + i));
                    }
                }
            }
        }
        if (call.ahead != nullptr) bring(*call.ahead, lines);
        apply_packed(call.map, sums, k * m, ld * m);
    }
}

// A tile of a weight gradient: rows and width of the weights', where it lies among the packed ones and
// (`within`) among the tiles of its group, and what is to be summed.
struct GradientTile {
    size_t rows, width, position, within;
    Depth over;
    Rows left, right;
};

// The sums of a tile, one row of it after the other.
template <class Product, bool kAdds>
[[gnu::always_inline]] inline void sum_gradient(const GradientTile& at, float* tile) {
    tile_over<Product, false, kAdds>(at.over, at.rows, at.width / kLanes)(at.over, at.left,
                                                                          at.right, tile);
}

constexpr size_t kGroupFloats = kTilesTogether * kTileFloats;
// Panels that share what of x is in L1, while the parts of their sums are taken.
template <bool kInParts>
constexpr int kPanelsTogether = kInParts ? 4 : 1;

// All tiles of dense_weight_gradient over `depth` rows (or words of rows) of x and dz, in their order:
// `each` does one, or with kInParts one part of its sum; at the last one the cache lines of its weights
// are on their way. `end_of` follows those that lie one below the other, kTilesTogether or what is left,
// between two rows, as in the panel.
template <bool kInParts, class Each, class EndOf>
[[gnu::always_inline]] inline void walk_gradient(const DenseWeightGradient& call, size_t depth,
                                                 Lists& lists, int panel0, int panel1, size_t k0,
                                                 size_t k1, const Each& each, const EndOf& end_of) {
    const Parts all(depth);
    const size_t parts = kInParts ? all.count : 1;
    const bool is_listed = call.marks.words != nullptr &&
                           lists.hold(kTilesTogether, depth, parts) &&
                           call.w.first_col[panel1] - call.w.first_col[panel0] >= 2 * kLanes;
    OperandCopies copies(call, depth, panel0, panel1, k1 - k0);
    for (size_t i = k0; i < k1; i += kGroupInputs) {
        const size_t end = k1 - i < kGroupInputs ? k1 : i + kGroupInputs;
        copies.begin_group(i, end);
        if (is_listed) list_rows(call.marks, all, i, end, lists);
        for (int group = panel0; group < panel1; group += kPanelsTogether<kInParts>) {
            const int after = panel1 - group < kPanelsTogether<kInParts>
                                  ? panel1
                                  : group + kPanelsTogether<kInParts>;
            for (size_t part = 0; part < parts; ++part) {
                const size_t first = kInParts ? all.first(part) : 0;
                const size_t last = kInParts ? all.last(part) : depth;
                for (int panel = group; panel < after; ++panel) {
                    const size_t col = call.w.first_col[panel], width = panel_width(call.w, panel);
                    const size_t place = static_cast<size_t>(panel - group) * kGroupFloats;
                    for (size_t r = i; r < end; r += kRowBlock) {
                        const size_t rows = block_end(r, end) - r, list = (r - i) / kRowBlock;
                        GradientTile at{rows,
                                        width,
                                        call.w.k * col + r * width,
                                        place + (r - i) * width,
                                        {last - first, nullptr},
                                        copies.left(r),
                                        copies.right(col, width)};
                        if (is_listed && (!kInParts || lists.depth(list).listed != nullptr)) {
                            at.over = kInParts ? lists.depth(list, part) : lists.depth(list);
                        } else {  // the numbers of a list count from the first row of all
                            at.left.data += first * at.left.step;
                            at.right.data += first * at.right.step;
                        }
                        if (part + 1 == parts) {
                            prefetch_packed(call.map, at.position, rows * width);
                            if (call.ahead != nullptr) bring(*call.ahead, call.lines_ahead);
                        }
                        each(at);
                    }
                    if (part + 1 == parts) {
                        end_of(place, call.w.k * col + i * width, (end - i) * width);
                    }
                }
            }
        }
    }
}

template <class Product>
void gradient_tiles(const DenseWeightGradient& call, size_t depth, int panel0, int panel1,
                    size_t k0, size_t k1) {
    if (call.w.transposed) return transposed_gradient<Product>(call, depth, k0, k1);
    // Several register tiles share one call of the map.
    alignas(64) float sums[kPanelsTogether<true> * kGroupFloats] = {};
    Lists lists;
    walk_gradient<true>(
        call, depth, lists, panel0, panel1, k0, k1,
        [&](const GradientTile& at)
            __attribute__((always_inline)) { sum_gradient<Product, true>(at, sums + at.within); },
        [&](size_t place, size_t position, size_t count) __attribute__((always_inline)) {
            apply_packed(call.map, sums + place, position, count);
            std::memset(sums + place, 0, count * sizeof(float));
        });
}
