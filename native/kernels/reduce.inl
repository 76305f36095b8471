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

// columns[j] += sum over rows of tile (rows, width), row by row; pads are added up too, each to a
// column of its own. Four rows meet as floats first: turning each into doubles would take longer
// than the formula, and the sum of so few is as good as its terms.
inline void add_rows(const float* tile, size_t rows, size_t width, double* columns) {
    constexpr size_t kTogether = 4;
    for (size_t j = 0; j < width; j += kLanes) {
        double sums[kLanes];
        std::memcpy(sums, columns + j, sizeof sums);
        const auto add_vector = [&](Vec v) __attribute__((always_inline)) {
            float lanes[kLanes];
            store(lanes, v);
            for (size_t lane = 0; lane < kLanes; ++lane) {
                sums[lane] += static_cast<double>(lanes[lane]);
            }
        };
        const float* row = tile + j;
        size_t r = 0;
        for (; r + kTogether <= rows; r += kTogether, row += kTogether * width) {
            const Vec first = add(load(row), load(row + width));
            const Vec last = add(load(row + 2 * width), load(row + 3 * width));
            add_vector(add(first, last));
        }
        for (; r < rows; ++r, row += width) add_vector(load(row));
        std::memcpy(columns + j, sums, sizeof sums);
    }
}

// Sum of map(operands) over rows [k0, k1) of one packed panel, real columns only, in double.
double panel_sum(const Panels& w, const TileMap& map, int panel, size_t k0, size_t k1) {
    if (w.transposed > 0) return transposed_sum(w, map, k0, k1);
    constexpr size_t kRows = 4 * kRowBlock;
    alignas(64) float tile[kRows * kPanelFloats];
    const size_t col = w.first_col[panel], width = panel_width(w, panel);
    const size_t real = w.m - col < width ? w.m - col : width;
    double columns[kPanelFloats] = {};
    TileMap on_tile = map;
    on_tile.out[0] = {tile, 0, 0};  // the same place for every tile
    for (size_t i = k0; i < k1; i += kRows) {
        const size_t rows = k1 - i < kRows ? k1 - i : kRows;
        apply_packed(on_tile, nullptr, w.k * col + i * width, rows * width);
        add_rows(tile, rows, width, columns);
    }
    double total = 0.0;
    for (size_t j = 0; j < real; ++j) total += columns[j];
    return total;
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
