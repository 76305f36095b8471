// Philox against the known answers of its authors, and the mask against one counter at a time.
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

void test_mask(const KernelTable& table, float keep, size_t rows, size_t cols) {
    const uint64_t seed = 0x0123456789ABCDEFu, step = 0x100000002u;
    const uint32_t stream = 5;
    Matrix mask(rows, cols, 16);
    table.dropout_mask(seed, stream, step, keep, cols, mask.data(), mask.ld, rows / 2, rows);
    table.dropout_mask(seed, stream, step, keep, cols, mask.data(), mask.ld, 0, rows / 2);
    for (size_t i = 0; i < rows; ++i) {
        for (size_t j = 0; j < cols; ++j) {
            const size_t c0 = (i * ((cols + 63) / 64) + j / 64) * 16 + j % 16;
            const PhiloxWords words =
                philox4x32({{static_cast<uint32_t>(c0), stream, static_cast<uint32_t>(step),
                             static_cast<uint32_t>(step >> 32)}},
                           seed);
            const double word = words.word[(j % 64) / 16];
            const bool is_kept = word < std::floor(static_cast<double>(keep) * 0x1p32);
            check::that(mask.at(i, j) == (is_kept ? 1.0f / keep : 0.0f),
                        "mask (%zu, %zu), keep %g, at (%zu, %zu)", rows, cols,
                        static_cast<double>(keep), i, j);
        }
    }
    check::that(mask.is_fenced(), "mask (%zu, %zu) wrote outside", rows, cols);
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

void test_dropout(const KernelTable& table) {
    for (const size_t cols : {1, 10, 16, 17, 63, 64, 65, 130}) {
        test_mask(table, 0.8f, 5, cols);
        test_mask(table, 1.0f, 2, cols);
    }
    test_mask(table, 0.01f, 40, 300);
}
