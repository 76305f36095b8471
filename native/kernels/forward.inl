// The forward product of packed weights, y = x @ w: tiles of kRowBlock rows x one panel, summed over
// the inputs. The middle panel's sums are those of the first half of the inputs plus those of the
// second, where there are many (table.h).

// Rows of x @ one panel, without the inputs that are zeros in all rows of a tile.
class PanelSums {
  public:
    // The inputs, of which `lists` (or null: of which nobody looked for zeros) has a list for each
    // kListedRows rows from `row0` on.
    PanelSums(const DenseForward& call, const Halves& inputs, const Lists* lists, int panel,
              size_t row0)
        : call_(call),
          inputs_(inputs),
          lists_(lists),
          row0_(row0),
          width_(panel_width(call.w, panel)),
          weights_(call.weights + call.w.k * call.w.first_col[panel] + inputs.first * width_),
          is_in_halves_(inputs.count == 2 && panel == middle_panel(call.w)) {}

    // See forward_tiles.
    [[gnu::always_inline]] size_t operator()(size_t row, size_t rows, float* tile) const {
        if (is_in_halves_ && call_.sums != nullptr) {
            const float* first = call_.sums + row * width_;
            add_halves(first, first + call_.n * width_, rows * width_, tile);
            return rows;
        }
        const size_t list = (row - row0_) / kListedRows;
        bool is_listed = false;
        if (lists_ != nullptr && lists_->are_short(list, (row + rows - row0_ - 1) / kListedRows)) {
            rows = rows < kListedRows ? rows : kListedRows;
            is_listed = lists_->depth(list).listed != nullptr;
        }
        const Depth all = is_listed ? lists_->depth(list) : Depth{inputs_.depth(), nullptr};
        if (!is_in_halves_) {
            multiply(all, 0, row, rows, tile);
            return rows;
        }
        alignas(64) float second[kTileFloats];
        if (is_listed) {
            multiply(lists_->depth(list, 0), 0, row, rows, tile);
            multiply(lists_->depth(list, 1), 0, row, rows, second);
        } else {
            const size_t half = inputs_.middle;
            multiply({half, nullptr}, 0, row, rows, tile);
            multiply({inputs_.depth() - half, nullptr}, half, row, rows, second);
        }
        add_halves(tile, second, rows * width_, tile);
        return rows;
    }

  private:
    // The numbers of a list count from the first input, what has none from input `from`.
    [[gnu::always_inline]] void multiply(const Depth& over, size_t from, size_t row, size_t rows,
                                         float* tile) const {
        const Rows left = {call_.x + row * call_.ldx + inputs_.first + from, call_.ldx};
        const Rows right = {weights_ + from * width_, width_};
        tile_over<FloatProduct, true>(over, rows, width_ / kLanes)(over, left, right, tile);
    }

    const DenseForward& call_;
    const Halves& inputs_;
    const Lists* lists_;
    const size_t row0_, width_;
    const float* weights_;
    const bool is_in_halves_;
};

// Runs `each(lists or null, first row, last row)` over rows [row0, row1), as many at a time as there are
// lists for.
template <class Each>
inline void walk_listed(const DenseForward& call, const Halves& inputs, size_t row0, size_t row1,
                        const Each& each) {
    Lists lists;
    if (call.marks.words == nullptr || !lists.hold(1, inputs.depth(), inputs.count)) {
        return each(nullptr, row0, row1);
    }
    const size_t together = lists.most() * kListedRows;
    for (size_t row = row0; row < row1; row += together) {
        const size_t end = row1 - row < together ? row1 : row + together;
        for (size_t r = row; r < end; r += kListedRows) {
            const size_t rows = end - r < kListedRows ? end - r : kListedRows;
            list_inputs(call.marks, r, rows, inputs, lists, (r - row) / kListedRows);
        }
        each(&lists, row, end);
    }
}

void sum_middle(const DenseForward& call, float* sums, size_t k0, size_t k1, size_t row0,
                size_t row1) {
    const int panel = middle_panel(call.w);
    const size_t width = panel_width(call.w, panel);
    if (call.w.transposed) {
        return sum_tile(call, k0, k1, row0, row1 - row0, sums + row0 * width, width);
    }
    const Halves inputs(k0, k1);
    walk_listed(call, inputs, row0, row1, [&](const Lists* lists, size_t first, size_t last) {
        const PanelSums sum(call, inputs, lists, panel, first);
        for (size_t row = first; row < last;) {
            row += sum(row, block_end(row, last) - row, sums + row * width);
        }
    });
}

void dense_forward(const DenseForward& call, int panel0, int panel1, size_t row0, size_t row1) {
    if (call.w.transposed) return transposed_forward(call, row0, row1);
    const Halves inputs(call.w.k);
    const size_t rows = row1 - row0;
    const bool is_few = rows > 0 && rows <= kFewRows && !call.map.is_column && call.sums == nullptr;
    walk_listed(call, inputs, row0, row1, [&](const Lists* lists, size_t first, size_t last) {
        if (is_few) return few_rows_forward(call, inputs, lists, panel0, panel1, row0, row1);
        for (int panel = panel0; panel < panel1; ++panel) {
            const PanelSums sum(call, inputs, lists, panel, first);
            forward_tiles<kTileFloats>(call, panel, first, last, sum);
        }
    });
}
