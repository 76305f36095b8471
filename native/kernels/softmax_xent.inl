// Softmax, cross-entropy from logits, their gradients, and hits. Rows z (n, c); a row is a few
// vectors, the last of them cleared past c, so that pads never count.

// The largest entry of a row and the sum of exp(z - max).
struct Softened {
    float max, sum;
};

inline Vec load_row(const float* row, size_t j, size_t c, float fill) {
    const Vec v = load(row + j);
    return c - j >= kLanes ? v : keep_first(c - j, v, broadcast(fill));
}

// The largest entry, or any entry where the row holds NaN: exp then spreads the NaN by itself.
inline float largest(const float* z, size_t c) {
    Vec m = broadcast(-__builtin_inff());
    for (size_t j = 0; j < c; j += kLanes) m = bigger(load_row(z, j, c, -__builtin_inff()), m);
    return max_lanes(m);
}

// Writes exp(z - max) to `e` unless it is null.
inline Softened soften(const float* z, size_t c, float* e) {
    const float most = largest(z, c);
    const Vec max = broadcast(most);
    Vec sum = broadcast(0.0f);
    for (size_t j = 0; j < c; j += kLanes) {
        // exp(-inf - max) = 0 past the end.
        const Vec v = exp(sub(load_row(z, j, c, -__builtin_inff()), max));
        if (e) store(e + j, v);
        sum = add(sum, v);
    }
    return {most, sum_lanes(sum)};
}

// The largest entries of up to kLanes rows, and the logarithms of their sums, which are taken at once.
struct SoftenedRows {
    alignas(64) float max[kLanes], log_sum[kLanes];

    SoftenedRows(const float* z, size_t ldz, size_t c, size_t rows) {
        store(log_sum, broadcast(1.0f));
        for (size_t r = 0; r < rows; ++r) {
            const Softened s = soften(z + r * ldz, c, nullptr);
            max[r] = s.max;
            log_sum[r] = s.sum;
        }
        store(log_sum, log(load(log_sum)));
    }
};

// The rows from i to `end` that one SoftenedRows holds.
inline size_t rows_at_once(size_t i, size_t end) { return end - i < kLanes ? end - i : kLanes; }

void softmax(const float* z, size_t ldz, size_t c, float* out, size_t ldo, size_t row0,
             size_t row1) {
    for (size_t i = row0; i < row1; ++i) {
        float* p = out + i * ldo;
        const Vec sum = broadcast(soften(z + i * ldz, c, p).sum);
        for (size_t j = 0; j < c; j += kLanes) store(p + j, div(load(p + j), sum));
    }
}

void log_softmax(const float* z, size_t ldz, size_t c, float* out, size_t ldo, size_t row0,
                 size_t row1) {
    for (size_t i = row0; i < row1; i += kLanes) {
        const size_t rows = rows_at_once(i, row1);
        const SoftenedRows soft(z + i * ldz, ldz, c, rows);
        for (size_t r = 0; r < rows; ++r) {
            const Vec max = broadcast(soft.max[r]), log_sum = broadcast(soft.log_sum[r]);
            for (size_t j = 0; j < c; j += kLanes) {
                const Vec v = load(z + (i + r) * ldz + j);
                store(out + (i + r) * ldo + j, sub(sub(v, max), log_sum));
            }
        }
    }
}

// dz = p * (g - sum(g * p)).
void softmax_gradient(const float* p, size_t ldp, const float* g, size_t ldg, size_t c, float* dz,
                      size_t lddz, size_t row0, size_t row1) {
    for (size_t i = row0; i < row1; ++i) {
        const float *pi = p + i * ldp, *gi = g + i * ldg;
        Vec dot = broadcast(0.0f);
        for (size_t j = 0; j < c; j += kLanes) {
            dot = fma(load_row(pi, j, c, 0.0f), load_row(gi, j, c, 0.0f), dot);
        }
        const Vec mean = broadcast(sum_lanes(dot));
        for (size_t j = 0; j < c; j += kLanes) {
            store(dz + i * lddz + j, mul(load(pi + j), sub(load(gi + j), mean)));
        }
    }
}

// dz = g - exp(y) * sum(g).
void log_softmax_gradient(const float* y, size_t ldy, const float* g, size_t ldg, size_t c,
                          float* dz, size_t lddz, size_t row0, size_t row1) {
    for (size_t i = row0; i < row1; ++i) {
        const float *yi = y + i * ldy, *gi = g + i * ldg;
        const Vec total = broadcast(row_sum(gi, c));
        for (size_t j = 0; j < c; j += kLanes) {
            store(dz + i * lddz + j, fnma(exp(load(yi + j)), total, load(gi + j)));
        }
    }
}

inline bool is_class(int32_t label, size_t c) {
    return label >= 0 && static_cast<size_t>(label) < c;
}

