// Which terms of a tile's sum are not zero. Pictures have empty margins and tables have columns that
// are nearly always 0: where all rows of a tile hold 0, the product adds nothing, and the tile sums
// over a list of the others. What is left keeps its order, so the sum keeps its bits.

// Lists of the numbers t < depth that count, one for each tile of a group.
class Lists {
  public:
    // False where there is no room for as many lists of that length.
    bool hold(size_t lists, size_t depth) {
        depth_ = depth;
        each_ = depth + kAhead;
        return lists <= most();
    }
    size_t most() const { return kRoom / each_ < kMost ? kRoom / each_ : kMost; }

    uint16_t* start(size_t list) { return numbers_ + list * each_; }
    // Close a list of `count` numbers; one that leaves nothing out is none.
    void close(size_t list, size_t count) {
        uint16_t* numbers = start(list);
        const uint16_t last = count == 0 ? uint16_t{0} : numbers[count - 1];
        for (size_t i = 0; i < kAhead; ++i) numbers[count + i] = last;
        depths_[list] = {count, count == depth_ ? nullptr : numbers};
    }
    const Depth* depths() const { return depths_; }

  private:
    static constexpr size_t kRoom = 16384, kMost = 64;
    size_t depth_ = 0, each_ = kRoom;
    uint16_t numbers_[kRoom + kLanes];  // a list is written by whole vectors
    Depth depths_[kMost];
};

// Where bits other than a sign are set.
inline uint32_t lanes_not_zero(IVec bits) {
    return lanes_where(is_below(ibroadcast(0), shift_left<1>(bits)));
}

// For a row block of x the columns t < depth in which a row is not 0.
inline void list_columns(const float* x, size_t ldx, size_t rows, size_t depth, Lists& lists,
                         size_t list) {
    uint16_t* numbers = lists.start(list);
    size_t count = 0;
    for (size_t j = 0; j < depth; j += kLanes) {
        IVec bits = as_int(load(x + j));
        for (size_t r = 1; r < rows; ++r) bits = ior(bits, as_int(load(x + r * ldx + j)));
        uint32_t lanes = lanes_not_zero(bits);
        if (depth - j < kLanes) lanes &= (1u << (depth - j)) - 1;
        count += list_lanes(lanes, j, numbers + count);
    }
    lists.close(list, count);
}

// For each row block of the weights from `k0` to `k1` the rows t < depth of x that are not 0 in
// its columns.
inline void list_rows(const float* x, size_t ldx, size_t depth, size_t k0, size_t k1,
                      Lists& lists) {
    // Whole lines of x are read, which may hold several blocks.
    constexpr size_t kBlocks = kLineFloats / kRowBlock;
    for (size_t j = k0 / kLineFloats * kLineFloats; j < k1; j += kLineFloats) {
        uint16_t outside;
        uint16_t* numbers[kBlocks];
        uint32_t valid[kBlocks];
        size_t count[kBlocks] = {};
        for (size_t b = 0; b < kBlocks; ++b) {
            const size_t k = j + b * kRowBlock;
            const bool exists = k >= k0 && k < k1;
            numbers[b] = exists ? lists.start((k - k0) / kRowBlock) : &outside;
            valid[b] = exists ? ((1u << (block_end(k, k1) - k)) - 1) << b * kRowBlock : 0;
        }
        for (size_t t = 0; t < depth; ++t) {
            uint32_t lanes = 0;
            for (size_t v = 0; v < kLineFloats; v += kLanes) {
                lanes |= lanes_not_zero(as_int(load(x + t * ldx + j + v))) << v;
            }
            for (size_t b = 0; b < kBlocks; ++b) {
                numbers[b][count[b]] = static_cast<uint16_t>(t);
                count[b] += (lanes & valid[b]) != 0;
            }
        }
        for (size_t b = 0; b < kBlocks; ++b) {
            if (valid[b] != 0) lists.close((j + b * kRowBlock - k0) / kRowBlock, count[b]);
        }
    }
}
