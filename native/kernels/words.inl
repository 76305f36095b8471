// Words of one float with a value of bfloat16: for processors that multiply floats only.

inline Vec round_to_bfloat16(Vec a) {
    const IVec bits = as_int(a);
    const IVec is_odd = iand(shift_right_signed<16>(bits), ibroadcast(1));
    const IVec nearest = iadd(bits, iadd(is_odd, ibroadcast(0x7FFF)));
    const Vec rounded = as_float(iand(nearest, ibroadcast(0xFFFF0000u)));
    return blend(is_ne(a, a), a, rounded);
}

struct Words : FloatProduct {
    static constexpr size_t kDepth = 1;
    static Vec along(const Vec (&numbers)[1]) { return round_to_bfloat16(numbers[0]); }
    static Vec across(const Vec (&rows)[1]) { return round_to_bfloat16(rows[0]); }
    static Vec first(Vec words) { return words; }
};
