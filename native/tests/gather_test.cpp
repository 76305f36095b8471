// Gathering rows of every element type, in any order, from rows that are not aligned.
#include <limits>

#include "check.h"

using namespace pronghorn;
using check::Matrix;

namespace {

// Rows lie one byte off every alignment, with a gap between them.
template <class T>
struct Source {
    size_t rows, cols;
    size_t row_bytes;
    std::vector<char> bytes;

    Source(size_t rows_, size_t cols_)
        : rows(rows_),
          cols(cols_),
          row_bytes(cols_ * sizeof(T) + 3),
          bytes(rows_ * row_bytes + 1) {}
    void put(size_t i, size_t j, T value) {
        std::memcpy(bytes.data() + 1 + i * row_bytes + j * sizeof(T), &value, sizeof value);
    }
    Gather gather(ElementType type, const std::vector<int64_t>& index, size_t n, Matrix& out) {
        return {type,
                bytes.data() + 1,
                static_cast<ptrdiff_t>(row_bytes),
                cols,
                index.data(),
                n,
                0.5f,
                -3.0f,
                out.data(),
                out.ld};
    }
};

constexpr size_t kRows = 20;
const std::vector<int64_t> kIndex = {19, 0, 7, 7, 3, 12, 1, 18, 5};

// out = value * 0.5 - 3, exact for integers up to 2^22.
template <class T>
void test_type(const KernelTable& table, ElementType type, const char* name, int64_t low,
               int64_t span) {
    for (const size_t cols : {1, 3, 16, 17, 255, 256, 300, 784}) {
        Source<T> source(kRows, cols);
        const auto value = [&](size_t i, size_t j) {
            return low + static_cast<int64_t>(i * 37 + j * 11) % span;
        };
        for (size_t i = 0; i < kRows; ++i) {
            for (size_t j = 0; j < cols; ++j) source.put(i, j, static_cast<T>(value(i, j)));
        }
        const size_t n = kIndex.size() - 2;
        Matrix out(n, cols, 16);
        const Gather call = source.gather(type, kIndex, n, out);
        bool finite = table.gather(call, 0, 4);
        finite &= table.gather(call, 4, n);
        check::that(finite && out.is_fenced(), "gather of %s, %zu columns", name, cols);
        for (size_t i = 0; i < n; ++i) {
            for (size_t j = 0; j < cols; ++j) {
                const int64_t v = value(static_cast<size_t>(kIndex[i]), j);
                check::that(out.at(i, j) == static_cast<float>(v) * 0.5f - 3.0f,
                            "gather of %s, %zu columns at (%zu, %zu)", name, cols, i, j);
            }
        }
        std::vector<int32_t> labels(n * cols);
        check::that(table.gather_labels(call, labels.data(), 0, n), "labels of %s", name);
        for (size_t i = 0; i < n; ++i) {
            for (size_t j = 0; j < cols; ++j) {
                check::that(labels[i * cols + j] == value(static_cast<size_t>(kIndex[i]), j),
                            "label (%zu, %zu) of %s", i, j, name);
            }
        }
    }
}

struct HalfCase {
    uint16_t bits;
    float value;
};

// IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits.
const HalfCase kHalves[] = {
    {0x0000, 0.0f},     {0x3C00, 1.0f},     {0xC000, -2.0f},    {0x3555, 1365.0f / 4096.0f},
    {0x7BFF, 65504.0f}, {0x0400, 0x1p-14f}, {0x0001, 0x1p-24f}, {0x83FF, -1023.0f * 0x1p-24f},
};

void test_halves(const KernelTable& table) {
    const size_t cols = sizeof kHalves / sizeof kHalves[0];
    Source<uint16_t> source(1, cols);
    for (size_t j = 0; j < cols; ++j) source.put(0, j, kHalves[j].bits);
    Matrix out(1, cols);
    Gather call = source.gather(ElementType::f16, {0}, 1, out);
    const int64_t first = 0;
    call.index = &first;
    call.scale = 1.0f;
    call.offset = 0.0f;
    check::that(table.gather(call, 0, 1), "gather of halves is finite");
    for (size_t j = 0; j < cols; ++j) {
        check::that(out.at(0, j) == kHalves[j].value, "half %04x is %g, expected %g",
                    kHalves[j].bits, static_cast<double>(out.at(0, j)),
                    static_cast<double>(kHalves[j].value));
    }
    const uint16_t infinities_and_nan[] = {0x7C00, 0xFC00, 0x7E00};
    for (const uint16_t bits : infinities_and_nan) {
        source.put(0, cols - 1, bits);
        check::that(!table.gather(call, 0, 1), "half %04x passes for finite", bits);
    }
}

template <class T>
void test_not_finite(const KernelTable& table, ElementType type, const char* name) {
    for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL, 1e300}) {
        if (sizeof(T) == 4 && bad == 1e300) continue;
        for (const size_t at : {0, 6, 299}) {
            Source<T> source(1, 300);
            for (size_t j = 0; j < 300; ++j) source.put(0, j, j == at ? static_cast<T>(bad) : T(1));
            Matrix out(1, 300);
            const std::vector<int64_t> index = {0};
            const Gather call = source.gather(type, index, 1, out);
            check::that(!table.gather(call, 0, 1), "%s %g at %zu passes for finite", name, bad, at);
            std::vector<int32_t> labels(300, 7);
            check::that(!table.gather_labels(call, labels.data(), 0, 1), "%s %g as a label", name,
                        bad);
            check::that(labels[at] == -1 && labels[(at + 1) % 300] == 1, "labels around %s %g",
                        name, bad);
        }
    }
}

