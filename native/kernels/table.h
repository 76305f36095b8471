// The ISA seam: every instruction set exports one KernelTable of plain function pointers.
//
// Dimension letters: n rows of a batch, k inputs, m outputs, c classes. Every matrix of
// activations is row-major with a leading dimension `ld` (floats) that is a multiple of
// kAlignFloats; not one of 128, where it can be chosen: rows 512 bytes apart share a few cache
// sets, which costs the AVX2 weight gradient a fifth. Columns beyond the logical width ("pads")
// may hold anything: no kernel lets a pad reach a real element, and every kernel may write pads
// up to the next multiple of kAlignFloats.
//
// A matrix of one column may have ld 1: its rows lie side by side, with kAlignFloats more behind
// them, and a formula takes a vector of rows at a time. Every kernel may read one, the pads being
// the rows below; formulas (TileMap::is_column) and kernels that give one number a row write it.
//
// Bits: an output element is always summed by one accumulator, in the order of the summed index,
// with the same vector instructions, whatever rectangle of work it was part of. So the numbers
// depend neither on the thread count nor on how a caller cuts the work. Terms whose left factor is
// 0 may be left out, where the caller says which they are (`Marks`): they change no sum, unless
// the other factor is infinite or NaN, but for the sign of a 0.
#pragma once

#include <cstddef>
#include <cstdint>

