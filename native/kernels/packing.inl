// Operands of products rounded to bfloat16, packed into words of 32 bits that hold kDepth numbers
// next to each other along the summed axis: two bfloat16 numbers where the processor multiplies
// those, else one float that has such a value. `Words` says how:
//     Words::kDepth
//     Words::along(v)   kDepth vectors that follow each other in a row → one vector of words
//     Words::across(v)  vectors of kDepth rows below each other → one vector of words
//     Words::first(w)   words with their first number alone, zeros in place of the others
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

// The same of weights (k, m) that lie transposed: kLanes rows at a time are packed, then rounded.
template <bool kLow>
void pack_few_columns(const float* weights, const Panels& w, size_t width, float* scratch) {
    alignas(64) float rows[kLanes * round_up(kFewColumns, kLanes)];
    for (size_t i = 0; i < w.k; i += kLanes) {
        for (size_t j = 0; j < width; j += kLanes) {
            Vec block[kLanes];
#pragma GCC unroll 16
            for (size_t c = 0; c < kLanes; ++c) {
                const bool exists = j + c < w.m;
                block[c] = exists ? load(weights + strip_place(w, i, j + c)) : broadcast(0.0f);
            }
            transpose(block);
#pragma GCC unroll 16
            for (size_t r = 0; r < kLanes; ++r) store(rows + r * width + j, block[r]);
        }
        const size_t exist = w.k - i < kLanes ? w.k - i : kLanes;
        pack_panel<kLow>(rows, exist, width, scratch + i / kDepth * width);
    }
}

// Rows [k0, k0 + width) of such weights into scratch (words of m, width).
template <bool kLow>
void pack_few_rows(const float* weights, const Panels& w, size_t k0, size_t width, float* scratch) {
    for (size_t j = 0; j < w.m; j += kDepth) {
        for (size_t i = 0; i < width; i += kLanes) {
            store(scratch + j / kDepth * width + i,
                  pack_across<kLow>(weights + strip_place(w, k0 + i, j), kAlignFloats, w.m - j));
        }
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

// A panel of the weights into scratch, all of its parts one behind the other.
inline void pack_weights(const DenseForward& call, int parts, int panel, float* scratch) {
    const size_t width = panel_width(call.w, panel), part_floats = count_words(call.w.k) * width;
    const float* weights = call.weights + call.w.k * call.w.first_col[panel];
    for (int part = 0; part < parts; ++part) {
        const bool low = is_low_part(true, part);
        float* to = scratch + static_cast<size_t>(part) * part_floats;
        if (call.w.transposed) {
            (low ? pack_few_columns<true> : pack_few_columns<false>)(weights, call.w, width, to);
        } else {
            (low ? pack_panel<true> : pack_panel<false>)(weights, call.w.k, width, to);
        }
    }
}

// Rows [k, k + cols) of the weights, transposed into scratch, all of their parts. What a part
// writes behind its own words the next one overwrites.
inline void pack_transposed(const DenseInputGradient& call, int parts, size_t k, size_t cols,
                            size_t width, float* scratch) {
    const size_t part_floats = count_words(call.w.m) * width;
    for (int part = 0; part < parts; ++part) {
        const bool low = is_low_part(true, part);
        float* to = scratch + static_cast<size_t>(part) * part_floats;
        if (call.w.transposed) {
            (low ? pack_few_rows<true> : pack_few_rows<false>)(call.weights, call.w, k, width, to);
        } else {
            (low ? transpose_rounded<true> : transpose_rounded<false>)(call.w, call.weights, k,
                                                                       cols, width, to);
        }
    }
}

// Floats of scratch for each part of pack_transposed.
size_t transposed_scratch(size_t m) {
    return (round_up(m, kDepth * kLanes) / kDepth + kLanes) * kPanelFloats;
}

constexpr RoundedKernels make_packing(const char* isa, bool split_pays) {
    RoundedKernels kernels{};
    kernels.isa = isa;
    kernels.depth = static_cast<int>(kDepth);
    kernels.split_pays = split_pays;
    kernels.along = round_along;
    kernels.across = round_across;
    return kernels;
}
