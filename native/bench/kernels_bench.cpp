// GFLOP/s of the matrix-product kernels of every instruction set of this machine, on one thread,
// beside the fused multiply-add peak of the same thread in the same run.
//     kernels_bench [isa]
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "kernels/table.h"

namespace {

using namespace pronghorn;

double now() {
    using namespace std::chrono;
    return duration<double>(steady_clock::now().time_since_epoch()).count();
}

// Best of several repetitions: the machine is shared, and only ever makes a run slower.
template <class F>
double seconds_of(F&& work) {
    work();
    double start = now();
    work();
    const double once = std::max(now() - start, 1e-7);
    const int inner = std::max(1, static_cast<int>(2e-3 / once));
    double best = 1e9;
    for (int repetition = 0; repetition < 25; ++repetition) {
        start = now();
        for (int i = 0; i < inner; ++i) work();
        best = std::min(best, (now() - start) / inner);
    }
    return best;
}

#if defined(__x86_64__)
// Twelve independent accumulators, as in the kernels; the empty asm keeps each in its register.
#define PRONGHORN_PEAK(name, isa, bytes)                                                     \
    __attribute__((target(isa), noinline)) void name() {                                     \
        typedef float V __attribute__((vector_size(bytes)));                                 \
        const V a = V{} + 1e-9f, b = V{} + 0.5f;                                             \
        V c0 = a, c1 = a, c2 = a, c3 = a, c4 = a, c5 = a, c6 = a, c7 = a, c8 = a;            \
        V c9 = a, c10 = a, c11 = a;                                                          \
        for (int i = 0; i < 2000; ++i) {                                                     \
            c0 = a * b + c0, c1 = a * b + c1, c2 = a * b + c2, c3 = a * b + c3;              \
            c4 = a * b + c4, c5 = a * b + c5, c6 = a * b + c6, c7 = a * b + c7;              \
            c8 = a * b + c8, c9 = a * b + c9, c10 = a * b + c10, c11 = a * b + c11;          \
            asm volatile("" : "+v"(c0), "+v"(c1), "+v"(c2), "+v"(c3), "+v"(c4), "+v"(c5));   \
            asm volatile("" : "+v"(c6), "+v"(c7), "+v"(c8), "+v"(c9), "+v"(c10), "+v"(c11)); \
        }                                                                                    \
    }
PRONGHORN_PEAK(multiply_add_avx512, "avx512f,fma,prefer-vector-width=512", 64)
PRONGHORN_PEAK(multiply_add_avx2, "avx2,fma", 32)
#endif

double peak_of(const char* isa) {
#if defined(__x86_64__)
    const double per_lane = 2000.0 * 12 * 2 * 1e-9;
    if (std::strcmp(isa, "avx512") == 0) return 16 * per_lane / seconds_of(multiply_add_avx512);
    if (std::strcmp(isa, "avx2") == 0) return 8 * per_lane / seconds_of(multiply_add_avx2);
#else
    (void)isa;
#endif
    return 0.0;
}

struct Aligned {
    explicit Aligned(size_t count) {
        const size_t bytes = (count * sizeof(float) + 4095) / 4096 * 4096;
        data = static_cast<float*>(std::aligned_alloc(4096, bytes));
        for (size_t i = 0; i < count; ++i) {
            data[i] = static_cast<float>(i * 2654435761u % 1000 + 1) * 1e-3f;
        }
    }
    Aligned(const Aligned&) = delete;
    ~Aligned() { std::free(data); }
    float* data;
};

// Rows of pictures, 28 pixels square: discs of different sizes on a ground of zeros, which are about
// half of all pixels.
void blank_ground(float* x, size_t n, size_t k, size_t ld) {
    for (size_t i = 0; i < n; ++i) {
        const double radius = 8.0 + static_cast<double>(i * 7 % 13) * 0.5;
        for (size_t j = 0; j < k; ++j) {
            const double down = static_cast<double>(j / 28 % 28) - 13.5;
            const double right = static_cast<double>(j % 28) - 13.5;
            if (down * down + right * right > radius * radius) x[i * ld + j] = 0.0f;
        }
    }
}

// Rows a multiple of 512 bytes apart would share a few cache sets.
size_t leading(size_t cols) {
    const size_t ld = (cols + 15) / 16 * 16;
    return ld % 128 == 0 ? ld + 16 : ld;
}

// Panels as even as they can be, none wider than the table's.
std::vector<uint32_t> split_panels(const KernelTable& table, size_t m) {
    const size_t lanes = static_cast<size_t>(table.lanes);
    size_t vectors = (m + lanes - 1) / lanes, col = 0;
    const size_t most = static_cast<size_t>(table.panel_vectors);
    size_t panels = (vectors + most - 1) / most;
    std::vector<uint32_t> first = {0};
    for (; panels > 0; --panels) {
        const size_t take = (vectors + panels - 1) / panels;
        vectors -= take;
        col += take * lanes;
        first.push_back(static_cast<uint32_t>(col));
    }
    return first;
}

// Canonical texts of formulas, as tools/gen_kernels.py writes them. Scalars: the learning rate of
// SGD; learning rate, rho, 1 - rho, epsilon of RMSprop; 1 - beta1, step, 1 - beta2, epsilon of
// Adam.
constexpr const char* kBiasRelu = "add x0 x1;relu t0|t1";
constexpr const char* kSgd = "~mul x0 s0;sub x1 t0|t1";
constexpr const char* kRmsprop =
    "~mul x0 s0;mul x2 s1;mul x0 x0;mul t2 s2;add t1 t3;add t4 s3;sqrt t5;div t0 "
    "t6;sub x1 t7|t8 t4";
constexpr const char* kAdam =
    "~sub x0 x2;mul t0 s0;add x2 t1;mul t2 s1;mul x0 x0;sub t4 x3;mul t5 s2;add x"
    "3 t6;sqrt t7;add t8 s3;div t3 t9;sub x1 t10|t11 t2 t7";

// The product as it is: an empty program, whose result is its input.
constexpr uint16_t kFirst[] = {0};
constexpr MicroProgram kIdentity = {1, 0, 1, 0, 1, nullptr, kFirst};

TileMap map_of(const KernelTable& table, const char* key) {
    TileMap map{};
    map.fn = key ? table.find_map(key) : table.interpret;
    map.update = key ? table.find_update(key) : nullptr;
    map.program = key ? nullptr : &kIdentity;
    map.outputs = 1;
    map.inputs = 1;
    if (!map.fn) std::printf("  no loop for %s: not measured\n", key);
    return map;
}

struct Case {
    size_t n, k, m;
};

void bench_case(const KernelTable& table, Case size, double peak) {
    const auto [n, k, m] = size;
    const size_t ldk = leading(k), ldm = leading(m);
    const std::vector<uint32_t> first = split_panels(table, m);
    const Panels w = {k, m, static_cast<int>(first.size()) - 1, first.data()};
    Aligned x(n * ldk + 64), weights(k * ldm + 64), slot_m(k * ldm + 64), slot_v(k * ldm + 64);
    Aligned y(n * ldm + 64), dz(n * ldm + 64), dx(n * ldk + 64), bias(ldm);
    Aligned scratch(table.input_gradient_scratch(m));
    const double flops = 2.0 * static_cast<double>(n) * static_cast<double>(k * m) * 1e-9;
    const auto report = [&](const char* name, double t) {
        std::printf("  %-26s %8.1f us %7.1f GFLOP/s", name, t * 1e6, flops / t);
        if (peak > 0) std::printf("  %3.0f %% of peak", 100 * flops / t / peak);
        std::printf("\n");
    };
    std::printf("%s (%zu, %zu, %zu)\n", table.isa, n, k, m);

    DenseForward forward = {n, x.data, ldk, w, weights.data, map_of(table, kBiasRelu)};
    forward.map.inputs = 2;
    forward.map.in[1] = {bias.data, 0, 1};
    forward.map.out[0] = {y.data, static_cast<ptrdiff_t>(ldm), 1};
    const auto run_forward = [&] { table.dense_forward(forward, 0, w.count, 0, n); };
    if (forward.map.fn) report("forward, bias, relu", seconds_of(run_forward));

    DenseInputGradient back = {n, dz.data, ldm, w, weights.data, map_of(table, nullptr)};
    back.map.out[0] = {dx.data, static_cast<ptrdiff_t>(ldk), 1};
    report("input gradient",
           seconds_of([&] { table.dense_input_gradient(back, 0, k, 0, n, scratch.data); }));

    const char* const keys[] = {nullptr, kSgd, kRmsprop, kAdam};
    const float scalars[4][4] = {
        {}, {1e-6f}, {1e-6f, 0.9f, 0.1f, 1e-7f}, {0.1f, 1e-6f, 0.001f, 1e-7f}};
    const char* const names[] = {"weight gradient", "weight gradient, SGD",
                                 "weight gradient, RMSprop", "weight gradient, Adam"};
    for (int i = 0; i < 4; ++i) {
        DenseWeightGradient grad = {n, x.data, ldk, dz.data, ldm, w, map_of(table, keys[i])};
        if (!grad.map.fn) continue;
        grad.map.scalars = scalars[i];
        float* const arrays[] = {weights.data, slot_m.data, slot_v.data};
        grad.map.outputs = i == 0 ? 1 : i;
        grad.map.inputs = i == 0 ? 1 : i + 1;
        for (int a = 0; a < 3; ++a) grad.map.out[a] = grad.map.in[a + 1] = {arrays[a], 1, 1};
        report(names[i], seconds_of([&] { table.dense_weight_gradient(grad, 0, w.count, 0, k); }));
    }

    // Looking for zeros: in vain, and in pictures.
    DenseWeightGradient grad = {n, x.data, ldk, dz.data, ldm, w, map_of(table, kSgd)};
    grad.map.scalars = scalars[1];
    grad.map.inputs = 2;
    grad.map.out[0] = grad.map.in[1] = {weights.data, 1, 1};
    const auto run_gradient = [&] { table.dense_weight_gradient(grad, 0, w.count, 0, k); };
    std::vector<uint16_t> words((k + 15) / 16 * n);
    const auto mark = [&] {
        std::fill(words.begin(), words.end(), uint16_t{0});
        for (size_t i = 0; i < n; ++i) {
            for (size_t j = 0; j < k; ++j) {
                if (x.data[i * ldk + j] != 0.0f) words[j / 16 * n + i] |= uint16_t(1u << j % 16);
            }
        }
    };
    mark();
    forward.marks = grad.marks = {words.data(), n};
    report("forward, no zeros found", seconds_of(run_forward));
    report("gradient, no zeros found", seconds_of(run_gradient));
    blank_ground(x.data, n, k, ldk);
    mark();
    report("forward, pictures", seconds_of(run_forward));
    report("gradient, pictures", seconds_of(run_gradient));
}

// Kernels without a matrix product, at the shapes of a step.
void bench_rows(const KernelTable& table) {
    Aligned z(128 * 512 + 64), out(128 * 784 + 64), ones(128);
    std::vector<int32_t> label(128, 3);
    std::vector<uint8_t> images(4000 * 784, 7);
    std::vector<int64_t> index;
    for (int64_t i = 0; i < 64; ++i) index.push_back(i * 1237 % 4000);
    const auto report = [](const char* name, double t) {
        std::printf("  %-40s %8.2f us\n", name, t * 1e6);
    };
    std::printf("%s rows\n", table.isa);
    report("sparse loss (32, 10)", seconds_of([&] {
               table.sparse_xent(z.data, 16, 10, label.data(), out.data, 1, 0, 32);
           }));
    report("sparse gradient (32, 10)", seconds_of([&] {
               table.sparse_xent_gradient(z.data, 16, 10, label.data(), ones.data, 1, out.data, 16,
                                          0, 32);
           }));
    report("sparse hit (32, 10)",
           seconds_of([&] { table.sparse_hit(z.data, 16, 10, label.data(), out.data, 1, 0, 32); }));
    const Gather gather = {ElementType::u8, images.data(), 784,      784, index.data(), 32,
                           1.0f / 255.0f,   0.0f,          out.data, 784};
    report("gather of bytes (32, 784)", seconds_of([&] { table.gather(gather, 0, 32); }));
    report("dropout mask (128, 512)",
           seconds_of([&] { table.dropout_mask(1, 2, 3, 0.8f, 512, out.data, 512, 0, 128); }));
    ColumnSum sum = {128, z.data, 512, map_of(table, nullptr)};
    sum.map.out[0] = {out.data, 0, 1};
    report("column sum (128, 512)", seconds_of([&] { table.column_sum(sum, 0, 512); }));
}

}  // namespace

int main(int count, char** arguments) {
    int tables = 0;
    const KernelTable* const* available = available_tables(&tables);
    for (int i = 0; i < tables; ++i) {
        const KernelTable& table = *available[i];
        if (count > 1 && std::strcmp(arguments[1], table.isa) != 0) continue;
        const double peak = peak_of(table.isa);
        if (peak > 0) std::printf("%s peak %.1f GFLOP/s\n", table.isa, peak);
        const Case cases[] = {{32, 784, 128}, {128, 784, 512}, {128, 512, 512}, {32, 128, 10}};
        for (const Case& size : cases) bench_case(table, size, peak);
        bench_rows(table);
    }
    return 0;
}
