// Rows of a table by label, and the sums by label that are its gradient.

// Consecutive rows of the table that one thread sums. Labels are often sorted by frequency, so
// shares are dealt out in small blocks.
constexpr size_t kLabelBlock = 64;

void take_rows(const Panels& w, const float* table, const int32_t* label, float* out, size_t ld,
               size_t row0, size_t row1) {
    for (size_t i = row0; i < row1; ++i) {
        const auto row = static_cast<size_t>(label[i]);
        if (ld == 1) {
            out[i] = table[row * (w.transposed ? 1 : panel_width(w, 0))];
            continue;
        }
        if (w.transposed) {
            for (size_t j = 0; j < w.m; ++j) out[i * ld + j] = table[strip_place(w, row, j)];
            continue;
        }
        for (int p = 0; p < w.count; ++p) {
            const size_t col = w.first_col[p], width = panel_width(w, p);
            const float* from = table + w.k * col + row * width;
            float* to = out + i * ld + col;
            for (size_t j = 0; j < width; j += kLanes) store(to + j, load(from + j));
        }
    }
}

// Zero the rows of one of `parts` shares of a table whose k rows are `width` floats.
inline void clear_share(float* rows, size_t k, size_t width, size_t part, size_t parts) {
    for (size_t row = part * kLabelBlock; row < k; row += parts * kLabelBlock) {
        const size_t count = k - row < kLabelBlock ? k - row : kLabelBlock;
        std::memset(rows + row * width, 0, count * width * sizeof(float));
    }
}

void sum_by_label(const Panels& w, const float* dy, size_t ld, const int32_t* label, size_t n,
                  float* sums, size_t part, size_t parts) {
    static_assert(kLabelBlock % kAlignFloats == 0);
    const bool lies = w.transposed;
    if (lies) clear_share(sums, round_up(w.k, kAlignFloats), w.m, part, parts);
    for (int p = 0; !lies && p < w.count; ++p) {
        clear_share(sums + w.k * w.first_col[p], w.k, panel_width(w, p), part, parts);
    }
    for (size_t i = 0; i < n; ++i) {
        const auto row = static_cast<size_t>(label[i]);
        if (row / kLabelBlock % parts != part) continue;
        for (size_t j = 0; lies && j < w.m; ++j) sums[strip_place(w, row, j)] += dy[i * ld + j];
        for (int p = 0; !lies && p < w.count; ++p) {
            const size_t col = w.first_col[p], width = panel_width(w, p);
            const float* from = dy + i * ld + col;
            float* to = sums + w.k * col + row * width;
            for (size_t j = 0; j < width; j += kLanes) {
                store(to + j, add(load(to + j), load(from + j)));
            }
        }
    }
}
