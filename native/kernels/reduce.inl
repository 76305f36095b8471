// Sums: of columns over the batch (bias gradients), of a panel (norms); reductions of rows and of
// columns.

// map(sum over rows of x): x is (n, m). A column is one accumulator over the rows in order.
template <int kVectors>
inline void sum_columns(const ColumnSum& call, size_t col, float* tile) {
    Vec s[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) s[v] = broadcast(0.0f);
    const float* x = call.x + col;
    for (size_t row = 0; row < call.n; ++row, x += call.ldx) {
#pragma GCC unroll 4
        for (size_t v = 0; v < kVectors; ++v) s[v] = add(s[v], load(x + v * kLanes));
    }
#pragma GCC unroll 4
    for (size_t v = 0; v < kVectors; ++v) store(tile + v * kLanes, s[v]);
}

void column_sum(const ColumnSum& call, size_t col0, size_t col1) {
    constexpr int kVectors = 4;
    alignas(64) float tile[kVectors * kLanes];
    for (size_t col = col0; col < col1;) {
        const bool is_full = col1 - col >= kVectors * kLanes;
        const size_t width = is_full ? kVectors * kLanes : kLanes;
        if (is_full) {
            sum_columns<kVectors>(call, col, tile);
        } else {
            sum_columns<1>(call, col, tile);
        }
        apply_at(call.map, tile, width, 0, col, 1, width);
        col += width;
    }
}

// columns[v, :] += sum over the rows of x (rows, vectors) of the formula. Sixteen rows meet as floats
// first, on two ways: turning each into doubles would take longer than the formula, and the sum of so
// few is nearly as good as its terms.
template <class Formula, int kVectors>
inline void sum_vectors(const float* x, size_t rows, const Scalars<Formula>& scalars,
                        double* columns) {
    constexpr size_t kTogether = 16, kWidth = kVectors * kLanes;
    const auto add_row = [&](const float* row, Vec* sums) __attribute__((always_inline)) {
#pragma GCC unroll 4
        for (int v = 0; v < kVectors; ++v) {
            const Vec operand = load(row + static_cast<size_t>(v) * kLanes);
            Vec result;
            Formula::at(&operand, scalars.all, &result);
            sums[v] = add(sums[v], result);
        }
    };
    for (size_t row = 0; row < rows; row += kTogether) {
        const size_t end = rows - row < kTogether ? rows : row + kTogether;
        Vec even[kVectors], odd[kVectors];
        for (int v = 0; v < kVectors; ++v) even[v] = odd[v] = broadcast(0.0f);
        size_t r = row;
        for (; r + 2 <= end; r += 2) {
            add_row(x + r * kWidth, even);
            add_row(x + (r + 1) * kWidth, odd);
        }
        if (r < end) add_row(x + r * kWidth, even);
        for (int v = 0; v < kVectors; ++v) {
            float lanes[kLanes];
            store(lanes, add(even[v], odd[v]));
            double* sums = columns + static_cast<size_t>(v) * kLanes;
            for (size_t i = 0; i < kLanes; ++i) sums[i] += static_cast<double>(lanes[i]);
        }
    }
}

// See SumFn. A panel has at most three vectors.
template <class Formula>
void sum_rows(const float* x, size_t rows, size_t width, const float* values, double* columns) {
    static_assert(kPanelVectors <= 3);
    const Scalars<Formula> scalars(values);
    if (width == kLanes) return sum_vectors<Formula, 1>(x, rows, scalars, columns);
    if (width == 2 * kLanes) return sum_vectors<Formula, 2>(x, rows, scalars, columns);
    sum_vectors<Formula, 3>(x, rows, scalars, columns);
}

// What sums up results that a formula's loop has written.
struct Result {
    static constexpr int kInputs = 1, kScalars = 0, kDerived = 0, kOutputs = 1;
    static void at(const Vec* x, const Vec*, Vec* y) { y[0] = x[0]; }
};

// columns[j] += sum of map(operands) over `rows` packed rows of `width` floats from `position` on;
// pads are summed up too, each to a column of its own.
inline void add_packed(const TileMap& map, size_t position, size_t rows, size_t width,
                       double* columns) {
    if (map.sum != nullptr) {
        return map.sum(map.in[0].data + position, rows, width, map.scalars, columns);
    }
    constexpr size_t kRows = 4 * kRowBlock;
    alignas(64) float tile[kRows * kPanelFloats];
    TileMap on_tile = map;
    on_tile.out[0] = {tile, 0, 0};  // the same place for every tile
    for (size_t row = 0; row < rows; row += kRows) {
        const size_t some = rows - row < kRows ? rows - row : kRows;
        apply_packed(on_tile, nullptr, position + row * width, some * width);
        sum_rows<Result>(tile, some, width, nullptr, columns);
    }
}

// The first `real` of the columns, one after the other.
inline double total_of(const double* columns, size_t real) {
    double total = 0.0;
    for (size_t j = 0; j < real; ++j) total += columns[j];
    return total;
}

