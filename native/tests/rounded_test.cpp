// The products of rounded operands, on every unit that has them, against sums in double of numbers
// rounded by the definition: of the two neighbouring bfloat16 numbers the nearer, of equally near
// ones the even. NaN in all pads; and cut into rectangles, which must give the same bits.
#include <cfenv>

#include "check.h"
#include "packed.h"
#include "tile_instructions.h"

#if defined(PRONGHORN_HAS_AMX)
namespace pronghorn {
extern const RoundedKernels kAvx512AmxKernels;
}
#endif

using namespace pronghorn;
using check::Formula;
using check::Layout;
using check::Matrix;
using check::Packed;
using check::step;

namespace {

struct Shape {
    size_t n, k, m;
    int parts;
    Layout layout = Layout::panels;
};

// bfloat16 has 8 significant bits: round to a multiple of 2^(exponent - 7).
double rounded(float x) {
    if (x == 0.0f) return 0.0;
    int exponent = 0;
    std::frexp(x, &exponent);
    const double unit = std::ldexp(1.0, exponent - 8);
    return std::nearbyint(static_cast<double>(x) / unit) * unit;
}

// The bound of dense_test.cpp; products of two rounded numbers are exact in float.
struct Sum {
    int parts;
    double value = 0.0, size = 0.0;

