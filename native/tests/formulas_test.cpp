// The interpreter: programs, broadcast operands, results written over operands, every shape.
// Values are small integers, so that the arithmetic is exact and the expected value is certain.
#include "check.h"

using namespace pronghorn;
using check::Formula;
using check::Matrix;
using check::step;

namespace {

float small_integer(size_t i, size_t j) { return static_cast<float>((i * 7 + j * 3) % 11) - 5.0f; }

Matrix numbers(size_t rows, size_t cols, size_t salt) {
    Matrix x(rows, cols, 16 * (salt % 2));
    for (size_t i = 0; i < rows; ++i) {
        for (size_t j = 0; j < cols; ++j) x.at(i, j) = small_integer(i + salt, j);
    }
    return x;
}

// y = select(a > row, a * column + 3, scalar - row), with a (rows, cols), row (cols,),
// column (rows, 1), one scalar operand and one lifted constant.
void test_broadcasting(const KernelTable& table, size_t rows, size_t cols) {
    Matrix a = numbers(rows, cols, 0), row = numbers(1, cols, 1), column = numbers(rows, 1, 2);
    Matrix scalar = numbers(1, 1, 3), y(rows, cols);
    const Formula formula(
        4, {3.0f},
        {step(OpCode::gt, 5, 0, 1), step(OpCode::mul, 6, 0, 2), step(OpCode::add, 6, 6, 4),
         step(OpCode::sub, 7, 3, 1), step(OpCode::select, 5, 5, 6, 7)},
        {5});
    MapCall call{};
    call.rows = rows;
    call.cols = cols;
    call.in[0] = a.operand();
    call.in[1] = {row.data(), 0, 1};
    call.in[2] = {column.data(), static_cast<ptrdiff_t>(column.ld), 0};
    call.in[3] = {scalar.data(), 0, 0};
    call.out[0] = y.operand();
    call.scalars = formula.scalars.data();
    table.interpret(call, &formula.program);
    for (size_t i = 0; i < rows; ++i) {
        for (size_t j = 0; j < cols; ++j) {
            const float x = a.at(i, j), r = row.at(0, j);
            const float expected = x > r ? x * column.at(i, 0) + 3.0f : scalar.at(0, 0) - r;
            check::that(y.at(i, j) == expected, "broadcast formula (%zu, %zu) at (%zu, %zu)", rows,
                        cols, i, j);
        }
    }
    check::that(y.is_fenced(), "broadcast formula (%zu, %zu) wrote outside", rows, cols);
}

// (a, b) becomes (b, a + b) in place: a result that is an operand, over another's memory.
void test_in_place(const KernelTable& table, size_t rows, size_t cols) {
    Matrix a = numbers(rows, cols, 0), b = numbers(rows, cols, 5);
    const Matrix a0 = a, b0 = b;
    const Formula formula(2, {}, {step(OpCode::add, 2, 0, 1)}, {1, 2});
    MapCall call{};
    call.rows = rows;
    call.cols = cols;
    call.in[0] = call.out[0] = a.operand();
    call.in[1] = call.out[1] = b.operand();
    table.interpret(call, &formula.program);
    for (size_t i = 0; i < rows; ++i) {
        for (size_t j = 0; j < cols; ++j) {
            check::that(a.at(i, j) == b0.at(i, j) && b.at(i, j) == a0.at(i, j) + b0.at(i, j),
                        "in-place formula (%zu, %zu) at (%zu, %zu)", rows, cols, i, j);
        }
    }
}

// a and b change places: each result is an operand, over the other's memory.
void test_swap(const KernelTable& table, size_t rows, size_t cols) {
    Matrix a = numbers(rows, cols, 0), b = numbers(rows, cols, 5);
    const Matrix a0 = a, b0 = b;
    const Formula formula(2, {}, {}, {1, 0});
    MapCall call{};
    call.rows = rows;
    call.cols = cols;
    call.in[0] = call.out[0] = a.operand();
    call.in[1] = call.out[1] = b.operand();
    table.interpret(call, &formula.program);
    check::that(a.same_bits(b0) && b.same_bits(a0), "swap (%zu, %zu)", rows, cols);
}

// A chain of as many temporaries as a program may have: x + 1 + 1 + ...
void test_many_registers(const KernelTable& table) {
    std::vector<Instruction> code;
    for (int r = 2; r < kMaxRegisters; ++r) {
        code.push_back(step(OpCode::add, r, r == 2 ? 0 : r - 1, 1));
    }
    const Formula formula(1, {1.0f}, code, {static_cast<uint16_t>(kMaxRegisters - 1)});
    Matrix x = numbers(3, 100, 0), y(3, 100);
    MapCall call{};
    call.rows = 3;
    call.cols = 100;
    call.in[0] = x.operand();
    call.out[0] = y.operand();
    call.scalars = formula.scalars.data();
    table.interpret(call, &formula.program);
    for (size_t i = 0; i < 3; ++i) {
        for (size_t j = 0; j < 100; ++j) {
            check::that(y.at(i, j) == x.at(i, j) + static_cast<float>(kMaxRegisters - 2),
                        "long program at (%zu, %zu)", i, j);
        }
    }
}

}  // namespace

void test_formulas(const KernelTable& table) {
    for (const size_t rows : {1, 2, 7, 19}) {
        for (const size_t cols : {1, 3, 16, 17, 48, 100, 255, 256, 257, 1000}) {
            test_broadcasting(table, rows, cols);
            test_in_place(table, rows, cols);
            test_swap(table, rows, cols);
        }
    }
    test_many_registers(table);
    check::that(table.find_map("no such formula") == nullptr, "an unknown formula has a loop");
    check::that(table.find_sum("no such formula") == nullptr, "an unknown formula has a sum");
}
