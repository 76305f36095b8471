// Operands of pointwise formulas: how a loop reads and writes them, and how a kernel points a
// whole-matrix formula at the tile it has just computed.

// Where a repeated column is spread out, so that the loop loads it like any other operand.
struct alignas(64) Cell {
    float lanes[kLanes];
};

// Row i of an operand. A repeated column is broadcast once, and `at` is one load either way.
struct Reader {
    const float* row;
    size_t mask;  // all ones, or 0 to read the cell whatever the column

    Reader() = default;
    Reader(const Operand& operand, size_t i, Cell& cell) {
        const float* data = operand.data + static_cast<ptrdiff_t>(i) * operand.row_stride;
        row = operand.col_step ? data : cell.lanes;
        mask = operand.col_step ? ~size_t{0} : 0;
        if (!operand.col_step) store(cell.lanes, broadcast(*data));
    }
    Vec at(size_t j) const { return load(row + (j & mask)); }
};

struct Writer {
    float* row;

    Writer() = default;
    Writer(const Operand& operand, size_t i)
        : row(operand.data + static_cast<ptrdiff_t>(i) * operand.row_stride) {}
    void put(size_t j, Vec v) const { store(row + j, v); }
};

// Room for as many of a formula's operands, of which there may be none.
constexpr int at_least_one(int count) { return count > 0 ? count : 1; }

// The scalars of a formula as vectors, and behind them what it makes of scalars alone. That is the
// same for every element; worked out for each, it takes a sixth of an update that has a penalty.
template <class Formula>
struct Scalars {
    static constexpr int kCount = Formula::kScalars + Formula::kDerived;
    Vec all[at_least_one(kCount)];

    explicit Scalars(const float* values) {
        for (int i = 0; i < Formula::kScalars; ++i) all[i] = broadcast(values[i]);
        if constexpr (Formula::kDerived > 0) Formula::derive(all);
    }
};

// The loop of a formula: a type with the counts of its inputs, scalars and outputs, and `at`, which
// makes one vector of each output from one of each input (tools/gen_kernels.py).
template <class Formula>
void map_rows(const MapCall& call, const MicroProgram*) {
    const Scalars<Formula> scalars(call.scalars);
    for (size_t i = 0; i < call.rows; ++i) {
        Cell cells[at_least_one(Formula::kInputs)];
        Reader in[at_least_one(Formula::kInputs)];
        Writer out[Formula::kOutputs];
        for (int k = 0; k < Formula::kInputs; ++k) in[k] = Reader(call.in[k], i, cells[k]);
        for (int k = 0; k < Formula::kOutputs; ++k) out[k] = Writer(call.out[k], i);
        for (size_t j = 0; j < call.cols; j += kLanes) {
            Vec x[at_least_one(Formula::kInputs)], y[Formula::kOutputs];
            for (int k = 0; k < Formula::kInputs; ++k) x[k] = in[k].at(j);
            Formula::at(x, scalars.all, y);
            for (int k = 0; k < Formula::kOutputs; ++k) out[k].put(j, y[k]);
        }
    }
}

// What there is of a formula. An update is one that follows a weight gradient, see updates.inl; a sum
// is over packed rows, see reduce.inl.
struct NamedLoops {
    const char* key;
    MapFn map;
    UpdateFn update;
    SumFn sum;
};
template <class Formula>
void sum_rows(const float* x, size_t rows, size_t width, const float* scalars, double* columns);
template <class Formula>
void updating_gradient(const DenseWeightGradient& call, int panel0, int panel1, size_t k0,
                       size_t k1);
// The table of an instruction set without vectors goes on without.
constexpr bool kUpdatesInLoop = kVectorRegisters == 32 || kLanes > 4;

