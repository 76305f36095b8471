// Sine, cosine and their inverse on Vec. NaN gives NaN; so do sine and cosine of infinity. Largest
// errors, held by the tests: sine and cosine 1e-7 absolute, atan 2 ULP.

constexpr float kHalfPi = 1.57079637f;

struct Waves {
    Vec sine, cosine;
};

// Sine and cosine of q quarter turns and r more, for whole q and |r| <= pi / 4.
inline Waves turn_waves(Vec q, Vec r) {
    const Vec square = mul(r, r);
    Vec s = broadcast(-0.000195186f);  // (sin(r) / r - 1) / r^2, error 4e-9 of the sine
    s = fma(s, square, broadcast(0.008332191f));
    s = fma(s, square, broadcast(-0.16666655f));
    const Vec sine = fma(mul(s, square), r, r);
    Vec c = broadcast(2.4432959e-05f);  // (cos(r) - 1 + r^2 / 2) / r^4, error 1e-10
    c = fma(c, square, broadcast(-0.0013887313f));
    c = fma(c, square, broadcast(0.041666646f));
    const Vec cosine =
        add(broadcast(1.0f), fma(mul(c, square), square, mul(broadcast(-0.5f), square)));
    // Odd quarters exchange the two; bit 1 of q is the sine's sign, of q + 1 the cosine's.
    const IVec n = to_int(q);
    const Mask is_odd = is_below(ibroadcast(0), iand(n, ibroadcast(1)));
    const IVec two = ibroadcast(2);
    const IVec sine_sign = shift_left<30>(iand(n, two));
    const IVec cosine_sign = shift_left<30>(iand(iadd(n, ibroadcast(1)), two));
    return {as_float(ixor(as_int(blend(is_odd, cosine, sine)), sine_sign)),
            as_float(ixor(as_int(blend(is_odd, sine, cosine)), cosine_sign))};
}

// Up to here the first two parts of pi / 2 times the number of quarters are exact.
constexpr float kMostReduced = 12800.0f;

inline Waves waves(Vec x) {
    const Vec q = round_even(mul(x, broadcast(0.636619772f)));
    Vec r = fnma(q, broadcast(1.5703125f), x);  // pi / 2 in parts of 8, 11, 11 and 24 bits
    r = fnma(q, broadcast(4.837512969970703e-4f), r);
    r = fnma(q, broadcast(7.549533620476723e-8f), r);
    r = fnma(q, broadcast(2.5633442e-12f), r);
    return turn_waves(q, r);
}

// Replace the lanes of y whose argument is beyond the reduction: they are rare, and the C library
// reduces them whatever their size.
template <class Function>
inline Vec mend_large(Vec x, Vec y, Function function) {
    const Mask is_large = is_lt(broadcast(kMostReduced), abs(x));
    if (!any(is_large)) return y;
    Cell cell;
    store(cell.lanes, x);
    for (float& lane : cell.lanes) lane = function(lane);
    return blend(is_large, load(cell.lanes), y);
}

inline Vec sin(Vec x) {
    return mend_large(x, waves(x).sine, [](float lane) { return __builtin_sinf(lane); });
}
inline Vec cos(Vec x) {
    return mend_large(x, waves(x).cosine, [](float lane) { return __builtin_cosf(lane); });
}

// atan(a) = base + atan(t) with |t| <= tan(pi / 8), where base is 0, pi / 4 or pi / 2.
inline Vec atan(Vec x) {
    const Vec a = abs(x), one = broadcast(1.0f), zero = broadcast(0.0f);
    const Mask is_middle = is_lt(broadcast(0.41421357f), a);
    const Mask is_large = is_lt(broadcast(2.4142136f), a);
    const Vec above = blend(is_large, neg(one), blend(is_middle, sub(a, one), a));
    const Vec below = blend(is_large, a, blend(is_middle, add(a, one), one));
    const Vec t = div(above, below);
    const Vec square = mul(t, t);
    Vec q = broadcast(-0.060922217f);  // (atan(t) / t - 1) / t^2, error 7e-10 of the angle
    q = fma(q, square, broadcast(0.10600042f));
    q = fma(q, square, broadcast(-0.14244503f));
    q = fma(q, square, broadcast(0.19998533f));
    q = fma(q, square, broadcast(-0.33333316f));
    const Vec base =
        blend(is_large, broadcast(kHalfPi), blend(is_middle, broadcast(0.785398185f), zero));
    const Vec rest = blend(is_large, broadcast(-4.3711388e-8f),
                           blend(is_middle, broadcast(-2.1855694e-8f), zero));
    const Vec angle = add(base, add(fma(mul(q, square), t, rest), t));
    return copy_sign(angle, x);
}
