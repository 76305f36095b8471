// x^y on Vec, with NumPy's results for special operands. Largest error, held by the tests: 1.5 ULP
// while |y log x| < 20, 6 ULP up to the ends of the range.
//
// exp(y log x) magnifies a rounding of log x by y log x, up to 88: so the logarithm and its product
// with y are carried as unevaluated sums of two floats, high and low.

struct Pair {
    Vec high, low;
};

// a + b without error.
inline Pair two_sum(Vec a, Vec b) {
    const Vec sum = add(a, b);
    const Vec b_part = sub(sum, a);
    return {sum, add(sub(a, sub(sum, b_part)), sub(b, b_part))};
}

// The first 12 bits of a number and the others: products of such halves are exact.
inline Pair halve(Vec a) {
    const Vec high = as_float(iand(as_int(a), ibroadcast(0xFFFFF000u)));
    return {high, sub(a, high)};
}

// a * b - c for c next to the product, which is not rounded.
inline Vec excess(Vec a, Vec b, Vec c) {
    if constexpr (kRoundsOnce) return fma(a, b, neg(c));
    const Pair x = halve(a), y = halve(b);
    const Vec most = add(sub(mul(x.high, y.high), c), mul(x.high, y.low));
    return add(add(most, mul(x.low, y.high)), mul(x.low, y.low));
}

// log(x) for finite x > 0, to about 2^-30: log(1 + f) = 2 atanh(s) with s = f / (2 + f), of which
// only the terms from s^3 on, less than 1 % of it, are rounded to one float.
inline Pair log_pair(Vec x) {
    Vec e;
    const Vec f = reduced_log(x, e);
    const Pair below = two_sum(broadcast(2.0f), f);
    const Vec inverse = div(broadcast(1.0f), below.high);
    const Vec s = mul(f, inverse);
    const Vec rest = neg(add(excess(s, below.high, f), mul(s, below.low)));  // f - s (2 + f)
    const Vec square = mul(s, s);
    Vec q = broadcast(0.24034306f);  // (2 atanh(s) / s - 2) / s^2, error 3e-11 of the logarithm
    q = fma(q, square, broadcast(0.2850989f));
    q = fma(q, square, broadcast(0.40000853f));
    q = fma(q, square, broadcast(0.6666666f));
    Vec low = fma(mul(s, square), q, mul(broadcast(2.0f), mul(rest, inverse)));
    low = fma(e, broadcast(kLn2Low), low);
    const Pair sum = two_sum(mul(e, broadcast(kLn2High)), add(s, s));
    return two_sum(sum.high, add(sum.low, low));
}

// y * x; the low part only where the high one has a finite exponential.
inline Pair product(Vec y, Pair x) {
    const Vec high = mul(y, x.high);
    const Vec low = add(excess(y, x.high, high), mul(y, x.low));
    return {high, blend(is_lt(abs(high), broadcast(104.0f)), low, broadcast(0.0f))};
}

// exp(x.high + x.low)
inline Vec exp_pair(Pair x) {
    const Vec ends = smaller(broadcast(105.0f), bigger(broadcast(-105.0f), x.high));
    const Vec n = round_even(mul(ends, broadcast(kLog2E)));
    const Vec first = fnma(n, broadcast(kLn2High), ends);  // exact
    const Pair r = two_sum(first, fnma(n, broadcast(kLn2Low), x.low));
    Vec q = broadcast(0.00019789262f);  // (exp(r) - 1 - r) / r^2, as in reduced_expm1
    q = fma(q, r.high, broadcast(0.0013945752f));
    q = fma(q, r.high, broadcast(0.008333504f));
    q = fma(q, r.high, broadcast(0.04166628f));
    q = fma(q, r.high, broadcast(0.16666666f));
    q = fma(q, r.high, broadcast(0.5f));
    const Pair start = two_sum(broadcast(1.0f), r.high);
    const Vec low = add(fma(mul(r.high, r.high), q, r.low), start.low);
    return scale_by_power(add(start.high, low), n);
}

inline Vec pow(Vec x, Vec y) {
    const Vec zero = broadcast(0.0f), one = broadcast(1.0f);
    const Vec infinity = broadcast(__builtin_inff());
    const Vec a = abs(x);
    Pair l = log_pair(a);
    l.high = blend(is_lt(a, infinity), l.high, a);  // infinity and NaN
    l.high = blend(is_eq(a, zero), neg(infinity), l.high);
    const Vec magnitude = exp_pair(product(y, l));
    const Vec half = mul(broadcast(0.5f), y);
    const Mask is_broken = is_ne(floor(y), y);
    const Mask is_whole_half = is_eq(floor(half), half);
    // A negative base: the sign of an odd power, and no real number for a broken one.
    const Vec odd = blend(is_whole_half, magnitude, copy_sign(magnitude, x));
    const Mask is_negative = is_lt(x, zero);
    const Vec unreal = blend(is_lt(neg(infinity), x), broadcast(__builtin_nanf("")), magnitude);
    Vec result = blend(is_broken, blend(is_negative, unreal, magnitude), odd);
    result = blend(is_eq(x, one), one, result);
    // (-1)^infinity is 1: an infinite power counts as even.
    result = blend(is_eq(a, one), blend(is_eq(abs(y), infinity), one, result), result);
    return blend(is_eq(y, zero), one, result);
}
