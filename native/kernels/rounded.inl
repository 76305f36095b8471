// The products of dense.inl with operands rounded to bfloat16 (the nearest, ties to even) and sums
// in float32. Operands are words of 32 bits that hold kDepth numbers next to each other along the
// summed axis: two bfloat16 numbers where the processor multiplies those, else one float that has
// such a value. `Words` of the instruction set packs, and multiplies and adds:
//     Words::kDepth
//     Words::along(v)   kDepth vectors that follow each other in a row → one vector of words
//     Words::across(v)  vectors of kDepth rows below each other → one vector of words
//     Words::add(left, right, sum)
// Rows are packed once by round_rows, in the two ways that products walk them; a panel of the
// weights is packed once for all rows that a thread multiplies with it.

constexpr size_t kDepth = Words::kDepth;

constexpr size_t count_words(size_t numbers) { return (numbers + kDepth - 1) / kDepth; }

// What is packed of a number: itself, to be rounded, or what it lacks then.
template <bool kLow>
inline Vec part_of(Vec a) {
    return kLow ? rest_of_rounded(a) : a;
}

// One vector of words of kDepth rows at p, p + step, ...; rows from `exists` on are zeros.
template <bool kLow>
inline Vec pack_across(const float* p, size_t step, size_t exists) {
    Vec rows[kDepth];
    for (size_t d = 0; d < kDepth; ++d) {
        rows[d] = d < exists ? part_of<kLow>(load(p + d * step)) : broadcast(0.0f);
    }
    return Words::across(rows);
}

// out[i, t] = words of x[i, kDepth * t] and on, rows [row0, row1). Numbers past k become zeros.
template <bool kLow>
void pack_rows_along(const float* x, size_t ldx, size_t k, float* out, size_t ld, size_t row0,
                     size_t row1) {
    const Vec zero = broadcast(0.0f);
    for (size_t i = row0; i < row1; ++i) {
        for (size_t j = 0; j < k; j += kDepth * kLanes) {
            Vec numbers[kDepth];
            for (size_t d = 0; d < kDepth; ++d) {
                const size_t from = j + d * kLanes;
                const size_t count = from < k ? k - from : 0;
                numbers[d] = count == 0 ? zero : load(x + i * ldx + from);
                if (count != 0 && count < kLanes) numbers[d] = keep_first(count, numbers[d], zero);
                numbers[d] = part_of<kLow>(numbers[d]);
            }
            float* to = out + i * ld + j / kDepth;
            const size_t left = count_words(k - j);
            if (left >= kLanes) {
                store(to, Words::along(numbers));
            } else {
                // Another part of the row may begin right behind this one.
                alignas(64) float last[kLanes];
                store(last, Words::along(numbers));
                std::memcpy(to, last, left * sizeof(float));
            }
        }
    }
}

// out[s, j] = words of x[kDepth * s, j] and the rows below it; row0 is a multiple of kDepth, and
// rows from row1 on, where it is not, count as zeros.
template <bool kLow>
void pack_rows_across(const float* x, size_t ldx, size_t k, float* out, size_t ld, size_t row0,
                      size_t row1) {
    for (size_t i = row0; i < row1; i += kDepth) {
        for (size_t j = 0; j < k; j += kLanes) {
            store(out + i / kDepth * ld + j, pack_across<kLow>(x + i * ldx + j, ldx, row1 - i));
        }
    }
}

void round_along(const float* x, size_t ldx, size_t k, float* out, size_t ld, size_t row0,
                 size_t row1, bool low) {
    (low ? pack_rows_along<true> : pack_rows_along<false>)(x, ldx, k, out, ld, row0, row1);
}

void round_across(const float* x, size_t ldx, size_t k, float* out, size_t ld, size_t row0,
                  size_t row1, bool low) {
    (low ? pack_rows_across<true> : pack_rows_across<false>)(x, ldx, k, out, ld, row0, row1);
}

size_t rounded_forward_scratch(size_t k) { return count_words(k) * kPanelFloats; }

// A panel (k, width) of weights into scratch (words of k, width).
template <bool kLow>
void pack_panel(const float* weights, size_t k, size_t width, float* scratch) {
    for (size_t i = 0; i < k; i += kDepth) {
        for (size_t j = 0; j < width; j += kLanes) {
            store(scratch + i / kDepth * width + j,
                  pack_across<kLow>(weights + i * width + j, width, k - i));
        }
    }
}