// A byte over every divisor, in rows with and without whole vectors, and back.
void test_quotients(const KernelTable& table) {
    for (const size_t cols : {5, 256}) {
        Source<uint8_t> source(1, 256);
        for (size_t j = 0; j < 256; ++j) source.put(0, j, static_cast<uint8_t>(j));
        Matrix out(1, 256);
        const std::vector<int64_t> index = {0};
        for (int divisor = 1; divisor <= static_cast<int>(kMostDivisor); ++divisor) {
            const auto over = static_cast<float>(divisor);
            Gather call = source.gather(ElementType::u8, index, 1, out);
            call.cols = cols;
            call.scale = 1.0f;
            call.offset = 0.0f;
            call.divisor = over;
            check::that(table.gather(call, 0, 1), "bytes over %d are finite", divisor);
            std::vector<float> row(cols);
            for (size_t j = 0; j < cols; ++j) {
                row[j] = static_cast<float>(j) / over;
                check::that(out.at(0, j) == row[j], "%zu / %d is %.9g, gathered %.9g", j, divisor,
                            static_cast<double>(row[j]), static_cast<double>(out.at(0, j)));
            }
            std::vector<uint8_t> bytes(cols);
            check::that(table.to_bytes(ElementType::f32, row.data(), cols, over, bytes.data()),
                        "quotients by %d are found", divisor);
            const std::vector<double> wide(row.begin(), row.end());
            check::that(table.to_bytes(ElementType::f64, wide.data(), cols, over, bytes.data()),
                        "wide quotients by %d are found", divisor);
            for (size_t j = 0; j < cols; ++j) {
                check::that(bytes[j] == j, "%zu / %d is byte %d", j, divisor, bytes[j]);
            }
        }
    }
}

// One number that is no quotient of a byte, anywhere in a row.
void test_no_quotients(const KernelTable& table) {
    const float third = 85.0f / 255.0f;
    const float others[] = {
        std::nanf(""), HUGE_VALF, -HUGE_VALF,      -third, -0.0f,
        0.5f,          1.1f,      256.0f / 255.0f, 1e-45f, std::nextafter(third, 1.0f)};
    for (const float other : others) {
        for (const size_t at : {0, 255, 256, 299}) {
            std::vector<float> row(300, third);
            std::vector<uint8_t> bytes(300);
            const auto found = [&] {
                return table.to_bytes(ElementType::f32, row.data(), 300, 255.0f, bytes.data());
            };
            check::that(found(), "85 / 255 is a quotient");
            row[at] = other;
            check::that(!found(), "%g at %zu passes for a byte over 255",
                        static_cast<double>(other), at);
        }
    }
}

// What becomes of 0, 1, 5, 6 and 255 on the way.
struct Conversion {
    float scale, offset, divisor;
};

