// Elementary functions on Vec. Every one: NaN gives NaN, the limits at infinity are right, no
// intermediate overflow. Largest errors over all floats, held by functions_test: exp, log 1 ULP;
// expm1, log1p, erf 1.5; softplus 2; sigmoid 2.5; tanh 3. Rounding is exact.
// The polynomials are minimax fits (weighted for relative error of the result) of the remainder
// named beside each, made for these intervals.

constexpr float kLog2E = 1.44269504f;
constexpr float kLn2High = 0.693359375f;    // ln 2 in 10 bits, so that n * kLn2High is exact
constexpr float kLn2Low = -2.12194440e-4f;  // the rest of ln 2

// x = n ln 2 + r with |r| <= ln 2 / 2; returns expm1(r).
inline Vec reduced_expm1(Vec x, Vec& n) {
    n = round_even(mul(x, broadcast(kLog2E)));
    const Vec r = fnma(n, broadcast(kLn2Low), fnma(n, broadcast(kLn2High), x));
    Vec q = broadcast(0.00019789262f);  // (exp(r) - 1 - r) / r^2, relative error 6e-11
    q = fma(q, r, broadcast(0.0013945752f));
    q = fma(q, r, broadcast(0.008333504f));
    q = fma(q, r, broadcast(0.04166628f));
    q = fma(q, r, broadcast(0.16666666f));
    q = fma(q, r, broadcast(0.5f));
    return fma(mul(r, r), q, r);
}

inline Vec exp(Vec x) {
    // Beyond these ends the result has long rounded to 0 or overflowed to infinity.
    const Vec ends = smaller(broadcast(90.0f), bigger(broadcast(-105.0f), x));
    Vec n;
    const Vec p = reduced_expm1(ends, n);
    return scale_by_power(add(p, broadcast(1.0f)), n);
}

inline Vec expm1(Vec x) {
    const Vec ends = smaller(broadcast(90.0f), bigger(broadcast(-18.0f), x));
    Vec n;
    const Vec p = reduced_expm1(ends, n);
    // 2^n expm1(r) + (2^n - 1), halved so that 2^128 does not overflow on the way.
    const Vec s = as_float(shift_left<23>(iadd(to_int(n), ibroadcast(126))));
    const Vec half = fma(p, s, sub(s, broadcast(0.5f)));
    const Vec y = add(half, half);
    // n = 130 for the clamped end has no place in the exponent field.
    return blend(is_lt(broadcast(88.8f), x), broadcast(__builtin_inff()), y);
}

// x = 2^e (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)), for finite x > 0; returns f.
inline Vec reduced_log(Vec x, Vec& e) {
    const Mask is_tiny = is_lt(x, broadcast(1.17549435e-38f));
    const Vec scaled = blend(is_tiny, mul(x, broadcast(8388608.0f)), x);
    const IVec root_half = ibroadcast(0x3F3504F3u);
    const IVec shifted = isub(as_int(scaled), root_half);
    const Vec z = as_float(iadd(iand(shifted, ibroadcast(0x007FFFFFu)), root_half));
    e = to_float(shift_right_signed<23>(shifted));
    e = sub(e, blend(is_tiny, broadcast(23.0f), broadcast(0.0f)));
    return sub(z, broadcast(1.0f));
}

