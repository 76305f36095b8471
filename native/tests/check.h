// A small harness for the native tests: counted checks, fenced buffers, repeatable numbers.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <initializer_list>
#include <limits>
#include <vector>

#include "kernels/ops.gen.h"
#include "kernels/table.h"

namespace check {

inline int failures = 0;
inline long checks = 0;
inline const char* isa = "";

template <class... Arguments>
bool that(bool holds, const char* format, Arguments... arguments) {
    ++checks;
    if (holds) return true;
    // The first failures tell the story; the rest are counted.
    if (++failures <= 20) {
        std::printf("FAIL [%s] ", isa);
        std::printf(format, arguments...);
        std::printf("\n");
    }
    return false;
}

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Numbers in [low, high), the same in every run.
struct Random {
    uint64_t state = 0x9E3779B97F4A7C15u;
    uint64_t next() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return state;
    }
    float between(float low, float high) {
        return low + (high - low) * static_cast<float>(next() >> 40) * 0x1p-24f;
    }
    size_t below(size_t limit) { return static_cast<size_t>(next() % limit); }
};

inline size_t padded(size_t cols) {
    return (cols + pronghorn::kAlignFloats - 1) / pronghorn::kAlignFloats * pronghorn::kAlignFloats;
}

// A rows x cols matrix whose pads hold NaN and whose both ends are fenced: what a kernel reads
// beyond the real columns must not count, and what it writes beyond the pads is found. The first
// row may start anywhere: kernels assume no alignment of data.
struct Matrix {
    size_t rows, cols, ld;
    std::vector<float> storage;
    static constexpr size_t kFence = 64;
    static constexpr float kMark = -7777.25f;

    Matrix(size_t rows_, size_t cols_, size_t extra_ld = 0)
        : rows(rows_),
          cols(cols_),
          ld(padded(cols_) + extra_ld),
          storage(rows_ * ld + 2 * kFence, kNaN) {
        for (size_t i = 0; i < kFence; ++i) storage[i] = storage[storage.size() - 1 - i] = kMark;
    }
    float* data() { return storage.data() + kFence; }
    const float* data() const { return storage.data() + kFence; }
    float& at(size_t i, size_t j) { return data()[i * ld + j]; }
    float at(size_t i, size_t j) const { return data()[i * ld + j]; }
    Matrix& fill(Random& random, float low = -1.0f, float high = 1.0f) {
        for (size_t i = 0; i < rows; ++i) {
            for (size_t j = 0; j < cols; ++j) at(i, j) = random.between(low, high);
        }
        return *this;
    }
    pronghorn::Operand operand() { return {data(), static_cast<ptrdiff_t>(ld), 1}; }
    bool is_fenced() const {
        for (size_t i = 0; i < kFence; ++i) {
            if (storage[i] != kMark || storage[storage.size() - 1 - i] != kMark) return false;
        }
        return true;
    }
    bool same_bits(const Matrix& other) const {
        for (size_t i = 0; i < rows; ++i) {
            const size_t bytes = cols * sizeof(float);
            if (std::memcmp(data() + i * ld, other.data() + i * other.ld, bytes) != 0) return false;
        }
        return true;
    }
};

// The marks of a matrix (table.h), with set bits behind its columns and rows, which nobody may read.
struct Marked {
    size_t ld;
    std::vector<uint16_t> words;

    explicit Marked(const Matrix& x) : ld(x.rows + 3), words((x.cols + 15) / 16 * ld, 0xFFFF) {
        for (size_t i = 0; i < x.rows; ++i) {
            for (size_t j = 0; j < x.cols; ++j) {
                uint16_t& word = words[j / 16 * ld + i];
                if (j % 16 == 0) word = 0;
                if (x.at(i, j) != 0.0f) word = static_cast<uint16_t>(word | 1u << j % 16);
            }
        }
    }
    pronghorn::Marks marks() { return {words.data(), ld}; }
};

// Distance of a float from the exact value, in units of the last place of the exact value.
inline double ulps(float got, long double exact) {
    const float nearest = static_cast<float>(exact);
    if (std::isnan(nearest)) return std::isnan(got) ? 0.0 : 1e30;
    if (std::isinf(nearest) || std::isinf(got)) return got == nearest ? 0.0 : 1e30;
    int exponent = 0;
    std::frexp(nearest, &exponent);
    const int last = exponent - 24 < -149 ? -149 : exponent - 24;
    return static_cast<double>(std::fabs((static_cast<long double>(got) - exact)) /
                               std::ldexp(1.0L, last));
}

// A formula for the interpreter: code over registers [inputs][scalars][temporaries].
struct Formula {
    std::vector<pronghorn::Instruction> code;
    std::vector<uint16_t> outputs;
    std::vector<float> scalars;
    pronghorn::MicroProgram program{};

    Formula(int inputs, std::vector<float> scalars_, std::vector<pronghorn::Instruction> code_,
            std::vector<uint16_t> outputs_)
        : code(std::move(code_)), outputs(std::move(outputs_)), scalars(std::move(scalars_)) {
        int registers = inputs + static_cast<int>(scalars.size());
        for (const pronghorn::Instruction& step : code) {
            if (step.dst >= registers) registers = step.dst + 1;
        }
        program = {inputs,
                   static_cast<int>(scalars.size()),
                   registers,
                   static_cast<int>(code.size()),
                   static_cast<int>(outputs.size()),
                   code.data(),
                   outputs.data()};
    }
    Formula(const Formula&) = delete;

    pronghorn::TileMap map(const pronghorn::KernelTable& table) const {
        pronghorn::TileMap bound{};
        bound.fn = table.interpret;
        bound.program = &program;
        bound.inputs = program.inputs;
        bound.outputs = program.outputs;
        bound.scalars = scalars.data();
        return bound;
    }
};

inline pronghorn::Instruction step(pronghorn::OpCode op, int dst, int a, int b = 0, int c = 0) {
    return {static_cast<uint16_t>(op), static_cast<uint16_t>(dst), static_cast<uint16_t>(a),
            static_cast<uint16_t>(b), static_cast<uint16_t>(c)};
}

}  // namespace check

// One function for each family, called for every instruction set of the machine.
void test_functions(const pronghorn::KernelTable& table);
void test_special_functions(const pronghorn::KernelTable& table);
void test_formulas(const pronghorn::KernelTable& table);
void test_dense(const pronghorn::KernelTable& table);
void test_updates(const pronghorn::KernelTable& table);
void test_rounded(const pronghorn::KernelTable& table);
void test_sums(const pronghorn::KernelTable& table);
void test_softmax(const pronghorn::KernelTable& table);
void test_gather(const pronghorn::KernelTable& table);
void test_random(const pronghorn::KernelTable& table);
void test_lookup(const pronghorn::KernelTable& table);
void test_philox();