// Rows [k0, k1) of weights that lie transposed; k0 is a strip's.
double transposed_sum(const Panels& w, const TileMap& map, size_t k0, size_t k1) {
    double lanes[kLanes] = {}, rest[kLanes] = {};
    const size_t whole = (k1 - k0) / kAlignFloats * kAlignFloats, left = k1 - k0 - whole;
    add_packed(map, k0 * w.m, whole * w.m / kLanes, kLanes, lanes);
    for (size_t j = 0; left > 0 && j < w.m; ++j) {
        const size_t position = strip_place(w, k0 + whole, j), vectors = left / kLanes;
        add_packed(map, position, vectors, kLanes, lanes);
        if (left % kLanes > 0) add_packed(map, position + vectors * kLanes, 1, kLanes, rest);
    }
    return total_of(lanes, kLanes) + total_of(rest, left % kLanes);
}

// Sum of map(operands) over rows [k0, k1) of one packed panel, real columns only, in double.
double panel_sum(const Panels& w, const TileMap& map, int panel, size_t k0, size_t k1) {
    if (w.transposed) return transposed_sum(w, map, k0, k1);
    const size_t col = w.first_col[panel], width = panel_width(w, panel);
    double columns[kPanelFloats] = {};
    add_packed(map, w.k * col + k0 * width, k1 - k0, width, columns);
    return total_of(columns, w.m - col < width ? w.m - col : width);
}

// Row folds over the first `cols` columns; the last vector is filled up with the fold's unit.
template <Vec (*kFold)(Vec, Vec)>
inline Vec fold_row(const float* x, size_t cols, Vec unit) {
    Vec s = unit;
    size_t j = 0;
    for (; j + kLanes <= cols; j += kLanes) s = kFold(s, load(x + j));
    if (j < cols) s = kFold(s, keep_first(cols - j, load(x + j), unit));
    return s;
}

inline float row_sum(const float* x, size_t cols) {
    return sum_lanes(fold_row<add>(x, cols, broadcast(0.0f)));
}

// NaN where the row holds one, as numpy.max.
inline float row_max(const float* x, size_t cols) {
    const Vec m = fold_row<maximum>(x, cols, broadcast(-__builtin_inff()));
    return any(is_ne(m, m)) ? __builtin_nanf("") : max_lanes(m);
}

inline float row_product(const float* x, size_t cols) {
    alignas(64) float lanes[kLanes];
    store(lanes, fold_row<mul>(x, cols, broadcast(1.0f)));
    float product = lanes[0];
    for (size_t lane = 1; lane < kLanes; ++lane) product *= lanes[lane];
    return product;
}

void reduce_rows(Reduction reduction, const float* x, size_t ldx, size_t cols, float* out,
                 size_t ld_out, size_t row0, size_t row1) {
    for (size_t i = row0; i < row1; ++i) {
        const float* row = x + i * ldx;
        float result = 0.0f;
        switch (reduction) {
            case Reduction::sum:
                result = row_sum(row, cols);
                break;
            case Reduction::mean:
                result = row_sum(row, cols) / static_cast<float>(cols);
                break;
            case Reduction::max:
                result = row_max(row, cols);
                break;
            case Reduction::product:
                result = row_product(row, cols);
                break;
        }
        out[i * ld_out] = result;
    }
}

// A vector of columns is one accumulator over the rows in order.
template <Vec (*kFold)(Vec, Vec)>
inline Vec fold_column(const float* x, size_t ldx, size_t n) {
    Vec s = load(x);
    for (size_t row = 1; row < n; ++row) s = kFold(s, load(x + row * ldx));
    return s;
}

template <Vec (*kFold)(Vec, Vec)>
void fold_columns(const float* x, size_t ldx, size_t n, float* out, size_t col0, size_t col1) {
    for (size_t col = col0; col < col1; col += kLanes) {
        store(out + col, fold_column<kFold>(x + col, ldx, n));
    }
}

void max_columns(const float* x, size_t ldx, size_t n, float* out, size_t col0, size_t col1) {
    fold_columns<maximum>(x, ldx, n, out, col0, col1);
}

void product_columns(const float* x, size_t ldx, size_t n, float* out, size_t col0, size_t col1) {
    fold_columns<mul>(x, ldx, n, out, col0, col1);
}

// From the last row to the first, so that the first row that holds the maximum stays.
void arg_max_columns(const float* x, size_t ldx, size_t n, float* out, size_t col0, size_t col1) {
    for (size_t col = col0; col < col1; col += kLanes) {
        const Vec most = fold_column<maximum>(x + col, ldx, n);
        Vec place = broadcast(0.0f);
        for (size_t row = n; row-- > 0;) {
            const Vec here = load(x + row * ldx + col), number = broadcast(static_cast<float>(row));
            place = blend(is_eq(here, most), number, place);
            place = blend(is_ne(here, here), number, place);
        }
        store(out + col, place);
    }
}
