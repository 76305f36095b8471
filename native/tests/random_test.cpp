// Philox against the known answers of its authors, and matrices against one counter at a time.
#include "check.h"
#include "core/philox.h"

using namespace pronghorn;
using check::Matrix;

namespace {

struct Known {
    uint32_t counter[4];
    uint64_t key;
    uint32_t words[4];
};

// Random123, kat_vectors, philox4x32 with 10 rounds.
const Known kKnown[] = {
    {{0, 0, 0, 0}, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     0xffffffffffffffff,
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     0x299f31d0a4093822,
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

constexpr uint64_t kSeed = 0x0123456789ABCDEFu, kStep = 0x100000002u;
constexpr uint32_t kStream = 5;

// The word of element (i, j) as table.h has it.
uint32_t word_of(size_t i, size_t j, size_t cols) {
    const size_t c0 = (i * ((cols + 63) / 64) + j / 64) * 16 + j % 16;
    const PhiloxWords words =
        philox4x32({{static_cast<uint32_t>(c0), kStream, static_cast<uint32_t>(kStep),
                     static_cast<uint32_t>(kStep >> 32)}},
                   kSeed);
    return words.word[(j % 64) / 16];
}

double share_of(uint32_t word) { return static_cast<double>(word >> 8) * 0x1p-24; }

void test_mask(const KernelTable& table, float keep, size_t rows, size_t cols) {
    Matrix mask(rows, cols, 16);
    table.dropout_mask(kSeed, kStream, kStep, keep, cols, mask.data(), mask.ld, rows / 2, rows);
    table.dropout_mask(kSeed, kStream, kStep, keep, cols, mask.data(), mask.ld, 0, rows / 2);
    for (size_t i = 0; i < rows; ++i) {
        for (size_t j = 0; j < cols; ++j) {
            const double word = word_of(i, j, cols);
            const bool is_kept = word < std::floor(static_cast<double>(keep) * 0x1p32);
            check::that(mask.at(i, j) == (is_kept ? 1.0f / keep : 0.0f),
                        "mask (%zu, %zu), keep %g, at (%zu, %zu)", rows, cols,
                        static_cast<double>(keep), i, j);
        }
    }
    check::that(mask.is_fenced(), "mask (%zu, %zu) wrote outside", rows, cols);
}

// The kernel's rows by halves, the second one first.
using Draw = void (*)(uint64_t, uint32_t, uint64_t, size_t, float*, size_t, size_t, size_t);
void draw_halves(Draw draw, Matrix& out) {
    draw(kSeed, kStream, kStep, out.cols, out.data(), out.ld, out.rows / 2, out.rows);
    draw(kSeed, kStream, kStep, out.cols, out.data(), out.ld, 0, out.rows / 2);
}

void test_numbers(const KernelTable& table, size_t rows, size_t cols) {
    Matrix uniform(rows, cols, 16), normal(rows, cols, 16);
    draw_halves(table.random_uniform, uniform);
    draw_halves(table.random_normal, normal);
    const double turn = 2.0 * std::acos(-1.0);
    for (size_t i = 0; i < rows; ++i) {
        for (size_t j = 0; j < cols; ++j) {
            check::that(uniform.at(i, j) == static_cast<float>(share_of(word_of(i, j, cols))),
                        "uniform (%zu, %zu) at (%zu, %zu)", rows, cols, i, j);
            const bool is_sine = j % 32 >= 16;
            const size_t first = is_sine ? j - 16 : j;
            const double u = share_of(word_of(i, first, cols)) + 0x1p-24;
            const double angle = turn * share_of(word_of(i, first + 16, cols));
            const double exact =
                std::sqrt(-2.0 * std::log(u)) * (is_sine ? std::sin(angle) : std::cos(angle));
            check::that(std::fabs(static_cast<double>(normal.at(i, j)) - exact) < 1e-6,
                        "normal (%zu, %zu) at (%zu, %zu) is %g, expected %g", rows, cols, i, j,
                        static_cast<double>(normal.at(i, j)), exact);
        }
    }
    check::that(uniform.is_fenced() && normal.is_fenced(), "numbers (%zu, %zu) wrote outside", rows,
                cols);
}

}  // namespace

void test_philox() {
    check::isa = "philox";
    for (const Known& known : kKnown) {
        PhiloxWords counter;
        std::memcpy(counter.word, known.counter, sizeof known.counter);
        const PhiloxWords got = philox4x32(counter, known.key);
        check::that(std::memcmp(got.word, known.words, sizeof known.words) == 0,
                    "known answer %08x", known.words[0]);
    }
}

void test_random(const KernelTable& table) {
    for (const size_t cols : {1, 10, 16, 17, 63, 64, 65, 130}) {
        test_mask(table, 0.8f, 5, cols);
        test_mask(table, 1.0f, 2, cols);
    }
    test_mask(table, 0.01f, 40, 300);
    for (const size_t cols : {1, 16, 17, 33, 64, 130}) test_numbers(table, 9, cols);
}
