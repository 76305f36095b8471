// Words of one float with a value of bfloat16: for processors that multiply floats only.

struct Words : FloatProduct {
    static constexpr size_t kDepth = 1;
    static Vec along(const Vec (&numbers)[1]) { return round_to_bfloat16(numbers[0]); }
    static Vec across(const Vec (&rows)[1]) { return round_to_bfloat16(rows[0]); }
    static Vec first(Vec words) { return words; }
};