namespace pronghorn {

inline constexpr size_t kAlignFloats = 16;
inline constexpr int kMaxInputs = 12;  // operands of one pointwise formula
inline constexpr int kMaxOutputs = 6;
inline constexpr int kMaxScalars = 32;     // lifted constants and step scalars of one formula
inline constexpr int kMaxRegisters = 256;  // inputs, scalars and temporaries of a MicroProgram

// One operand of a formula, seen as a matrix: element (i, j) is
// data[i * row_stride + j * col_step]. row_stride 0 repeats one row, col_step 0 repeats one column
// (col_step is 0 or 1).
struct Operand {
    float* data;
    ptrdiff_t row_stride;
    uint32_t col_step;
};

// The rows of a column from `row` on as the columns of one row; a number repeated down the column
// stays one. (static: each instruction set has its own.)
static inline Operand as_row(const Operand& column, size_t row) {
    return {column.data + static_cast<ptrdiff_t>(row) * column.row_stride, 0,
            column.row_stride != 0 ? 1u : 0u};
}

// User-made pointwise formulas: registers hold one vector each; register r < inputs is an input,
// then the scalars, then temporaries. `op` is an OpCode of ops.gen.h. Only temporaries are written
// (dst >= inputs + scalars); unused operands name register 0.
struct Instruction {
    uint16_t op, dst, a, b, c;
};
struct MicroProgram {
    int inputs, scalars, registers, instructions, outputs;
    const Instruction* code;
    const uint16_t* output_registers;
};

// Apply a formula to a rows x cols rectangle. Whole vectors are computed, so up to
// kAlignFloats - 1 columns past `cols` are read and written.
struct MapCall {
    size_t rows, cols;
    Operand in[kMaxInputs];
    Operand out[kMaxOutputs];
    const float* scalars;
};
using MapFn = void (*)(const MapCall&, const MicroProgram*);

// columns[j] += the sum of map(x) over rows of x (rows, width), packed; for a formula of one operand.
using SumFn = void (*)(const float* x, size_t rows, size_t width, const float* scalars,
                       double* columns);

// A weight gradient and the update behind it, for one formula.
struct DenseWeightGradient;
using UpdateFn = void (*)(const DenseWeightGradient&, int panel0, int panel1, size_t k0, size_t k1);

// A formula bound to its loop: a generated one (program null) or the interpreter. Operands are
// whole matrices; a kernel addresses the tile it has just computed. in[0] of a matrix-product map
// is the product's own tile and is filled by the kernel.
struct TileMap {
    MapFn fn;
    const MicroProgram* program;
    int inputs, outputs;
    Operand in[kMaxInputs];
    Operand out[kMaxOutputs];
    const float* scalars;
    SumFn sum = nullptr;        // what sums up results, if not `fn` and a sum behind it
    UpdateFn update = nullptr;  // what computes a weight gradient with this formula, if not `fn`
    bool is_column = false;     // results have one column and ld 1; operands too, or are repeated
};

// Weights (k, m) packed in column panels, for good: panel p covers the columns
// [first_col[p], first_col[p + 1]), padded to whole vectors; its k rows are contiguous.
// Element (i, j) of panel p is at  k * first_col[p] + i * width(p) + (j - first_col[p]).
//
// So few columns that most of a vector would be pads lie transposed instead, in strips of
// kAlignFloats inputs, the last one padded: a strip holds its inputs' weights of the first column,
// then those of the next. They count as one panel, and whoever has a part of their rows has one
// piece of memory; products are cut at pairs of strips.
struct Panels {
    size_t k, m;
    int count;
    const uint32_t* first_col;  // count + 1 entries, multiples of the table's lanes
    bool transposed = false;    // or packed
};
inline constexpr size_t kFewColumns = 12;  // the most that lie transposed, of any table
inline constexpr size_t kPairOfStrips = 2 * kAlignFloats;

// Where element (i, j) of transposed weights is.
static inline size_t strip_place(const Panels& w, size_t i, size_t j) {
    return (i - i % kAlignFloats) * w.m + j * kAlignFloats + i % kAlignFloats;
}

// The panel that two threads would both have a part of, or -1 if the middle lies between two. Where
// there are many inputs, the products of the first half of them are summed on their own in it, and
// added to the sum of the others: each of two threads can then take one half.
static inline int middle_panel(const Panels& w) {
    for (int p = 0; p < w.count; ++p) {
        if (w.first_col[p] + w.first_col[p + 1] == w.first_col[w.count]) return p;
    }
    return -1;
}
inline constexpr size_t kFewestInHalves = 256;
static inline size_t first_half(size_t k) {
    return k < kFewestInHalves ? k : k / 2 / kPairOfStrips * kPairOfStrips;
}

// Which elements of x are not 0, for products that leave the others out: bit b of words[j * ld + i]
// says it of element (i, 16 j + b). Words of rows below each other lie side by side. Null: nobody
// looked, because x hardly has zeros.
struct Marks {
    static constexpr size_t kColumns = 16;  // of a word
    uint16_t* words = nullptr;
    size_t ld = 0;
};

// Rows of a forward tile that leaves out columns in which all of them are 0: the fewer they are, the
// more columns it leaves out.
inline constexpr size_t kListedRows = 4;

// y = map(x @ w): x is (n, k), w packed (k, m), results (n, m).
struct DenseForward {
    size_t n;
    const float* x;
    size_t ldx;
    Panels w;
    const float* weights;
    TileMap map;    // operands are (n, m) matrices, (m,) rows, (n, 1) columns or scalars
    Marks marks{};  // of x
    // Of the middle panel, the sums of both halves of the inputs, where they are known, behind each
    // other: (2, n, width of the panel).
    const float* sums = nullptr;
};

// dx = map(dz @ w.T): dz is (n, m), w packed (k, m), results (n, k).
struct DenseInputGradient {
    size_t n;
    const float* dz;
    size_t lddz;
    Panels w;
    const float* weights;
    TileMap map;  // operands are (n, k) matrices, (k,) rows, (n, 1) columns or scalars
};

// Rows of a data set that will be gathered next. Whoever works meanwhile brings them into its
// core's cache, a few lines at a time: all at once they fill the queue to memory, and the work waits.
struct RowsAhead {
    const void* source = nullptr;
    ptrdiff_t row_bytes = 0;  // distance of two rows
    size_t bytes = 0;         // of each row that are read
    const int64_t* index = nullptr;
    size_t rows = 0;  // still to bring, and of the first of them
    size_t done = 0;  // the bytes that were