inline Vec log(Vec x) {
    Vec e;
    const Vec f = reduced_log(x, e);
    Vec q = broadcast(-0.07646106f);  // (log(1 + f) - f + f^2 / 2) / f^3, relative error 6e-9
    q = fma(q, f, broadcast(0.12779115f));
    q = fma(q, f, broadcast(-0.13164185f));
    q = fma(q, f, broadcast(0.14199695f));
    q = fma(q, f, broadcast(-0.16622765f));
    q = fma(q, f, broadcast(0.20001292f));
    q = fma(q, f, broadcast(-0.25000837f));
    q = fma(q, f, broadcast(0.3333333f));
    const Vec square = mul(f, f);
    Vec tail = mul(mul(square, f), q);
    tail = fma(e, broadcast(kLn2Low), tail);
    tail = fma(broadcast(-0.5f), square, tail);
    Vec y = fma(e, broadcast(kLn2High), add(f, tail));
    const Vec infinity = broadcast(__builtin_inff());
    y = blend(is_lt(x, infinity), y, x);  // infinity and NaN
    y = blend(is_eq(x, broadcast(0.0f)), neg(infinity), y);
    return blend(is_lt(x, broadcast(0.0f)), broadcast(__builtin_nanf("")), y);
}

// log(1 + x) = log(u) + (x - (u - 1)) / u, where u is 1 + x as rounded.
inline Vec log1p(Vec x) {
    const Vec one = broadcast(1.0f);
    const Vec u = add(one, x);
    const Vec lost = div(sub(x, sub(u, one)), u);
    // 0 / 0 at x = -1 and inf - inf at infinity: log(u) alone is the limit.
    return add(log(u), blend(is_eq(lost, lost), lost, broadcast(0.0f)));
}

// tanh(|x|) = -e / (2 + e) with e = expm1(-2 |x|): exact for small x, 1 for large.
inline Vec tanh(Vec x) {
    const Vec e = expm1(mul(broadcast(-2.0f), abs(x)));
    return copy_sign(div(e, add(broadcast(2.0f), e)), x);
}

// One exponential of -|x|, so that neither end overflows.
inline Vec sigmoid(Vec x) {
    const Vec one = broadcast(1.0f);
    const Vec e = exp(neg(abs(x)));
    return div(blend(is_lt(x, broadcast(0.0f)), e, one), add(one, e));
}

inline Vec relu(Vec x) { return bigger(broadcast(0.0f), x); }  // NaN is the second operand

inline Vec softplus(Vec x) { return add(relu(x), log1p(exp(neg(abs(x))))); }

inline Vec erf(Vec x) {
    const Vec a = smaller(broadcast(3.95f), abs(x));  // 1 beyond
    const Vec u = mul(a, a);
    Vec s = broadcast(-0.0006315129f);  // erf(x) / x - 1 in x^2 for |x| <= 0.85, error 6e-9
    s = fma(s, u, broadcast(0.0050510946f));
    s = fma(s, u, broadcast(-0.026802547f));
    s = fma(s, u, broadcast(0.112827174f));
    s = fma(s, u, broadcast(-0.37612572f));
    s = fma(s, u, broadcast(0.12837917f));
    const Vec small = fma(a, s, a);
    Vec g = broadcast(1.9826763e-05f);  // -log(1 - erf(a)) for 0.84 <= a <= 3.95, error 1e-10
    g = fma(g, a, broadcast(-0.0004200337f));
    g = fma(g, a, broadcast(0.0041023954f));
    g = fma(g, a, broadcast(-0.024942148f));
    g = fma(g, a, broadcast(0.10801179f));
    g = fma(g, a, broadcast(0.6335851f));
    g = fma(g, a, broadcast(1.1294f));
    g = fma(g, a, broadcast(-0.00015140566f));
    const Vec large = sub(broadcast(1.0f), exp(neg(g)));
    const Vec y = blend(is_lt(broadcast(0.85f), a), large, small);
    return blend(is_eq(x, x), copy_sign(y, x), x);
}

// The nearest whole number, ties to even. Adding and taking away 2^23 rounds; from there on every
// float is whole.
inline Vec round(Vec x) {
    const Vec large = broadcast(8388608.0f), a = abs(x);
    return blend(is_lt(a, large), copy_sign(sub(add(a, large), large), x), x);
}

inline Vec floor(Vec x) {
    const Vec nearest = round(x);
    return blend(is_lt(x, nearest), sub(nearest, broadcast(1.0f)), nearest);
}
