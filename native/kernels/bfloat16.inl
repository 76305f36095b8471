// Floats and bfloat16 numbers: the upper half of a float's bits, rounded to nearest, ties to even.

inline Vec round_to_bfloat16(Vec a) {
    const IVec bits = as_int(a);
    const IVec is_odd = iand(shift_right_signed<16>(bits), ibroadcast(1));
    const IVec nearest = iadd(bits, iadd(is_odd, ibroadcast(0x7FFF)));
    const Vec rounded = as_float(iand(nearest, ibroadcast(0xFFFF0000u)));
    return blend(is_ne(a, a), a, rounded);
}

// What a float lacks when it is rounded; exact.
inline Vec rest_of_rounded(Vec a) { return sub(a, round_to_bfloat16(a)); }
