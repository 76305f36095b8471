// Every kernel on every instruction set of this machine, against plain loops in double and the C
// library in long double.
//     kernels_test [isa ...]   fails where a named instruction set is not there to be tested
#include "check.h"

using namespace pronghorn;

namespace pronghorn {

struct FastErrors {
    double sqrt, rsqrt, div;
    bool zero_is_zero, nan_is_nan;
};
FastErrors fast_errors_scalar();
#if defined(__x86_64__)
FastErrors fast_errors_avx2();
FastErrors fast_errors_avx512();
#elif defined(__aarch64__)
FastErrors fast_errors_neon();
#endif

}  // namespace pronghorn

namespace {

FastErrors fast_errors(const KernelTable& table) {
#if defined(__x86_64__)
    if (std::strcmp(table.isa, "avx512") == 0) return fast_errors_avx512();
    if (std::strcmp(table.isa, "avx2") == 0) return fast_errors_avx2();
#elif defined(__aarch64__)
    if (std::strcmp(table.isa, "neon") == 0) return fast_errors_neon();
#endif
    return fast_errors_scalar();
}

void test_fast_functions(const KernelTable& table) {
    const FastErrors worst = fast_errors(table);
    std::printf("  %-8s fast sqrt %.2f, rsqrt %.2f, div %.2f ULP\n", table.isa, worst.sqrt,
                worst.rsqrt, worst.div);
    check::that(worst.sqrt <= 4, "fast_sqrt is %g ULP off", worst.sqrt);
    check::that(worst.rsqrt <= 4, "fast_rsqrt is %g ULP off", worst.rsqrt);
    check::that(worst.div <= 4, "fast_div is %g ULP off", worst.div);
    check::that(worst.zero_is_zero && worst.nan_is_nan, "fast functions of 0 and NaN");
}

void test_table(const KernelTable& table) {
    check::isa = table.isa;
    const long before = check::checks;
    test_functions(table);
    test_special_functions(table);
    test_fast_functions(table);
    test_formulas(table);
    test_dense(table);
    test_updates(table);
    test_rounded(table);
    test_sums(table);
    test_softmax(table);
    test_gather(table);
    test_random(table);
    test_lookup(table);
    std::printf("%s: %ld checks\n", table.isa, check::checks - before);
}

}  // namespace

int main(int count, char** arguments) {
    for (int i = 1; i < count; ++i) {
        check::that(table_named(arguments[i]) != nullptr,
                    "instruction set '%s' was asked for and is not available", arguments[i]);
    }
    test_philox();
    int tables = 0;
    const KernelTable* const* available = available_tables(&tables);
    check::that(tables >= 1, "no instruction set available");
    for (int i = 0; i < tables; ++i) test_table(*available[i]);
    std::printf("ran:");
    for (int i = 0; i < tables; ++i) std::printf(" %s", available[i]->isa);
    std::printf("; %ld checks, %d failures\n", check::checks, check::failures);
    return check::failures == 0 ? 0 : 1;
}