    static constexpr size_t kLineBytes = 64;
    size_t lines() const { return rows * ((bytes + kLineBytes - 1) / kLineBytes); }
};

// map(x.T @ dz): x is (n, k), dz is (n, m). Operands of the map are packed like w (row_stride and
// col_step both nonzero mean "packed"), or scalars (both zero).
struct DenseWeightGradient {
    size_t n;
    const float* x;
    size_t ldx;
    const float* dz;
    size_t lddz;
    Panels w;
    TileMap map;
    Marks marks{};             // of x; k ranges are then cut at k_block
    float* scratch = nullptr;  // weight_gradient_scratch(n, m) floats, 64-byte aligned, or none
    // Rows to bring in meanwhile, so many lines at each tile.
    RowsAhead* ahead = nullptr;
    size_t lines_ahead = 0;
};

using ColumnFn = void (*)(const float* x, size_t ldx, size_t n, float* out, size_t col0,
                          size_t col1);

// map(sum over rows of x): x is (n, m), operands are (m,) rows or scalars.
struct ColumnSum {
    size_t n;
    const float* x;
    size_t ldx;
    TileMap map;
};

enum class ElementType : int { f32, f64, f16, u8, i8, u16, i16, u32, i32, u64, i64, boolean };

// out[i, :] = source[index[i], :] / divisor * scale + offset, converted to float. Only bytes are
// divided, by a whole number up to kMostDivisor, and the quotient is rounded once.
inline constexpr float kMostDivisor = 256.0f;
struct Gather {
    ElementType type;
    const void* source;
    ptrdiff_t row_bytes;  // distance of two rows
    size_t cols;
    const int64_t* index;  // row numbers of this batch
    size_t n;
    float scale, offset;
    float* out;
    size_t ld;
    float divisor = 1.0f;
    Marks marks{};  // of out, to be written; row i's are `marks_step` words from the next one's
    size_t marks_step = 1;
};

// out[i] = the byte k with row[i], as a float, = k / divisor as a gather finds it, to the bit. False
// where there is none: `out` then holds anything. For f32 and f64.
using ToBytes = bool (*)(ElementType type, const void* row, size_t count, float divisor,
                         uint8_t* out);

enum class Reduction : int { sum, mean, max, product };

// Products of operands rounded to bfloat16, summed in float32. Operands are words of 32 bits that
// hold `depth` numbers next to each other along the summed axis, made of floats by `along` (one row
// after the other) and by `across` (rows below each other); both leave zeros where a word has no
// number. Weights stay floats and are rounded on the way. The seam is its own, and not a part of an
// instruction set, because units for such products come apart from it (BF16 dots, tiles).
//
// With parts = 3 a product of floats is three of such products: with x = h + l, h the rounded
// number and l what it lacks (rounded too), x y is near h_x h_y + h_x l_y + l_x h_y. The summed axis
// is then three times as long: left operands hold h, h, l one behind the other, right ones h, l, h.
struct RoundedKernels {
    const char* isa;  // "amx", "avx512_bf16", "emulated", "emulated_amx"
    int depth;        // numbers in a word; row blocks are multiples of it
    bool split_pays;  // whether three products take less time than one of floats

    // out (rows, words of k) and (words of rows, k), of h or, with `low`, of l; row0 a multiple of
    // `depth`.
    void (*along)(const float* x, size_t ldx, size_t k, float* out, size_t ld, size_t row0,
                  size_t row1, bool low);
    void (*across)(const float* x, size_t ldx, size_t k, float* out, size_t ld, size_t row0,
                   size_t row1, bool low);
    // The products of KernelTable: x and dz are words along rows (forward, input gradient) or
    // across rows (weight gradient, whose n counts numbers of one part). Scratch: floats of a
    // thread, by k, m or n, for each part.
    void (*dense_forward)(const DenseForward&, int parts, int panel0, int panel1, size_t row0,
                          size_t row1, float* scratch);
    size_t (*forward_scratch)(size_t k);
    void (*dense_input_gradient)(const DenseInputGradient&, int parts, size_t k0, size_t k1,
                                 size_t row0, size_t row1, float* scratch);
    size_t (*input_gradient_scratch)(size_t m);
    void (*dense_weight_gradient)(const DenseWeightGradient&, int parts, int panel0, int panel1,
                                  size_t k0, size_t k1, float* scratch);
    size_t (*weight_gradient_scratch)(size_t n);
};

// Whether a part of an operand is l: of the left operand the last, of the right one the middle.
constexpr bool is_low_part(bool right, int part) { return part == (right ? 1 : 2); }

struct KernelTable {
    const char* isa;    // "scalar", "avx2", "avx512", "neon"
    int lanes;          // floats in a vector
    int panel_vectors;  // vectors in a full column panel
    int row_block;      // rows of the forward tile: cut row ranges at its multiples
    int k_block;        // rows of the weight-gradient tile: cut k ranges at its multiples

