// How a weight gradient, a sum over the rows of a batch, is cut.

// Tiles of a weight gradient that are summed together, one below the other in a panel, and the inputs
// whose weights they are.
constexpr size_t kGroupInputs = 32, kTilesTogether = kGroupInputs / kRowBlock;

// A long sum over rows is taken in parts, one after the other for all tiles of a group: what they
// read of so many rows of both operands stays in L1, which all the rows of a large batch would not.
// The sums go on where they were, so they keep their bits.
constexpr size_t kRowsOfPart = 128, kMostRowsInOne = 1024;
struct Parts {
    size_t count = 1, rows, depth;  // rows of each but the last, whole lines

    explicit Parts(size_t all) : rows(all), depth(all) {
        if (!pay(all)) return;
        count = (all + kRowsOfPart - 1) / kRowsOfPart;
        rows = round_up((all + count - 1) / count, kLineFloats);
    }
    static bool pay(size_t depth) { return depth > kMostRowsInOne; }
    size_t first(size_t part) const { return part * rows; }
    size_t last(size_t part) const { return part + 1 == count ? depth : (part + 1) * rows; }
};