    // h h, or h h + h l + l h.
    void add(float a, float b) {
        const double ha = rounded(a), hb = rounded(b);
        double product = ha * hb;
        if (parts == 3) {
            product += ha * rounded(static_cast<float>(static_cast<double>(b) - hb)) +
                       rounded(static_cast<float>(static_cast<double>(a) - ha)) * hb;
        }
        value += product;
        size += std::fabs(product);
    }
    bool is_near(float got, size_t terms) const {
        return std::fabs(static_cast<double>(got) - value) <=
               static_cast<double>(static_cast<size_t>(parts) * terms + 2) * 0x1p-24 * size * 1.01;
    }
};

// The words of an operand, all of its parts.
Matrix pack(const RoundedKernels& kernels, int parts, Matrix& x, size_t n, size_t k, bool across,
            bool right = false) {
    const auto depth = static_cast<size_t>(kernels.depth), all = static_cast<size_t>(parts);
    const auto words = [&](size_t count) { return (count + depth - 1) / depth; };
    Matrix out(across ? all * words(n) : n, across ? k : all * words(k));
    const size_t middle = n / 2 / depth * depth;
    const auto round = across ? kernels.across : kernels.along;
    for (int part = 0; part < parts; ++part) {
        float* to =
            out.data() + static_cast<size_t>(part) * (across ? words(n) * out.ld : words(k));
        const bool low = is_low_part(right, part);
        round(x.data(), x.ld, k, to, out.ld, middle, n, low);
        round(x.data(), x.ld, k, to, out.ld, 0, middle, low);
    }
    check::that(out.is_fenced(), "rounding (%zu, %zu) wrote outside", n, k);
    return out;
}

void test_forward(const KernelTable& table, const RoundedKernels& kernels, Shape s,
                  check::Random& random) {
    Matrix x(s.n, s.k, 16), y(s.n, s.m), cut(s.n, s.m);
    x.fill(random);
    Packed w(table, s.k, s.m, s.layout);
    w.fill(random);
    Matrix words = pack(kernels, s.parts, x, s.n, s.k, false);
    const Formula same(1, {}, {}, {0});
    DenseForward call = {s.n, words.data(), words.ld, w.panels, w.storage.data(), same.map(table)};
    Matrix scratch(1, static_cast<size_t>(s.parts) * kernels.forward_scratch(s.k));
    call.map.out[0] = y.operand();
    kernels.dense_forward(call, s.parts, 0, w.panels.count, 0, s.n, scratch.data());
    for (size_t i = 0; i < s.n; ++i) {
        for (size_t j = 0; j < s.m; ++j) {
            Sum sum{s.parts};
            for (size_t t = 0; t < s.k; ++t) sum.add(x.at(i, t), w.at(t, j));
            check::that(sum.is_near(y.at(i, j), s.k),
                        "rounded forward (%zu, %zu, %zu) at (%zu, %zu)", s.n, s.k, s.m, i, j);
        }
    }
    check::that(y.is_fenced() && scratch.is_fenced(), "rounded forward (%zu, %zu, %zu) outside",
                s.n, s.k, s.m);
    call.map.out[0] = cut.operand();
    for (int panel = w.panels.count - 1; panel >= 0; --panel) {
        const size_t middle = random.below(s.n + 1);
        kernels.dense_forward(call, s.parts, panel, panel + 1, middle, s.n, scratch.data());
        kernels.dense_forward(call, s.parts, panel, panel + 1, 0, middle, scratch.data());
    }
    check::that(cut.same_bits(y), "rounded forward (%zu, %zu, %zu) cut gives other bits", s.n, s.k,
                s.m);
}

void test_input_gradient(const KernelTable& table, const RoundedKernels& kernels, Shape s,
                         check::Random& random) {
    Matrix dz(s.n, s.m, 16), dx(s.n, s.k), cut(s.n, s.k);
    dz.fill(random);
    Packed w(table, s.k, s.m, s.layout);
    w.fill(random);
    Matrix words = pack(kernels, s.parts, dz, s.n, s.m, false);
    const Formula same(1, {}, {}, {0});
    DenseInputGradient call = {s.n,      words.data(),     words.ld,
                               w.panels, w.storage.data(), same.map(table)};
    Matrix scratch(1, static_cast<size_t>(s.parts) * kernels.input_gradient_scratch(s.m));
    call.map.out[0] = dx.operand();
    kernels.dense_input_gradient(call, s.parts, 0, s.k, 0, s.n, scratch.data());
    for (size_t i = 0; i < s.n; ++i) {
        for (size_t j = 0; j < s.k; ++j) {
            Sum sum{s.parts};
            for (size_t t = 0; t < s.m; ++t) sum.add(dz.at(i, t), w.at(j, t));
            check::that(sum.is_near(dx.at(i, j), s.m),
                        "rounded input gradient (%zu, %zu, %zu) at (%zu, %zu)", s.n, s.k, s.m, i,
                        j);
        }
    }
    check::that(dx.is_fenced() && scratch.is_fenced(),
                "rounded input gradient (%zu, %zu, %zu) wrote outside", s.n, s.k, s.m);
    call.map.out[0] = cut.operand();
    const size_t middle = kAlignFloats * random.below(check::padded(s.k) / kAlignFloats);
    const size_t row = random.below(s.n + 1);
    kernels.dense_input_gradient(call, s.parts, middle, s.k, row, s.n, scratch.data());
    kernels.dense_input_gradient(call, s.parts, middle, s.k, 0, row, scratch.data());
    kernels.dense_input_gradient(call, s.parts, 0, middle, 0, s.n, scratch.data());
    check::that(cut.same_bits(dx), "rounded input gradient (%zu, %zu, %zu) cut gives other bits",
                s.n, s.k, s.m);
}

void test_weight_gradient(const KernelTable& table, const RoundedKernels& kernels, Shape s,
                          check::Random& random) {
    Matrix x(s.n, s.k, 16), dz(s.n, s.m, 16);
    x.fill(random);
    dz.fill(random);
    Matrix left = pack(kernels, s.parts, x, s.n, s.k, true),
           right = pack(kernels, s.parts, dz, s.n, s.m, true, true);
    Packed w(table, s.k, s.m, s.layout), cut(table, s.k, s.m, s.layout);
    const Formula same(1, {}, {}, {0});
    DenseWeightGradient call = {s.n,      left.data(), left.ld,        right.data(),
                                right.ld, w.panels,    same.map(table)};
    Matrix scratch(1, static_cast<size_t>(s.parts) * kernels.weight_gradient_scratch(s.n));
    call.map.out[0] = w.operand();
    kernels.dense_weight_gradient(call, s.parts, 0, w.panels.count, 0, s.k, scratch.data());
    for (size_t i = 0; i < s.k; ++i) {
        for (size_t j = 0; j < s.m; ++j) {
            Sum sum{s.parts};
            for (size_t t = 0; t < s.n; ++t) sum.add(x.at(t, i), dz.at(t, j));
            check::that(sum.is_near(w.at(i, j), s.n),
                        "rounded weight gradient (%zu, %zu, %zu) at (%zu, %zu)", s.n, s.k, s.m, i,
                        j);
        }
    }
    check::that(w.storage.is_fenced() && scratch.is_fenced(),
                "rounded weight gradient (%zu, %zu, %zu) wrote outside", s.n, s.k, s.m);
    call.map.out[0] = cut.operand();
    bool equal = true;
    for (int panel = w.panels.count - 1; panel >= 0; --panel) {
        const size_t middle = w.cut_rows(random);
        kernels.dense_weight_gradient(call, s.parts, panel, panel + 1, middle, s.k, scratch.data());
        kernels.dense_weight_gradient(call, s.parts, panel, panel + 1, 0, middle, scratch.data());
    }
    for (size_t i = 0; i < s.k; ++i) {
        for (size_t j = 0; j < s.m; ++j) equal &= cut.at(i, j) == w.at(i, j);
    }
    check::that(equal, "rounded weight gradient (%zu, %zu, %zu) cut gives other bits", s.n, s.k,
                s.m);
}

// Ties, the largest numbers, infinities and NaN: one row times the number 1.
void test_single_numbers(const KernelTable& table, const RoundedKernels& kernels) {
    // 1 + 2^-8 lies between 1 and 1 + 2^-7, and 1 is even; 1 + 3 * 2^-8 goes up to 1 + 2^-6.
    const float infinity = std::numeric_limits<float>::infinity();
    const struct {
        float given, wanted;
    } cases[] = {{0x1.01p0f, 1.0f},        {0x1.03p0f, 0x1.04p0f},     {0x1.010002p0f, 0x1.02p0f},
                 {-0x1.03p0f, -0x1.04p0f}, {0x1.fep127f, 0x1.fep127f}, {0x1.fffffep127f, infinity},
                 {-infinity, -infinity}};
    for (const auto& [given, wanted] : cases) {
        Matrix x(1, 1), y(1, 1);
        x.at(0, 0) = given;
        Packed w(table, 1, 1);
        w.at(0, 0) = 1.0f;
        Matrix words = pack(kernels, 1, x, 1, 1, false), scratch(1, kernels.forward_scratch(1));
        const Formula same(1, {}, {}, {0});
        DenseForward call = {1,        words.data(),     words.ld,
                             w.panels, w.storage.data(), same.map(table)};
        call.map.out[0] = y.operand();
        kernels.dense_forward(call, 1, 0, 1, 0, 1, scratch.data());
        check::that(y.at(0, 0) == wanted, "%a rounds to %a, expected %a",
                    static_cast<double>(given), static_cast<double>(y.at(0, 0)),
                    static_cast<double>(wanted));
        x.at(0, 0) = std::numeric_limits<float>::quiet_NaN();
        kernels.along(x.data(), x.ld, 1, words.data(), words.ld, 0, 1, false);
        kernels.dense_forward(call, 1, 0, 1, 0, 1, scratch.data());
        check::that(y.at(0, 0) != y.at(0, 0), "NaN becomes a number");
    }
}

void test_unit(const KernelTable& table, const RoundedKernels& kernels) {
    check::Random random;
    test_single_numbers(table, kernels);
    const auto test = [&](size_t n, size_t k, size_t m, Layout layout) {
        for (const int parts : {1, 3}) {
            const Shape shape = {n, k, m, parts, layout};
            test_forward(table, kernels, shape, random);
            test_input_gradient(table, kernels, shape, random);
            test_weight_gradient(table, kernels, shape, random);
        }
    };
    for (const size_t n : {1, 2, 3, 8, 17, 40}) {
        for (const size_t k : {1, 3, 17, 32, 49, 100}) {
            for (const size_t m : {1, 2, 5, 16, 17, 33, 48, 65, 100}) test(n, k, m, Layout::panels);
        }
    }
    // Sums that are taken in parts.
    for (const int parts : {1, 3}) {
        test_weight_gradient(table, kernels, {2100, 17, 33, parts, Layout::panels}, random);
    }
    for (const size_t n : {1, 3, 17}) {
        for (const size_t k : {1, 17, 49, 200}) {
            for (const size_t m : {size_t{1}, size_t{2}, size_t{5}, few_columns(table)}) {
                test(n, k, m, Layout::transposed);
            }
        }
    }
}

// A forward product of numbers with any bits of bfloat16: denormal ones, infinities and NaN too.
Matrix multiply_any_bits(const KernelTable& table, const RoundedKernels& kernels, Shape s) {
    check::Random random;
    const auto any = [&] {
        const auto bits = static_cast<uint32_t>(random.next() >> 48) << 16;
        float number;
        std::memcpy(&number, &bits, sizeof number);
        return number;
    };
    Matrix x(s.n, s.k), y(s.n, s.m);
    Packed w(table, s.k, s.m, s.layout);
    for (size_t i = 0; i < s.n; ++i) {
        for (size_t t = 0; t < s.k; ++t) x.at(i, t) = any();
    }
    for (size_t t = 0; t < s.k; ++t) {
        for (size_t j = 0; j < s.m; ++j) w.at(t, j) = any();
    }
    Matrix words = pack(kernels, 1, x, s.n, s.k, false), scratch(1, kernels.forward_scratch(s.k));
    const Formula same(1, {}, {}, {0});
    DenseForward call = {s.n, words.data(), words.ld, w.panels, w.storage.data(), same.map(table)};
    call.map.out[0] = y.operand();
    kernels.dense_forward(call, 1, 0, w.panels.count, 0, s.n, scratch.data());
    return y;
}

// Tiles in a processor give the bits of those in memory.
void test_tiles(const KernelTable& table, const RoundedKernels& tiles) {
    long numbers = 0;
    for (const size_t k : {1, 2, 7, 32, 45}) {
        const Shape shape = {19, k, 50, 1};
        const Matrix found = multiply_any_bits(table, tiles, shape);
        const Matrix expected = multiply_any_bits(table, *table.tiled, shape);
        for (size_t i = 0; i < shape.n; ++i) {
            for (size_t j = 0; j < shape.m; ++j) {
                const float a = found.at(i, j), b = expected.at(i, j);
                const bool equal = std::memcmp(&a, &b, sizeof a) == 0 || (a != a && b != b);
                check::that(equal, "tiles over %zu numbers give %a, expected %a", k,
                            static_cast<double>(a), static_cast<double>(b));
                numbers += a == a;
            }
        }
    }
    check::that(numbers > 1000, "%ld sums that are numbers, of 4750", numbers);
}

#if defined(PRONGHORN_HAS_AMX)

// On a processor without AMX its instructions are carried out one by one.
void test_amx(const KernelTable& table) {
    if (unit_named(table, "avx512_bf16") == nullptr) return;
    check::isa = "amx";
    if (const RoundedKernels* unit = unit_named(table, "amx")) {
        test_tiles(table, *unit);
        return;
    }
    const check::TileInstructions instructions;
    test_tiles(table, kAvx512AmxKernels);
    test_unit(table, kAvx512AmxKernels);
    check::that(!instructions.are_in_use(), "tiles are not released");
    check::that(instructions.products() > 10000, "%ld tiles multiplied", instructions.products());
}

#else

void test_amx(const KernelTable&) {}

#endif

}  // namespace

void test_rounded(const KernelTable& table) {
    const RoundedUnits found = rounded_units(table);
    for (int i = 0; i < found.count; ++i) {
        check::isa = found.units[i]->isa;
        test_unit(table, *found.units[i]);
    }
    test_amx(table);
    check::isa = table.isa;
}