    void (*dense_forward)(const DenseForward&, int panel0, int panel1, size_t row0, size_t row1);
    // x @ w of the inputs [k0, k1) and without a map, for the middle panel: sums (n, its width); of
    // transposed weights not the pads.
    void (*sum_middle)(const DenseForward&, float* sums, size_t k0, size_t k1, size_t row0,
                       size_t row1);
    // Scratch: input_gradient_scratch(m) floats, 64-byte aligned, one per thread. Cut k ranges at
    // multiples of kAlignFloats: they are columns of dx, and whole vectors are written.
    void (*dense_input_gradient)(const DenseInputGradient&, size_t k0, size_t k1, size_t row0,
                                 size_t row1, float* scratch);
    size_t (*input_gradient_scratch)(size_t m);
    void (*dense_weight_gradient)(const DenseWeightGradient&, int panel0, int panel1, size_t k0,
                                  size_t k1);
    size_t (*weight_gradient_scratch)(size_t n, size_t m);
    // The same products of rounded operands without a unit for them: made of floats; and those of
    // matrix tiles, number by number, which take a hundred times as long and are for tests.
    const RoundedKernels *rounded, *tiled;
    void (*column_sum)(const ColumnSum&, size_t col0, size_t col1);  // cut at kAlignFloats
    // Down the columns [col0, col1) of x (n, m), cut at kAlignFloats: out[j] = the largest element
    // of column j (NaN where it holds one), the product of all, and the row of the first largest
    // (of the first NaN where there is one).
    ColumnFn max_columns, product_columns, arg_max_columns;
    // Sum of map(operands) over rows [k0, k1) of one panel, real columns only; one output.
    double (*panel_sum)(const Panels&, const TileMap&, int panel, size_t k0, size_t k1);

    // The loop generated for a formula's canonical text, and the weight gradient that has this
    // update in its own loop; or null.
    MapFn (*find_map)(const char* key);
    UpdateFn (*find_update)(const char* key);
    SumFn (*find_sum)(const char* key);
    MapFn interpret;

    // False when a source held what has no finite float32 (NaN, infinity) in [row0, row1).
    bool (*gather)(const Gather&, size_t row0, size_t row1);
    ToBytes to_bytes;
    // Row i gives the labels out[i * cols] and on, truncated towards zero. False also where one
    // does not fit (it becomes -1).
    bool (*gather_labels)(const Gather&, int32_t* out, size_t row0, size_t row1);

    // Row-wise, rows [row0, row1): x, out (n, c) with leading dimensions. Results of one number a
    // row may have ld 1; the others are written in whole vectors.
    void (*reduce_rows)(Reduction, const float* x, size_t ldx, size_t cols, float* out,
                        size_t ld_out, size_t row0, size_t row1);
    void (*softmax)(const float* z, size_t ldz, size_t c, float* out, size_t ldo, size_t row0,
                    size_t row1);
    void (*log_softmax)(const float* z, size_t ldz, size_t c, float* out, size_t ldo, size_t row0,
                        size_t row1);
    // dz = p * (g - sum(g * p)) and dz = g - exp(y) * sum(g), with p, y the forward results.
    void (*softmax_gradient)(const float* p, size_t ldp, const float* g, size_t ldg, size_t c,
                             float* dz, size_t lddz, size_t row0, size_t row1);
    void (*log_softmax_gradient)(const float* y, size_t ldy, const float* g, size_t ldg, size_t c,
                                 float* dz, size_t lddz, size_t row0, size_t row1);
    // loss[i] = logsumexp(z[i]) - z[i, label[i]];  dz = (softmax(z) - onehot) * g[i].
    void (*sparse_xent)(const float* z, size_t ldz, size_t c, const int32_t* label, float* loss,
                        size_t ld_loss, size_t row0, size_t row1);
    void (*sparse_xent_gradient)(const float* z, size_t ldz, size_t c, const int32_t* label,
                                 const float* g, size_t ldg, float* dz, size_t lddz, size_t row0,
                                 size_t row1);
    // loss[i] = -sum_j t[i, j] * log_softmax(z)[i, j];  dz = (softmax(z) * sum(t) - t) * g[i].
    void (*dense_xent)(const float* z, size_t ldz, size_t c, const float* t, size_t ldt,
                       float* loss, size_t ld_loss, size_t row0, size_t row1);
    void (*dense_xent_gradient)(const float* z, size_t ldz, size_t c, const float* t, size_t ldt,
                                const float* g, size_t ldg, float* dz, size_t lddz, size_t row0,
                                size_t row1);
    // out[i] = 1 where argmax(p[i]) (first maximum) is the label, or argmax(t[i]); else 0.
    void (*sparse_hit)(const float* p, size_t ldp, size_t c, const int32_t* label, float* out,
                       size_t ld_out, size_t row0, size_t row1);
    void (*dense_hit)(const float* p, size_t ldp, size_t c, const float* t, size_t ldt, float* out,
                      size_t ld_out, size_t row0, size_t row1);

