// The products of dense.inl with operands rounded to bfloat16 (the nearest, ties to even) and sums
// in float32, over the words of packing.inl and the register tiles of tile.inl. The `Words` of the
// instruction set also multiply and add:
//     Words::add(left, right, sum)

size_t rounded_forward_scratch(size_t k) { return count_words(k) * kPanelFloats; }

void rounded_forward(const DenseForward& call, int parts, int panel0, int panel1, size_t row0,
                     size_t row1, float* scratch) {
    const size_t depth = static_cast<size_t>(parts) * count_words(call.w.k);
    for (int panel = panel0; panel < panel1; ++panel) {
        pack_weights(call, parts, panel, scratch);
        const size_t width = panel_width(call.w, panel);
        const auto sum = [&](size_t row, size_t rows, float* tile) __attribute__((always_inline)) {
            const Rows left = {call.x + row * call.ldx, call.ldx};
            tile_of<Words, true>(rows, width / kLanes)({depth, nullptr}, left, {scratch, width},
                                                       tile);
            return rows;
        };
        forward_tiles<kTileFloats>(call, panel, row0, row1, sum);
    }
}

void rounded_input_gradient(const DenseInputGradient& call, int parts, size_t k0, size_t k1,
                            size_t row0, size_t row1, float* scratch) {
    const size_t depth = static_cast<size_t>(parts) * count_words(call.w.m);
    for (size_t k = k0; k < k1; k += kPanelFloats) {
        const size_t cols = k1 - k < kPanelFloats ? k1 - k : kPanelFloats;
        const size_t width = round_up(cols, kLanes);
        pack_transposed(call, parts, k, cols, width, scratch);
        input_gradient_tiles<Words>(call, {scratch, width}, depth, k, width, row0, row1);
    }
}

size_t rounded_weight_gradient_scratch(size_t) { return 0; }

void rounded_weight_gradient(const DenseWeightGradient& call, int parts, int panel0, int panel1,
                             size_t k0, size_t k1, float*) {
    const size_t depth = static_cast<size_t>(parts) * count_words(call.n);
    gradient_tiles<Words>(call, depth, panel0, panel1, k0, k1);
}

constexpr RoundedKernels make_rounded(const char* isa, bool split_pays) {
    RoundedKernels kernels = make_packing(isa, split_pays);
    kernels.dense_forward = rounded_forward;
    kernels.forward_scratch = rounded_forward_scratch;
    kernels.dense_input_gradient = rounded_input_gradient;
    kernels.input_gradient_scratch = transposed_scratch;
    kernels.dense_weight_gradient = rounded_weight_gradient;
    kernels.weight_gradient_scratch = rounded_weight_gradient_scratch;
    return kernels;
}
