// Forward products of one or two rows: what a caller asks for who has one sample. The sums of one
// panel are then too few to hide how long an addition takes, so that panels stand side by side in a
// tile. Each sum adds the same terms in the same order as in any other tile: its bits are theirs.

constexpr size_t kFewRows = 2;
// Panels of one width that a tile of one row holds; what is left goes in pairs of any two widths.
constexpr int kSideBySide = 4;

// tile[r, :] += sum over t of depth of x(r, t) * w(t, :), over panels of so many vectors each, the
// first one's weights beginning at `b`, each panel's behind all `k` rows of the one before. What has
// no list counts from input `from`.
template <bool kListed, int kRows, int... kVectors>
void multiply_side_by_side(const Depth& depth, const float* a, size_t a_step, const float* b,
                           size_t from, size_t k, float* tile) {
    constexpr int kPanels = sizeof...(kVectors), kAll = (kVectors + ...);
    constexpr int widths[kPanels] = {kVectors...};
    constexpr size_t kNext = kListed ? kAheadOfListed : kAhead;
    Vec c[kRows][kAll];
    read(c, tile);
    const float* panel[kPanels];
#pragma GCC unroll 4
    for (int p = 0; p < kPanels; ++p) {
        panel[p] = b;
        b += k * static_cast<size_t>(widths[p]) * kLanes;
    }
    for (size_t i = 0; i < depth.count; ++i) {
        const size_t t = kListed ? depth.listed[i] : from + i;
        Vec left[kRows];
#pragma GCC unroll 2
        for (int r = 0; r < kRows; ++r) {
            left[r] = broadcast(a[static_cast<size_t>(r) * a_step + t]);
        }
        int at = 0;
#pragma GCC unroll 4
        for (int p = 0; p < kPanels; ++p) {
            const size_t width = static_cast<size_t>(widths[p]) * kLanes;
            const float* right = panel[p] + t * width;
#pragma GCC unroll 4
            for (size_t j = 0; j < width; j += kLineFloats) prefetch(right + kNext * width + j);
#pragma GCC unroll 4
            for (int v = 0; v < widths[p]; ++v, ++at) {
                const Vec w = load(right + static_cast<size_t>(v) * kLanes);
#pragma GCC unroll 2
                for (int r = 0; r < kRows; ++r) c[r][at] = fma(left[r], w, c[r][at]);
            }
        }
    }
    write(c, tile);
}

// A tile of panels of these widths, in vectors.
struct SideBySide {
    decltype(&multiply_side_by_side<true, 1, 1>) multiply = nullptr;
    int panels = 0, vectors = 0;
};

template <bool kListed, int kRows, int... kVectors>
constexpr SideBySide side_by_side() {
    return {multiply_side_by_side<kListed, kRows, kVectors...>, sizeof...(kVectors),
            (kVectors + ...)};
}

template <bool kListed, int kRows, int kFirst>
SideBySide beside(int second) {
    if (second == 1) return side_by_side<kListed, kRows, kFirst, 1>();
    if (second == 2) return side_by_side<kListed, kRows, kFirst, 2>();
    return side_by_side<kListed, kRows, kFirst, kPanelVectors>();
}

template <bool kListed, int kRows, int kVectors>
SideBySide choose_side_by_side(const int* widths, int panels) {
    static_assert(kPanelVectors <= 3);
    if constexpr (kVectors > 1) {
        if (widths[0] < kVectors) {
            return choose_side_by_side<kListed, kRows, kVectors - 1>(widths, panels);
        }
    }
    if constexpr (kRows == 1) {
        bool are_alike = panels >= kSideBySide;
        for (int p = 1; are_alike && p < kSideBySide; ++p) are_alike = widths[p] == kVectors;
        if (are_alike) return side_by_side<kListed, 1, kVectors, kVectors, kVectors, kVectors>();
    }
    if (panels > 1) return beside<kListed, kRows, kVectors>(widths[1]);
    return side_by_side<kListed, kRows, kVectors>();
}

// The sums of neighbouring panels. Those of the middle one, where it is among them, begin anew with
// the second half of the inputs.
template <bool kListed, int kRows>
void sum_side_by_side(const DenseForward& call, const Halves& inputs, const Lists* lists,
                      const SideBySide& found, int panel, size_t row, float* tile) {
    const size_t k = call.w.k, col = call.w.first_col[panel];
    const size_t width = static_cast<size_t>(found.vectors) * kLanes;
    const float *x = call.x + row * call.ldx, *weights = call.weights + k * col;
    std::memset(tile, 0, kRows * width * sizeof(float));
    const int middle = inputs.count == 2 ? middle_panel(call.w) : -1;
    if (middle < panel || middle >= panel + found.panels) {
        const Depth all = kListed ? lists->depth(0) : Depth{k, nullptr};
        return found.multiply(all, x, call.ldx, weights, 0, k, tile);
    }
    const size_t from = call.w.first_col[middle] - col, middle_width = panel_width(call.w, middle);
    alignas(64) float first[kRows * kPanelFloats];
    for (size_t half = 0; half < 2; ++half) {
        const size_t begin = kListed ? 0 : inputs.begin(half);
        const Depth over =
            kListed ? lists->depth(0, half) : Depth{inputs.end(half) - begin, nullptr};
        found.multiply(over, x, call.ldx, weights, begin, k, tile);
        for (size_t r = 0; r < kRows; ++r) {
            float *sums = tile + r * width + from, *kept = first + r * kPanelFloats;
            if (half == 1) {
                add_halves(kept, sums, middle_width, sums);
            } else {
                std::memcpy(kept, sums, middle_width * sizeof(float));
                std::memset(sums, 0, middle_width * sizeof(float));
            }
        }
    }
}

template <bool kListed, int kRows>
void few_rows_forward(const DenseForward& call, const Halves& inputs, const Lists* lists,
                      int panel0, int panel1, size_t row) {
    alignas(64) float tile[kRows * kSideBySide * kPanelFloats];
    for (int panel = panel0; panel < panel1;) {
        int widths[kSideBySide] = {}, count = 0;
        for (; count < kSideBySide && panel + count < panel1; ++count) {
            widths[count] = static_cast<int>(panel_width(call.w, panel + count) / kLanes);
        }
        const auto found = choose_side_by_side<kListed, kRows, kPanelVectors>(widths, count);
        sum_side_by_side<kListed, kRows>(call, inputs, lists, found, panel, row, tile);
        const size_t width = static_cast<size_t>(found.vectors) * kLanes;
        apply_to_columns(call.map, tile, width, row, call.w.first_col[panel], kRows, width);
        panel += found.panels;
    }
}

// Panels [panel0, panel1) of map(x @ w) for at most kFewRows rows, of which there is one list or none.
inline void few_rows_forward(const DenseForward& call, const Halves& inputs, const Lists* lists,
                             int panel0, int panel1, size_t row0, size_t row1) {
    const bool is_listed = lists != nullptr && lists->depth(0).listed != nullptr;
    const auto few = row1 - row0 == 1
                         ? (is_listed ? few_rows_forward<true, 1> : few_rows_forward<false, 1>)
                         : (is_listed ? few_rows_forward<true, 2> : few_rows_forward<false, 2>);
    few(call, inputs, lists, panel0, panel1, row0);
}
