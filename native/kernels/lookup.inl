// Rows of a packed table by label, and the sums by label that are its gradient.

// Consecutive rows of the table that one thread sums. Labels are often sorted by frequency, so
// shares are dealt out in small blocks.
constexpr size_t kLabelBlock = 64;

void take_rows(const Panels& w, const float* table, const int32_t* label, float* out, size_t ld,
               size_t row0, size_t row1) {
    for (size_t i = row0; i < row1; ++i) {
        const auto row = static_cast<size_t>(label[i]);
        for (int p = 0; p < w.count; ++p) {
            const size_t col = w.first_col[p], width = panel_width(w, p);
            const float* from = table + w.k * col + row * width;
            float* to = out + i * ld + col;
            for (size_t j = 0; j < width; j += kLanes) store(to + j, load(from + j));
        }
    }
}

void sum_by_label(const Panels& w, const float* dy, size_t ld, const int32_t* label, size_t n,
                  float* sums, size_t part, size_t parts) {
    for (int p = 0; p < w.count; ++p) {
        const size_t width = panel_width(w, p);
        float* panel = sums + w.k * w.first_col[p];
        for (size_t row = part * kLabelBlock; row < w.k; row += parts * kLabelBlock) {
            const size_t rows = w.k - row < kLabelBlock ? w.k - row : kLabelBlock;
            std::memset(panel + row * width, 0, rows * width * sizeof(float));
        }
    }
    for (size_t i = 0; i < n; ++i) {
        const auto row = static_cast<size_t>(label[i]);
        if (row / kLabelBlock % parts != part) continue;
        for (int p = 0; p < w.count; ++p) {
            const size_t col = w.first_col[p], width = panel_width(w, p);
            const float* from = dy + i * ld + col;
            float* to = sums + w.k * col + row * width;
            for (size_t j = 0; j < width; j += kLanes) {
                store(to + j, add(load(to + j), load(from + j)));
            }
        }
    }
}
