// The loops of the matrix products over register tiles, for products of floats and of words. A
// finished tile goes to the stack, and the map runs on it in L1.

// One panel of a forward product: rows [row0, row1) of map(x @ right), summed over `depth`, or over
// what is listed for each kListedRows rows.
template <class Product>
void forward_tiles(const DenseForward& call, Right right, size_t depth, const Lists* lists,
                   int panel, size_t row0, size_t row1) {
    alignas(64) float tile[kTileFloats];
    const size_t col = call.w.first_col[panel], width = panel_width(call.w, panel);
    for (size_t row = row0; row < row1;) {
        size_t end = block_end(row, row1);
        Depth over = {depth, nullptr};
        if (lists && lists->are_short((row - row0) / kListedRows, (end - row0 - 1) / kListedRows)) {
            end = end - row < kListedRows ? end : row + kListedRows;
            over = lists->depth((row - row0) / kListedRows);
        }
        const Left left = {call.x + row * call.ldx, call.ldx, 1};
        tile_over<Product, true>(over, end - row, width / kLanes)(over, left, right, tile);
        apply_at(call.map, tile, width, row, col, end - row, width);
        row = end;
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

// dense_weight_gradient over `depth` rows (or words of rows) of x and dz.
template <class Product>
void gradient_tiles(const DenseWeightGradient& call, size_t depth, int panel0, int panel1,
                    size_t k0, size_t k1) {
    // Several register tiles, one below the other as in the panel, share one call of the map.
    constexpr size_t kTogether = 4;
    alignas(64) float tile[kTogether * kTileFloats];
    Lists lists;
    const bool is_listed = call.has_zeros && lists.hold(kTogether, depth) &&
                           call.w.first_col[panel1] - call.w.first_col[panel0] >= kPanelFloats;
    for (size_t i = k0; i < k1; i += kTogether * kRowBlock) {
        const size_t end = k1 - i < kTogether * kRowBlock ? k1 : i + kTogether * kRowBlock;
        if (is_listed) list_rows(call.x, call.ldx, depth, i, end, lists);
        for (int panel = panel0; panel < panel1; ++panel) {
            const size_t col = call.w.first_col[panel], width = panel_width(call.w, panel);
            const Right right = {call.dz + col, call.lddz};
            const size_t position = call.w.k * col + i * width;
            for (size_t r = i; r < end; r += kRowBlock) {
                const size_t rows = block_end(r, end) - r, done = (r - i) * width;
                prefetch_packed(call.map, position + done, rows * width);
                if (call.ahead != nullptr) bring(*call.ahead, call.lines_ahead);
                const Depth over =
                    is_listed ? lists.depth((r - i) / kRowBlock) : Depth{depth, nullptr};
                tile_over<Product, false>(over, rows, width / kLanes)(
                    over, {call.x + r, 1, call.ldx}, right, tile + done);
            }
            apply_packed(call.map, tile, position, (end - i) * width);
        }
    }
}
