// Copies of what a weight gradient reads, in the order in which its tiles read it.

// A tile reads a few numbers of every row of the batch. Rows of wide layers begin a page or so apart:
// no prefetcher of a processor follows from one to the next, what is read of a row begins and ends
// within lines, and where pages are small, there are more of them than a processor has the addresses
// of at hand. In the copies the rows of a panel's columns lie one behind the other, and so do those of
// the inputs whose tiles are summed together: streams of full lines.
class OperandCopies {
  public:
    // Floats that the copies take, or 0: fewer rows are read as quickly where they lie, and for more
    // of them a thread would hold more than 16 MB.
    static size_t floats(size_t n, size_t m) {
        constexpr size_t kFewestRows = 48, kMostFloats = size_t{1} << 22;
        const size_t each = round_up(m, kLanes) + kGroupInputs;
        return n >= kFewestRows && n * each <= kMostFloats ? n * each : 0;
    }

    OperandCopies(const DenseWeightGradient& call, size_t depth, int panel0, int panel1,
                  size_t inputs)
        : call_(call), depth_(depth), first_col_(call.w.first_col[panel0]) {
        // A row of a copy costs as much as a few products with it.
        constexpr size_t kFewestInputs = 128;
        constexpr int kFewestPanels = 8;
        if (call.scratch == nullptr || inputs < kFewestInputs) return;
        dz_ = call.scratch;
        for (int panel = panel0; panel < panel1; ++panel) {
            const size_t col = call.w.first_col[panel], width = panel_width(call.w, panel);
            copy(call.dz + col, call.lddz, width, dz_ + (col - first_col_) * depth, width);
        }
        if (panel1 - panel0 >= kFewestPanels) {
            x_ = dz_ + (call.w.first_col[panel1] - first_col_) * depth;
        }
    }

    // The inputs [first, last) are the next ones whose tiles are summed; at most kGroupInputs.
    void begin_group(size_t first, size_t last) {
        first_input_ = first;
        if (x_ == nullptr) return;
        copy(call_.x + first, call_.ldx, round_up(last - first, kLineFloats), x_, kGroupInputs);
    }
    // Of all rows the inputs from `input` on, and the columns of a panel.
    Rows left(size_t input) const {
        if (x_ == nullptr) return {call_.x + input, call_.ldx};
        return {x_ + (input - first_input_), kGroupInputs};
    }
    Rows right(size_t col, size_t width) const {
        if (dz_ == nullptr) return {call_.dz + col, call_.lddz};
        return {dz_ + (col - first_col_) * depth_, width};
    }

  private:
    void copy(const float* from, size_t step, size_t width, float* to, size_t to_step) const {
        for (size_t t = 0; t < depth_; ++t, from += step, to += to_step) {
            for (size_t j = 0; j < width; j += kLineFloats) prefetch(from + kAhead * step + j);
            for (size_t j = 0; j < width; j += kLanes) store(to + j, load(from + j));
        }
    }

    const DenseWeightGradient& call_;
    size_t depth_, first_col_, first_input_ = 0;
    float *dz_ = nullptr, *x_ = nullptr;
};
