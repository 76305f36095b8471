// Which terms of a tile's sum are not zero. Pictures have empty margins and tables have columns that
// are nearly always 0: where all rows of a tile hold 0, the product adds nothing, and the tile sums
// over a list of the others. What is left keeps its order, so the sum keeps its bits.

// What a forward product sums over: the inputs [first, last), where they are all of them in halves.
struct Halves {
    size_t first, last, middle, count;

    explicit Halves(size_t k) : Halves(0, k, first_half(k)) {}
    Halves(size_t k0, size_t k1) : Halves(k0, k1, k1) {}

    size_t begin(size_t half) const { return half == 0 ? first : middle; }
    size_t end(size_t half) const { return half == 0 ? middle : last; }
    size_t depth() const { return last - first; }

  private:
    Halves(size_t k0, size_t k1, size_t at)
        : first(k0), last(k1), middle(at), count(at < k1 ? 2 : 1) {}
};

// Lists of the numbers t < depth that count, one for each tile of a group.
class Lists {
  public:
    // False where there is no room for as many lists of that length, each in so many parts.
    bool hold(size_t lists, size_t depth, size_t parts) {
        depth_ = depth;
        parts_ = parts;
        each_ = round_up(depth, kLineFloats) + kAhead;  // written line by line
        return lists <= most();
    }
    size_t most() const {
        const size_t ends = kEnds / parts_, most = kRoom / each_ < kMost ? kRoom / each_ : kMost;
        return most < ends ? most : ends;
    }

    uint16_t* start(size_t list) { return numbers_ + list * each_; }
    // Close a list of `count` numbers; one that leaves nothing out is none.
    void close(size_t list, size_t count) {
        uint16_t* numbers = start(list);
        const uint16_t last = count == 0 ? uint16_t{0} : numbers[count - 1];
        for (size_t i = 0; i < kAhead; ++i) numbers[count + i] = last;
        depths_[list] = {count, count == depth_ ? nullptr : numbers};
    }
    const Depth& depth(size_t list) const { return depths_[list]; }
    // Of a list in parts: where one ends, and what it holds of it.
    void end_part(size_t list, size_t part, size_t count) {
        ends_[list * parts_ + part] = static_cast<uint16_t>(count);
    }
    Depth depth(size_t list, size_t part) const {
        const uint16_t* end = ends_ + list * parts_ + part;
        const size_t first = part == 0 ? 0 : end[-1];
        return {*end - first, depths_[list].listed + first};
    }
    // Whether a list from `first` to `last` is shorter than its sum.
    bool are_short(size_t first, size_t last) const {
        for (; first <= last; ++first) {
            if (depths_[first].listed != nullptr) return true;
        }
        return false;
    }

  private:
    static constexpr size_t kRoom = 8 * (2048 + kAhead), kMost = 64;
    static constexpr size_t kEnds =
        kRoom / kRowsOfPart > 2 * kMost ? kRoom / kRowsOfPart : 2 * kMost;
    size_t depth_ = 0, each_ = kRoom, parts_ = 1;
    uint16_t numbers_[kRoom];
    uint16_t ends_[kEnds];
    Depth depths_[kMost];
};

static_assert(Marks::kColumns == kLineFloats);

// The bits of a line of floats that are not 0. (As floats, since the sign of a zero does not count,
// nor what products take as zero.)
inline uint32_t line_not_zero(const float* x) {
    uint32_t lanes = 0;
    for (size_t v = 0; v < kLineFloats; v += kLanes) {
        lanes |= lanes_where(is_ne(load(x + v), broadcast(0.0f))) << v;
    }
    return lanes;
}

// Mark a row of `cols` floats.
inline void mark_row(const float* x, size_t cols, uint16_t* words, size_t ld) {
    for (size_t j = 0; j < cols; j += kLineFloats, words += ld) {
        uint32_t lanes = line_not_zero(x + j);
        if (cols - j < kLineFloats) lanes &= (1u << (cols - j)) - 1;
        *words = static_cast<uint16_t>(lanes);
    }
}

// Of the rows [row, row + rows) the inputs [first, last) in which one of them is not 0, counted from
// the first: in one part, or in halves.
inline void list_inputs(const Marks& marks, size_t row, size_t rows, const Halves& inputs,
                        Lists& lists, size_t list) {
    uint16_t* numbers = lists.start(list);
    const uint16_t* words = marks.words + inputs.first / kLineFloats * marks.ld + row;
    size_t count = 0;
    for (size_t half = 0; half < inputs.count; ++half) {
        for (size_t j = inputs.begin(half); j < inputs.end(half); j += kLineFloats) {
            uint32_t lanes = words[0];
            for (size_t r = 1; r < rows; ++r) lanes |= words[r];
            count += list_bits(lanes, j - inputs.first, numbers + count);
            words += marks.ld;
        }
        lists.end_part(list, half, count);
    }
    lists.close(list, count);
}

// For each row block of the weights from `k0` to `k1` the rows t of x that are not 0 in its
// columns. (Not inlined: the loop of every update calls it.)
[[gnu::noinline]] void list_rows(const Marks& marks, const Parts& parts, size_t k0, size_t k1,
                                 Lists& lists) {
    const size_t depth = parts.depth;
    // A line of marks may be of several blocks.
    for (size_t j = k0 / kLineFloats * kLineFloats; j < k1; j += kLineFloats) {
        const uint16_t* words = marks.words + j / kLineFloats * marks.ld;
        const size_t first = j < k0 ? k0 : j;
        const size_t end = k1 - j < kLineFloats ? k1 : j + kLineFloats;
        size_t count[kLineFloats / kRowBlock] = {}, part = 0, end_of_part = parts.last(0);
        for (size_t t = 0; t < depth; t += kLineFloats) {
            uint16_t last[kLineFloats];
            const uint16_t* lines = words + t;
            if (depth - t < kLineFloats) {
                for (size_t i = 0; i < kLineFloats; ++i) last[i] = t + i < depth ? lines[i] : 0;
                lines = last;
            }
            for (size_t k = first; k < end; k += kRowBlock) {
                const uint32_t block = ((1u << (block_end(k, end) - k)) - 1) << (k - j);
                size_t& so_far = count[(k - first) / kRowBlock];
                uint16_t* numbers = lists.start((k - k0) / kRowBlock) + so_far;
                so_far += list_bits(meeting_words(lines, block), t, numbers);
            }
            if (t + kLineFloats < end_of_part) continue;
            for (size_t k = first; k < end; k += kRowBlock) {
                lists.end_part((k - k0) / kRowBlock, part, count[(k - first) / kRowBlock]);
            }
            end_of_part = parts.last(++part);
        }
        for (size_t k = first; k < end; k += kRowBlock) {
            lists.close((k - k0) / kRowBlock, count[(k - first) / kRowBlock]);
        }
    }
}