template <class Formula>
constexpr NamedLoops loops(const char* key) {
    return {key, map_rows<Formula>, nullptr, nullptr};
}
template <class Formula>
constexpr NamedLoops sum_loops(const char* key) {
    return {key, map_rows<Formula>, nullptr, sum_rows<Formula>};
}
template <class Formula>
constexpr NamedLoops update_loops(const char* key) {
    return {key, map_rows<Formula>, kUpdatesInLoop ? updating_gradient<Formula> : nullptr, nullptr};
}

// The element (row, col) of an operand as the start of a smaller one.
inline Operand offset(const Operand& whole, size_t row, size_t col) {
    return {whole.data + static_cast<ptrdiff_t>(row) * whole.row_stride +
                static_cast<ptrdiff_t>(col * whole.col_step),
            whole.row_stride, whole.col_step};
}

// Apply `map` to the rows x cols rectangle at (row, col) of its operands, in[0] being the tile.
inline void apply_to_columns(const TileMap& map, float* tile, size_t tile_width, size_t row,
                             size_t col, size_t rows, size_t cols) {
    MapCall call;
    call.rows = rows;
    call.cols = cols;
    call.scalars = map.scalars;
    call.in[0] = {tile, static_cast<ptrdiff_t>(tile_width), 1};
    for (int i = 1; i < map.inputs; ++i) call.in[i] = offset(map.in[i], row, col);
    for (int i = 0; i < map.outputs; ++i) call.out[i] = offset(map.out[i], row, col);
    map.fn(call, map.program);
}

// The same for results of one column: a vector of rows at a time. What a vector has beyond `rows`
// may be another thread's, so the results go there through a vector of their own.
inline void apply_column(const TileMap& map, const float* tile, size_t tile_width, size_t row,
                         size_t rows) {
    alignas(64) float sums[kLanes], found[kMaxOutputs][kLanes];
    MapCall call;
    call.rows = 1;
    call.scalars = map.scalars;
    call.in[0] = {sums, 0, 1};
    for (int k = 0; k < map.outputs; ++k) call.out[k] = {found[k], 0, 1};
    for (size_t r = 0; r < rows; r += kLanes) {
        call.cols = rows - r < kLanes ? rows - r : kLanes;
        for (size_t i = 0; i < call.cols; ++i) sums[i] = tile[(r + i) * tile_width];
        for (int k = 1; k < map.inputs; ++k) call.in[k] = as_row(map.in[k], row + r);
        map.fn(call, map.program);
        for (int k = 0; k < map.outputs; ++k) {
            std::memcpy(map.out[k].data + row + r, found[k], call.cols * sizeof(float));
        }
    }
}

inline void apply_at(const TileMap& map, float* tile, size_t tile_width, size_t row, size_t col,
                     size_t rows, size_t cols) {
    if (map.is_column) return apply_column(map, tile, tile_width, row, rows);
    apply_to_columns(map, tile, tile_width, row, col, rows, cols);
}

// An operand packed like the weights is addressed by one number; a scalar has both steps zero.
inline Operand packed_offset(const Operand& whole, size_t position) {
    const bool is_packed = whole.row_stride != 0 && whole.col_step != 0;
    return {whole.data + (is_packed ? position : 0), 0, is_packed ? 1u : 0u};
}

// Apply `map` to `count` packed elements from `position`; in[0] is the tile unless it is null.
inline void apply_packed(const TileMap& map, float* tile, size_t position, size_t count) {
    MapCall call;
    call.rows = 1;
    call.cols = count;
    call.scalars = map.scalars;
    for (int i = 0; i < map.inputs; ++i) call.in[i] = packed_offset(map.in[i], position);
    if (tile) call.in[0] = {tile, 0, 1};
    for (int i = 0; i < map.outputs; ++i) call.out[i] = packed_offset(map.out[i], position);
    map.fn(call, map.program);
}

inline size_t panel_width(const Panels& w, int panel) {
    return w.first_col[panel + 1] - w.first_col[panel];
}

constexpr size_t round_up(size_t count, size_t step) { return (count + step - 1) / step * step; }