    // out[i] = the column of the first largest entry of x[i], of the first NaN where there is one.
    void (*arg_max)(const float* x, size_t ldx, size_t c, float* out, size_t ld_out, size_t row0,
                    size_t row1);

    // out[i, :] = the packed row label[i] of a table; rows [row0, row1).
    void (*take_rows)(const Panels& w, const float* table, const int32_t* label, float* out,
                      size_t ld, size_t row0, size_t row1);
    // The packed row v of `sums` = the sum of the rows i of dy with label[i] == v, in order of i,
    // and 0 where there is none; only the rows of one of `parts` disjoint shares of the table.
    void (*sum_by_label)(const Panels& w, const float* dy, size_t ld, const int32_t* label,
                         size_t n, float* sums, size_t part, size_t parts);

    // Inverted-dropout mask: 0, or 1 / keep, from Philox4x32-10 with key = seed and the counter
    // (c0, stream, step_lo, step_hi) where c0 = (i * ceil(cols / 64) + j / 64) * 16 + j % 16 and
    // the word used is (j % 64) / 16. Kept where word < threshold, threshold = floor(keep * 2^32).
    void (*dropout_mask)(uint64_t seed, uint32_t stream, uint64_t step, float keep, size_t cols,
                         float* out, size_t ld, size_t row0, size_t row1);
    // With u = (word >> 8) * 2^-24, the words being those of the mask: u itself, and the normal
    // numbers of Box and Muller: with r = sqrt(-2 log(u + 2^-24)) of word 0 (or 2) and u' of word 1
    // (or 3), r cos(2 pi u') is the former's element and r sin(2 pi u') the latter's.
    void (*random_uniform)(uint64_t seed, uint32_t stream, uint64_t step, size_t cols, float* out,
                           size_t ld, size_t row0, size_t row1);
    void (*random_normal)(uint64_t seed, uint32_t stream, uint64_t step, size_t cols, float* out,
                          size_t ld, size_t row0, size_t row1);
};

// The most columns that lie transposed: those of one panel.
inline size_t few_columns(const KernelTable& table) {
    const auto panel = static_cast<size_t>(table.lanes * table.panel_vectors);
    return panel < kFewColumns ? panel : kFewColumns;
}

// The tables compiled in and usable on this machine, best first.
const KernelTable* const* available_tables(int* count);

// The rounded products that go with a table on this machine, best first: those of the processor's
// own units, then those without one. The first call asks the system for what they need.
struct RoundedUnits {
    const RoundedKernels* units[4];
    int count;
};
RoundedUnits rounded_units(const KernelTable& table);
// The one in force: PRONGHORN_UNIT if set (an absent one gives null), else the best.
const RoundedKernels* default_unit(const KernelTable& table);
const char* wanted_unit();
const RoundedKernels* unit_named(const KernelTable& table, const char* isa);

// The table in force: PRONGHORN_ISA if set (an absent one gives null), else the best.
const KernelTable* default_table();
// PRONGHORN_ISA as it is set, null where it is not.
const char* wanted_isa();
const KernelTable* table_named(const char* isa);

}  // namespace pronghorn
