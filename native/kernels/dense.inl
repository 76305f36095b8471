// The other two products of a dense layer: x (n, k), w (k, m) packed, dz (n, m).
//     input gradient   dx = dz @ w.T       tiles of kRowBlock rows x a transposed stretch of w, over m
//     weight gradient  dw = x.T @ dz       tiles of kRowBlock weights rows x one panel, over n

void dense_weight_gradient(const DenseWeightGradient& call, int panel0, int panel1, size_t k0,
                           size_t k1) {
    if (call.map.update != nullptr) return call.map.update(call, panel0, panel1, k0, k1);
    gradient_tiles<FloatProduct>(call, call.n, panel0, panel1, k0, k1);
}

// w (k, m) rows [k0, k0 + cols) into scratch (m, vectors of cols), through registers. Rows past
// the end of w are never read; columns past m (pads) are copied and never used.
inline void transpose_weights(const Panels& w, const float* weights, size_t k0, size_t cols,
                              size_t width, float* scratch) {
    for (int panel = 0; panel < w.count; ++panel) {
        const size_t first = w.first_col[panel], panel_floats = panel_width(w, panel);
        const float* rows = weights + w.k * first + k0 * panel_floats;
        for (size_t j = 0; j < panel_floats; j += kLanes) {
            for (size_t i = 0; i < width; i += kLanes) {
                Vec block[kLanes];
#pragma GCC unroll 16
                for (size_t r = 0; r < kLanes; ++r) {
                    const bool exists = i + r < cols;
                    block[r] = exists ? load(rows + (i + r) * panel_floats + j) : broadcast(0.0f);
                }
                transpose(block);
                float* out = scratch + (first + j) * width + i;
#pragma GCC unroll 16
                for (size_t r = 0; r < kLanes; ++r) store(out + r * width, block[r]);
            }
        }
    }
}

// Weights that lie transposed: rows [k0, k0 + width) into scratch (m, width).
inline void join_strips(const Panels& w, const float* weights, size_t k0, size_t width,
                        float* scratch) {
    for (size_t j = 0; j < w.m; ++j) {
        for (size_t i = 0; i < width; i += kLanes) {
            store(scratch + j * width + i, load(weights + strip_place(w, k0 + i, j)));
        }
    }
}

size_t input_gradient_scratch(size_t m) { return round_up(m, kAlignFloats) * kPanelFloats; }

void dense_input_gradient(const DenseInputGradient& call, size_t k0, size_t k1, size_t row0,
                          size_t row1, float* scratch) {
    for (size_t k = k0; k < k1; k += kPanelFloats) {
        const size_t cols = k1 - k < kPanelFloats ? k1 - k : kPanelFloats;
        const size_t width = round_up(cols, kLanes);
        if (call.w.transposed) {
            join_strips(call.w, call.weights, k, width, scratch);
        } else {
            transpose_weights(call.w, call.weights, k, cols, width, scratch);
        }
        input_gradient_tiles<FloatProduct>(call, {scratch, width}, call.w.m, k, width, row0, row1);
    }
}
