// Elementary functions against long double, in ULP, over all magnitudes of float.
#include "check.h"

using namespace pronghorn;
using check::kInfinity;
using check::kNaN;

namespace {

using Exact = long double (*)(long double);

struct Function {
    const char* name;
    OpCode op;
    Exact exact;
    double bound;  // ULP
    float low, high;
};

long double sigmoid_of(long double x) { return 1.0L / (1.0L + std::exp(-x)); }
long double softplus_of(long double x) {
    return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
}

constexpr float kMost = 3.0e38f;
const Function kFunctions[] = {
    {"exp", OpCode::exp, [](long double x) { return std::exp(x); }, 1, -110.0f, 95.0f},
    {"expm1", OpCode::expm1, [](long double x) { return std::expm1(x); }, 1.5, -110.0f, 95.0f},
    {"log", OpCode::log, [](long double x) { return std::log(x); }, 1, 0.0f, kMost},
    {"log1p", OpCode::log1p, [](long double x) { return std::log1p(x); }, 1.5, -0.9999999f, kMost},
    {"sqrt", OpCode::sqrt, [](long double x) { return std::sqrt(x); }, 0.51, 0.0f, kMost},
    {"rsqrt", OpCode::rsqrt, [](long double x) { return 1.0L / std::sqrt(x); }, 1.51, 1e-38f,
     kMost},
    {"tanh", OpCode::tanh, [](long double x) { return std::tanh(x); }, 3, -30.0f, 30.0f},
    {"sigmoid", OpCode::sigmoid, sigmoid_of, 2.5, -110.0f, 110.0f},
    {"softplus", OpCode::softplus, softplus_of, 2, -110.0f, 1000.0f},
    {"erf", OpCode::erf, [](long double x) { return std::erf(x); }, 1.5, -10.0f, 10.0f},
    {"atan", OpCode::atan, [](long double x) { return std::atan(x); }, 2, -kMost, kMost},
    {"floor", OpCode::floor, [](long double x) { return std::floor(x); }, 0, -kMost, kMost},
    {"round", OpCode::round, [](long double x) { return std::nearbyint(x); }, 0, -kMost, kMost},
};

// Arguments in [low, high]: every 4001st float of each sign, and an even grid between.
std::vector<float> arguments_of(float low, float high) {
    std::vector<float> all;
    for (uint64_t bits = 0; bits < (uint64_t{1} << 32); bits += 4001) {
        const uint32_t word = static_cast<uint32_t>(bits);
        float x;
        std::memcpy(&x, &word, sizeof x);
        if (x >= low && x <= high) all.push_back(x);
    }
    const double from = std::fmax(low, -100.0), to = std::fmin(high, 100.0);
    for (int i = 0; i <= 100000; ++i) {
        all.push_back(static_cast<float>(from + (to - from) * i / 100000.0));
    }
    return all;
}

std::vector<float> apply(const KernelTable& table, OpCode op, const std::vector<float>& x) {
    const check::Formula formula(1, {}, {check::step(op, 1, 0)}, {1});
    check::Matrix in(1, x.size()), out(1, x.size());
    std::memcpy(in.data(), x.data(), x.size() * sizeof(float));
    MapCall call{};
    call.rows = 1;
    call.cols = x.size();
    call.in[0] = in.operand();
    call.out[0] = out.operand();
    table.interpret(call, &formula.program);
    return std::vector<float>(out.data(), out.data() + x.size());
}

void test_accuracy(const KernelTable& table, const Function& function) {
    const std::vector<float> x = arguments_of(function.low, function.high);
    const std::vector<float> y = apply(table, function.op, x);
    double worst = 0.0;
    float where = 0.0f;
    for (size_t i = 0; i < x.size(); ++i) {
        const double error = check::ulps(y[i], function.exact(x[i]));
        if (error > worst) worst = error, where = x[i];
    }
    std::printf("  %-8s %-9s %.2f ULP\n", table.isa, function.name, worst);
    check::that(worst <= function.bound, "%s(%.9g) is %.3g ULP off, expected at most %.3g",
                function.name, static_cast<double>(where), worst, function.bound);
}

struct Limit {
    const char* name;
    OpCode op;
    float x, y;
};

const Limit kLimits[] = {
    {"exp", OpCode::exp, kInfinity, kInfinity},
    {"exp", OpCode::exp, -kInfinity, 0.0f},
    {"exp", OpCode::exp, 0.0f, 1.0f},
    {"expm1", OpCode::expm1, kInfinity, kInfinity},
    {"expm1", OpCode::expm1, -kInfinity, -1.0f},
    {"expm1", OpCode::expm1, 0.0f, 0.0f},
    {"log", OpCode::log, kInfinity, kInfinity},
    {"log", OpCode::log, 0.0f, -kInfinity},
    {"log", OpCode::log, -0.0f, -kInfinity},
    {"log", OpCode::log, -1.0f, kNaN},
    {"log", OpCode::log, -kInfinity, kNaN},
    {"log", OpCode::log, 1.0f, 0.0f},
    {"log1p", OpCode::log1p, kInfinity, kInfinity},
    {"log1p", OpCode::log1p, -1.0f, -kInfinity},
    {"log1p", OpCode::log1p, -2.0f, kNaN},
    {"log1p", OpCode::log1p, 0.0f, 0.0f},
    {"sqrt", OpCode::sqrt, kInfinity, kInfinity},
    {"sqrt", OpCode::sqrt, -1.0f, kNaN},
    {"rsqrt", OpCode::rsqrt, 0.0f, kInfinity},
    {"tanh", OpCode::tanh, kInfinity, 1.0f},
    {"tanh", OpCode::tanh, -kInfinity, -1.0f},
    {"sigmoid", OpCode::sigmoid, kInfinity, 1.0f},
    {"sigmoid", OpCode::sigmoid, -kInfinity, 0.0f},
    {"softplus", OpCode::softplus, kInfinity, kInfinity},
    {"softplus", OpCode::softplus, -kInfinity, 0.0f},
    {"erf", OpCode::erf, kInfinity, 1.0f},
    {"erf", OpCode::erf, -kInfinity, -1.0f},
    {"relu", OpCode::relu, kInfinity, kInfinity},
    {"relu", OpCode::relu, -kInfinity, 0.0f},
    {"relu", OpCode::relu, -3.0f, 0.0f},
    {"relu", OpCode::relu, 3.0f, 3.0f},
    {"abs", OpCode::abs, -kInfinity, kInfinity},
    {"abs", OpCode::abs, -2.5f, 2.5f},
    {"neg", OpCode::neg, 2.5f, -2.5f},
    {"sign", OpCode::sign, -2.5f, -1.0f},
    {"sign", OpCode::sign, 1e-45f, 1.0f},
    {"sign", OpCode::sign, 0.0f, 0.0f},
    {"sin", OpCode::sin, 0.0f, 0.0f},
    {"sin", OpCode::sin, kInfinity, kNaN},
    {"cos", OpCode::cos, 0.0f, 1.0f},
    {"cos", OpCode::cos, -kInfinity, kNaN},
    {"atan", OpCode::atan, 0.0f, 0.0f},
    {"atan", OpCode::atan, kInfinity, 1.57079637f},
    {"atan", OpCode::atan, -kInfinity, -1.57079637f},
    {"floor", OpCode::floor, -0.5f, -1.0f},
    {"floor", OpCode::floor, 2.75f, 2.0f},
    {"floor", OpCode::floor, kInfinity, kInfinity},
    {"round", OpCode::round, 0.5f, 0.0f},
    {"round", OpCode::round, 1.5f, 2.0f},
    {"round", OpCode::round, -2.5f, -2.0f},
    {"round", OpCode::round, 4194304.5f, 4194304.0f},
    {"round", OpCode::round, -kInfinity, -kInfinity},
};

bool is_same(float a, float b) { return a == b || (std::isnan(a) && std::isnan(b)); }

// NumPy's results for pairs of special operands.
struct Pair {
    const char* name;
    OpCode op;
    float a, b, y;
};

const Pair kPairs[] = {
    {"add", OpCode::add, 2, 3, 5},
    {"sub", OpCode::sub, 2, 3, -1},
    {"mul", OpCode::mul, 2, 3, 6},
    {"div", OpCode::div, 3, 2, 1.5f},
    {"div", OpCode::div, 1, 0, kInfinity},
    {"maximum", OpCode::maximum, 2, 3, 3},
    {"maximum", OpCode::maximum, kNaN, 3, kNaN},
    {"maximum", OpCode::maximum, 3, kNaN, kNaN},
    {"minimum", OpCode::minimum, 2, 3, 2},
    {"minimum", OpCode::minimum, kNaN, 3, kNaN},
    {"minimum", OpCode::minimum, 3, kNaN, kNaN},
    {"gt", OpCode::gt, 3, 2, 1},
    {"gt", OpCode::gt, 2, 2, 0},
    {"gt", OpCode::gt, kNaN, 2, 0},
    {"ge", OpCode::ge, 2, 2, 1},
    {"ge", OpCode::ge, 1, 2, 0},
    {"ge", OpCode::ge, 2, kNaN, 0},
    {"lt", OpCode::lt, 2, 3, 1},
    {"lt", OpCode::lt, 3, 3, 0},
    {"lt", OpCode::lt, 3, kNaN, 0},
    {"le", OpCode::le, 3, 3, 1},
    {"le", OpCode::le, 4, 3, 0},
    {"le", OpCode::le, kNaN, 3, 0},
    {"eq", OpCode::eq, 3, 3, 1},
    {"eq", OpCode::eq, kNaN, kNaN, 0},
    {"ne", OpCode::ne, 3, 3, 0},
    {"ne", OpCode::ne, kNaN, kNaN, 1},
    {"pow", OpCode::pow, 2, 10, 1024},
    {"pow", OpCode::pow, 3, 2, 9},
    {"pow", OpCode::pow, 10, -2, 0.01f},
    {"pow", OpCode::pow, -2, 3, -8},
    {"pow", OpCode::pow, -3, 4, 81},
    {"pow", OpCode::pow, 0.25f, 0.5f, 0.5f},
    {"pow", OpCode::pow, -8, 0.5f, kNaN},
    {"pow", OpCode::pow, 0, 0, 1},
    {"pow", OpCode::pow, kNaN, 0, 1},
    {"pow", OpCode::pow, 1, kNaN, 1},
    {"pow", OpCode::pow, 2, kNaN, kNaN},
    {"pow", OpCode::pow, kNaN, 2, kNaN},
    {"pow", OpCode::pow, 0, 2, 0},
    {"pow", OpCode::pow, 0, -1, kInfinity},
    {"pow", OpCode::pow, -0.0f, -1, -kInfinity},
    {"pow", OpCode::pow, -0.0f, -2, kInfinity},
    {"pow", OpCode::pow, 2, kInfinity, kInfinity},
    {"pow", OpCode::pow, 2, -kInfinity, 0},
    {"pow", OpCode::pow, 0.5f, kInfinity, 0},
    {"pow", OpCode::pow, 0.5f, -kInfinity, kInfinity},
    {"pow", OpCode::pow, -1, kInfinity, 1},
    {"pow", OpCode::pow, 1, -kInfinity, 1},
    {"pow", OpCode::pow, kInfinity, 0.5f, kInfinity},
    {"pow", OpCode::pow, kInfinity, -1, 0},
    {"pow", OpCode::pow, -kInfinity, 3, -kInfinity},
    {"pow", OpCode::pow, -kInfinity, 2, kInfinity},
    {"pow", OpCode::pow, -kInfinity, 0.5f, kInfinity},
    {"pow", OpCode::pow, 10, 39, kInfinity},
    {"pow", OpCode::pow, -10, 39, -kInfinity},
    {"pow", OpCode::pow, 10, -50, 0},
    {"pow", OpCode::pow, -1, 16777215, -1},
    {"pow", OpCode::pow, -1, 16777216, 1},
    {"pow", OpCode::pow, 3e38f, 3e38f, kInfinity},
};

void test_pairs(const KernelTable& table) {
    for (const Pair& pair : kPairs) {
        const check::Formula formula(2, {}, {check::step(pair.op, 2, 0, 1)}, {2});
        check::Matrix a(1, 5), b(1, 5), y(1, 5);
        for (size_t j = 0; j < 5; ++j) a.at(0, j) = pair.a, b.at(0, j) = pair.b;
        MapCall call{};
        call.rows = 1;
        call.cols = 5;
        call.in[0] = a.operand();
        call.in[1] = b.operand();
        call.out[0] = y.operand();
        table.interpret(call, &formula.program);
        for (size_t j = 0; j < 5; ++j) {
            check::that(is_same(y.at(0, j), pair.y), "%s(%g, %g) is %g, expected %g", pair.name,
                        static_cast<double>(pair.a), static_cast<double>(pair.b),
                        static_cast<double>(y.at(0, j)), static_cast<double>(pair.y));
        }
    }
}

}  // namespace

void test_functions(const KernelTable& table) {
    for (const Function& function : kFunctions) test_accuracy(table, function);
    for (const Limit& limit : kLimits) {
        const float y = apply(table, limit.op, {limit.x})[0];
        check::that(is_same(y, limit.y), "%s(%g) is %g, expected %g", limit.name,
                    static_cast<double>(limit.x), static_cast<double>(y),
                    static_cast<double>(limit.y));
        const float nan = apply(table, limit.op, {kNaN})[0];
        check::that(std::isnan(nan), "%s(NaN) is %g, expected NaN", limit.name,
                    static_cast<double>(nan));
    }
    test_pairs(table);
}
