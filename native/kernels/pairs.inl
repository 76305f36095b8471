// Words of two bfloat16 numbers, the first one in the lower half, for any instruction set.

struct Words {
    static constexpr size_t kDepth = 2;
    static Vec along(const Vec (&numbers)[2]) {
        alignas(64) float row[2 * kLanes], pairs[2][kLanes];
        for (size_t d = 0; d < 2; ++d) store(row + d * kLanes, numbers[d]);
        for (size_t i = 0; i < 2 * kLanes; ++i) pairs[i % 2][i / 2] = row[i];
        return across({load(pairs[0]), load(pairs[1])});
    }
    static Vec across(const Vec (&rows)[2]) {
        const IVec first = as_int(round_to_bfloat16(rows[0]));
        const IVec second = as_int(round_to_bfloat16(rows[1]));
        return as_float(ior(iand(shift_right_signed<16>(first), ibroadcast(0xFFFFu)), second));
    }
    static Vec first(Vec words) { return as_float(iand(as_int(words), ibroadcast(0xFFFFu))); }
};
