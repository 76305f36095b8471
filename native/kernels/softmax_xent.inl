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
    for (size_t i = row0; i < row1; ++i) {
        const float* row = z + i * ldz;
        float* y = out + i * ldo;
        const Softened s = soften(row, c, nullptr);
        const Vec max = broadcast(s.max), log_sum = log(broadcast(s.sum));
        for (size_t j = 0; j < c; j += kLanes) {
            store(y + j, sub(sub(load(row + j), max), log_sum));
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

// loss = logsumexp(z) - z[label]; NaN where the label is no class. Of kLanes rows at a time the
// logarithms are one.
void sparse_xent(const float* z, size_t ldz, size_t c, const int32_t* label, float* loss,
                 size_t ld_loss, size_t row0, size_t row1) {
    alignas(64) float max[kLanes] = {}, chosen[kLanes] = {}, sum[kLanes] = {}, found[kLanes];
    for (size_t i = row0; i < row1; i += kLanes) {
        const size_t rows = row1 - i < kLanes ? row1 - i : kLanes;
        for (size_t r = 0; r < rows; ++r) {
            const float* row = z + (i + r) * ldz;
            const Softened s = soften(row, c, nullptr);
            max[r] = s.max;
            sum[r] = s.sum;
            chosen[r] = is_class(label[i + r], c) ? row[label[i + r]] : __builtin_nanf("");
        }
        // (max - z[label]) + log(sum): the two large numbers meet first.
        store(found, add(sub(load(max), load(chosen)), log(load(sum))));
        for (size_t r = 0; r < rows; ++r) loss[(i + r) * ld_loss] = found[r];
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
    for (size_t i = row0; i < row1; ++i) {
        const float *row = z + i * ldz, *ti = t + i * ldt;
        const Softened s = soften(row, c, nullptr);
        const Vec max = broadcast(s.max), log_sum = log(broadcast(s.sum));
        Vec total = broadcast(0.0f);
        for (size_t j = 0; j < c; j += kLanes) {
            const Vec target = load_row(ti, j, c, 0.0f);
            const Vec log_p = sub(sub(load_row(row, j, c, 0.0f), max), log_sum);
            // A target of 0 says nothing about a class of probability 0: no 0 * inf.
            const Mask is_nothing = is_eq(target, broadcast(0.0f));
            total = sub(total, blend(is_nothing, broadcast(0.0f), mul(target, log_p)));
        }
        loss[i * ld_loss] = sum_lanes(total);
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