void rounded_forward(const DenseForward& call, int parts, int panel0, int panel1, size_t row0,
                     size_t row1, float* scratch) {
    const size_t depth = count_words(call.w.k);
    for (int panel = panel0; panel < panel1; ++panel) {
        const size_t width = panel_width(call.w, panel);
        const float* weights = call.weights + call.w.k * call.w.first_col[panel];
        for (int part = 0; part < parts; ++part) {
            const auto pack = is_low_part(true, part) ? pack_panel<true> : pack_panel<false>;
            pack(weights, call.w.k, width, scratch + static_cast<size_t>(part) * depth * width);
        }
        forward_tiles<Words>(call, {scratch, width}, static_cast<size_t>(parts) * depth, nullptr,
                             panel, row0, row1);
    }
}

// w (k, m) rows [k0, k0 + cols) into scratch (words of m, vectors of cols), through registers; the
// numbers past m in the last word are zeros.
template <bool kLow>
void transpose_rounded(const Panels& w, const float* weights, size_t k0, size_t cols, size_t width,
                       float* scratch) {
    const Vec zero = broadcast(0.0f);
    for (int panel = 0; panel < w.count; ++panel) {
        const size_t first = w.first_col[panel], panel_floats = panel_width(w, panel);
        const float* rows = weights + w.k * first + k0 * panel_floats;
        for (size_t j = 0; j < panel_floats; j += kDepth * kLanes) {
            for (size_t i = 0; i < width; i += kLanes) {
                Vec block[kLanes];
#pragma GCC unroll 16
                for (size_t r = 0; r < kLanes; ++r) {
                    Vec numbers[kDepth];
                    for (size_t d = 0; d < kDepth; ++d) {
                        const size_t col = j + d * kLanes;
                        const bool exists = i + r < cols && col < panel_floats;
                        const float* from = rows + (i + r) * panel_floats + col;
                        numbers[d] = exists ? part_of<kLow>(load(from)) : zero;
                    }
                    block[r] = Words::along(numbers);
                }
                transpose(block);
                // Rows past this panel's words are the next one's, which writes them after this.
                float* out = scratch + (first + j) / kDepth * width + i;
#pragma GCC unroll 16
                for (size_t r = 0; r < kLanes; ++r) store(out + r * width, block[r]);
            }
        }
    }
    if (w.m % kDepth != 0) {
        float* last = scratch + w.m / kDepth * width;
        for (size_t i = 0; i < width; i += kLanes) store(last + i, Words::first(load(last + i)));
    }
}

size_t rounded_input_gradient_scratch(size_t m) {
    return (round_up(m, kDepth * kLanes) / kDepth + kLanes) * kPanelFloats;
}

void rounded_input_gradient(const DenseInputGradient& call, int parts, size_t k0, size_t k1,
                            size_t row0, size_t row1, float* scratch) {
    const size_t depth = count_words(call.w.m);
    for (size_t k = k0; k < k1; k += kPanelFloats) {
        const size_t cols = k1 - k < kPanelFloats ? k1 - k : kPanelFloats;
        const size_t width = round_up(cols, kLanes);
        // What a part writes behind its own words the next one overwrites.
        for (int part = 0; part < parts; ++part) {
            const auto pack =
                is_low_part(true, part) ? transpose_rounded<true> : transpose_rounded<false>;
            pack(call.w, call.weights, k, cols, width,
                 scratch + static_cast<size_t>(part) * depth * width);
        }
        input_gradient_tiles<Words>(call, {scratch, width}, static_cast<size_t>(parts) * depth, k,
                                    row0, row1);
    }
}

void rounded_weight_gradient(const DenseWeightGradient& call, int parts, int panel0, int panel1,
                             size_t k0, size_t k1) {
    const size_t depth = static_cast<size_t>(parts) * count_words(call.n);
    gradient_tiles<Words>(call, depth, panel0, panel1, k0, k1);
}

constexpr RoundedKernels make_rounded(const char* isa, bool split_pays) {
    RoundedKernels kernels{};
    kernels.isa = isa;
    kernels.depth = static_cast<int>(kDepth);
    kernels.split_pays = split_pays;
    kernels.along = round_along;
    kernels.across = round_across;
    kernels.dense_forward = rounded_forward;
    kernels.forward_scratch = rounded_forward_scratch;
    kernels.dense_input_gradient = rounded_input_gradient;
    kernels.input_gradient_scratch = rounded_input_gradient_scratch;
    kernels.dense_weight_gradient = rounded_weight_gradient;
    return kernels;
}