// loss = logsumexp(z) - z[label]; NaN where the label is no class.
void sparse_xent(const float* z, size_t ldz, size_t c, const int32_t* label, float* loss,
                 size_t ld_loss, size_t row0, size_t row1) {
    for (size_t i = row0; i < row1; i += kLanes) {
        const size_t rows = rows_at_once(i, row1);
        const SoftenedRows soft(z + i * ldz, ldz, c, rows);
        for (size_t r = 0; r < rows; ++r) {
            const int32_t own = label[i + r];
            const float chosen =
                is_class(own, c) ? z[(i + r) * ldz + static_cast<size_t>(own)] : __builtin_nanf("");
            // The two large numbers meet first.
            loss[(i + r) * ld_loss] = (soft.max[r] - chosen) + soft.log_sum[r];
        }
    }
}

// dz = (softmax(z) - onehot) * g; without the one where the label is no class.
void sparse_xent_gradient(const float* z, size_t ldz, size_t c, const int32_t* label,
                          const float* g, size_t ldg, float* dz, size_t lddz, size_t row0,
                          size_t row1) {
    for (size_t i = row0; i < row1; ++i) {
        float* d = dz + i * lddz;
        const Softened s = soften(z + i * ldz, c, d);
        const float weight = g[i * ldg];
        const Vec scale = div(broadcast(1.0f), broadcast(s.sum));
        for (size_t j = 0; j < c; j += kLanes) {
            store(d + j, mul(mul(load(d + j), scale), broadcast(weight)));
        }
        if (is_class(label[i], c)) d[label[i]] -= weight;
    }
}

// loss = sum(t) * logsumexp(z) - sum(t * z), with z taken from its maximum.
void dense_xent(const float* z, size_t ldz, size_t c, const float* t, size_t ldt, float* loss,
                size_t ld_loss, size_t row0, size_t row1) {
    for (size_t i = row0; i < row1; i += kLanes) {
        const size_t rows = rows_at_once(i, row1);
        const SoftenedRows soft(z + i * ldz, ldz, c, rows);
        for (size_t r = 0; r < rows; ++r) {
            const float *row = z + (i + r) * ldz, *ti = t + (i + r) * ldt;
            const Vec max = broadcast(soft.max[r]), log_sum = broadcast(soft.log_sum[r]);
            Vec total = broadcast(0.0f);
            for (size_t j = 0; j < c; j += kLanes) {
                const Vec target = load_row(ti, j, c, 0.0f);
                const Vec log_p = sub(sub(load_row(row, j, c, 0.0f), max), log_sum);
                // A target of 0 says nothing about a class of probability 0: no 0 * inf.
                const Mask is_nothing = is_eq(target, broadcast(0.0f));
                total = sub(total, blend(is_nothing, broadcast(0.0f), mul(target, log_p)));
            }
            loss[(i + r) * ld_loss] = sum_lanes(total);
        }
    }
}

// dz = (softmax(z) * sum(t) - t) * g.
void dense_xent_gradient(const float* z, size_t ldz, size_t c, const float* t, size_t ldt,
                         const float* g, size_t ldg, float* dz, size_t lddz, size_t row0,
                         size_t row1) {
    for (size_t i = row0; i < row1; ++i) {
        const float* ti = t + i * ldt;
        float* d = dz + i * lddz;
        const Softened s = soften(z + i * ldz, c, d);
        const Vec scale = div(broadcast(row_sum(ti, c)), broadcast(s.sum));
        const Vec weight = broadcast(g[i * ldg]);
        for (size_t j = 0; j < c; j += kLanes) {
            store(d + j, mul(sub(mul(load(d + j), scale), load(ti + j)), weight));
        }
    }
}

// The first largest entry; the first NaN where there is one, as numpy.argmax.
inline size_t arg_max(const float* x, size_t c) {
    const Vec max = broadcast(row_max(x, c));  // NaN, which equals nothing, where the row holds one
    for (size_t j = 0; j < c; j += kLanes) {
        const Vec v = load_row(x, j, c, 0.0f);
        uint32_t found = lanes_where(is_eq(v, max)) | lanes_where(is_ne(v, v));
        if (c - j < kLanes) found &= (1u << (c - j)) - 1;
        if (found != 0) return j + static_cast<size_t>(__builtin_ctz(found));
    }
    return 0;
}

void arg_max(const float* x, size_t ldx, size_t c, float* out, size_t ld_out, size_t row0,
             size_t row1) {
    for (size_t i = row0; i < row1; ++i) {
        out[i * ld_out] = static_cast<float>(arg_max(x + i * ldx, c));
    }
}

void sparse_hit(const float* p, size_t ldp, size_t c, const int32_t* label, float* out,
                size_t ld_out, size_t row0, size_t row1) {
    for (size_t i = row0; i < row1; ++i) {
        const size_t guess = arg_max(p + i * ldp, c);
        out[i * ld_out] = static_cast<int64_t>(guess) == label[i] ? 1.0f : 0.0f;
    }
}

void dense_hit(const float* p, size_t ldp, size_t c, const float* t, size_t ldt, float* out,
               size_t ld_out, size_t row0, size_t row1) {
    for (size_t i = row0; i < row1; ++i) {
        const bool is_hit = arg_max(p + i * ldp, c) == arg_max(t + i * ldt, c);
        out[i * ld_out] = is_hit ? 1.0f : 0.0f;
    }
}