// Rows taken in two calls, 1 or 3 words apart: a mark where a number that was written is not 0.
template <class T>
void test_marks(const KernelTable& table, ElementType type, const Conversion& by) {
    constexpr uint16_t kUntouched = 0xABCD;
    const size_t n = kIndex.size(), ld = 3 * n + 5;
    for (const size_t cols : {1, 3, 15, 16, 17, 40, 784}) {
        for (const size_t step : {1, 3}) {
            check::Random random;
            Source<T> source(kRows, cols);
            for (size_t i = 0; i < kRows; ++i) {
                for (size_t j = 0; j < cols; ++j) {
                    const T values[] = {0, 6, 6, 0, 5, 255, 1};
                    source.put(i, j, values[random.below(7)]);
                }
            }
            Matrix out(n, cols, 16);
            const size_t lines = (cols + 15) / 16;
            std::vector<uint16_t> words(lines * ld, kUntouched);
            Gather call = source.gather(type, kIndex, n, out);
            call.scale = by.scale;
            call.offset = by.offset;
            call.divisor = by.divisor;
            call.marks = {words.data(), ld};
            call.marks_step = step;
            table.gather(call, 0, 4);
            table.gather(call, 4, n);
            for (size_t line = 0; line < lines; ++line) {
                for (size_t at = 0; at < ld; ++at) {
                    const size_t i = at / step;
                    uint16_t expected = 0;
                    for (size_t b = 0; b < 16 && i < n && 16 * line + b < cols; ++b) {
                        const bool is_set = out.at(i, 16 * line + b) != 0.0f;
                        expected = static_cast<uint16_t>(expected | (is_set ? 1u : 0u) << b);
                    }
                    if (at % step != 0 || i >= n) expected = kUntouched;
                    check::that(words[line * ld + at] == expected,
                                "marks of %zu columns, step %zu, line %zu at %zu: %g x / %g + %g",
                                cols, step, line, at, static_cast<double>(by.scale),
                                static_cast<double>(by.divisor), static_cast<double>(by.offset));
                }
            }
        }
    }
}

void test_all_marks(const KernelTable& table) {
    // 6 becomes 0 by the offset.
    test_marks<float>(table, ElementType::f32, {0.5f, -3.0f, 1.0f});
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    for (const Conversion& by : {Conversion{1.0f, 0.0f, 1.0f},
                                 {1.0f, 0.0f, 255.0f},
                                 {-2.0f, 0.0f, 255.0f},
                                 {0.5f, -3.0f, 1.0f},
                                 {1.0f, 2.0f, 1.0f},
                                 {0.0f, 0.0f, 1.0f},
                                 {1e-44f, 0.0f, 256.0f},
                                 {kInfinity, 0.0f, 1.0f}}) {
        test_marks<uint8_t>(table, ElementType::u8, by);
    }
}

}  // namespace

void test_gather(const KernelTable& table) {
    test_type<float>(table, ElementType::f32, "f32", -1000, 100000);
    test_type<double>(table, ElementType::f64, "f64", -1000, 100000);
    test_type<uint8_t>(table, ElementType::u8, "u8", 0, 256);
    test_type<int8_t>(table, ElementType::i8, "i8", -128, 256);
    test_type<uint16_t>(table, ElementType::u16, "u16", 0, 65536);
    test_type<int16_t>(table, ElementType::i16, "i16", -32768, 65536);
    test_type<uint32_t>(table, ElementType::u32, "u32", 0, 1 << 22);
    test_type<int32_t>(table, ElementType::i32, "i32", -70000, 140000);
    test_type<uint64_t>(table, ElementType::u64, "u64", 0, 1 << 22);
    test_type<int64_t>(table, ElementType::i64, "i64", -70000, 140000);
    test_type<uint8_t>(table, ElementType::boolean, "bool", 0, 2);
    test_quotients(table);
    test_no_quotients(table);
    test_halves(table);
    test_all_marks(table);
    test_not_finite<float>(table, ElementType::f32, "f32");
    test_not_finite<double>(table, ElementType::f64, "f64");

    Source<int64_t> source(1, 1);
    source.put(0, 0, int64_t{1} << 32);  // would wrap to 0
    Matrix out(1, 1);
    const std::vector<int64_t> index = {0};
    int32_t label = 0;
    check::that(!table.gather_labels(source.gather(ElementType::i64, index, 1, out), &label, 0, 1),
                "a label of 2^32 passes for an int32");
}
