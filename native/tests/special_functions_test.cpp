// Functions whose error is not measured in units of the last place of one argument: sine and
// cosine, absolutely and for every size of argument, and powers over pairs.
#include "check.h"

using namespace pronghorn;

namespace {

std::vector<float> apply(const KernelTable& table, OpCode op, const std::vector<float>& x,
                         const std::vector<float>& y) {
    const check::Formula formula(2, {}, {check::step(op, 2, 0, 1)}, {2});
    check::Matrix a(1, x.size()), b(1, x.size()), out(1, x.size());
    std::memcpy(a.data(), x.data(), x.size() * sizeof(float));
    std::memcpy(b.data(), y.data(), y.size() * sizeof(float));
    MapCall call{};
    call.rows = 1;
    call.cols = x.size();
    call.in[0] = a.operand();
    call.in[1] = b.operand();
    call.out[0] = out.operand();
    table.interpret(call, &formula.program);
    return std::vector<float>(out.data(), out.data() + x.size());
}

// Every 4001st finite float, and a grid around zero. Neighbours are of every size, so that small
// arguments share vectors with those that the reduction leaves out.
std::vector<float> arguments() {
    std::vector<float> all;
    for (uint64_t bits = 0; bits < (uint64_t{1} << 32); bits += 4001) {
        const uint32_t word = static_cast<uint32_t>(bits * 2654435761u);
        float x;
        std::memcpy(&x, &word, sizeof x);
        if (std::isfinite(x)) all.push_back(x);
    }
    for (int i = -400000; i <= 400000; ++i) all.push_back(static_cast<float>(i) * 0.03217f);
    return all;
}

using Exact = long double (*)(long double);

void test_waves(const KernelTable& table, const char* name, OpCode op, Exact exact) {
    const std::vector<float> x = arguments();
    const std::vector<float> y = apply(table, op, x, x);
    double worst = 0.0;
    float where = 0.0f;
    for (size_t i = 0; i < x.size(); ++i) {
        const double error = std::fabs(static_cast<double>(y[i] - exact(x[i])));
        if (!(error <= worst)) worst = error, where = x[i];
    }
    std::printf("  %-8s %-9s %.3g absolute\n", table.isa, name, worst);
    check::that(worst <= 1e-7, "%s(%.9g) is %.3g off", name, static_cast<double>(where), worst);
}

// Random bases and powers with |y log x| up to `extent`.
void test_powers(const KernelTable& table, float extent, double bound) {
    check::Random random;
    std::vector<float> x, y;
    for (int i = 0; i < 300000; ++i) {
        const float widest = i % 3 == 0 ? 80.0f : i % 3 == 1 ? 2.0f : 0.1f;
        const float base = std::exp(random.between(-widest, widest));
        const float whole = std::log(base);
        if (whole == 0.0f) continue;
        const float power = random.between(-extent, extent) / whole;
        if (!std::isfinite(power)) continue;
        x.push_back(base);
        y.push_back(power);
    }
    const std::vector<float> z = apply(table, OpCode::pow, x, y);
    double worst = 0.0;
    size_t where = 0;
    for (size_t i = 0; i < x.size(); ++i) {
        const double error = check::ulps(z[i], std::pow(static_cast<long double>(x[i]), y[i]));
        if (!(error <= worst)) worst = error, where = i;
    }
    std::printf("  %-8s pow, %2.0f   %.2f ULP\n", table.isa, static_cast<double>(extent), worst);
    check::that(worst <= bound, "pow(%.9g, %.9g) is %.3g ULP off, expected at most %.3g",
                static_cast<double>(x[where]), static_cast<double>(y[where]), worst, bound);
}

// Whole powers of whole numbers that floats hold exactly.
void test_exact_powers(const KernelTable& table) {
    std::vector<float> x, y;
    std::vector<double> exact;
    for (int base = -40; base <= 40; ++base) {
        double product = 1.0;
        for (int power = 1; power < 24; ++power) {
            product *= base;
            if (std::fabs(product) >= 0x1p24) break;
            x.push_back(static_cast<float>(base));
            y.push_back(static_cast<float>(power));
            exact.push_back(product);
        }
    }
    const std::vector<float> z = apply(table, OpCode::pow, x, y);
    for (size_t i = 0; i < x.size(); ++i) {
        check::that(static_cast<double>(z[i]) == exact[i], "pow(%g, %g) is %.9g, expected %.9g",
                    static_cast<double>(x[i]), static_cast<double>(y[i]), static_cast<double>(z[i]),
                    exact[i]);
    }
}

}  // namespace

void test_special_functions(const KernelTable& table) {
    test_waves(table, "sin", OpCode::sin, [](long double x) { return std::sin(x); });
    test_waves(table, "cos", OpCode::cos, [](long double x) { return std::cos(x); });
    test_powers(table, 20.0f, 1.5);
    test_powers(table, 87.0f, 6.0);
    test_exact_powers(table);
}
