// Flush denormals to zero while a run lasts, in each of its threads: they cost a hundred times an
// ordinary operation, and every instruction set must agree about them.
#pragma once

#include <cstdint>

namespace pronghorn {

class FloatMode {
  public:
    FloatMode() : saved_(get()) { set(saved_ | kFlush); }
    ~FloatMode() { set(saved_); }
    FloatMode(const FloatMode&) = delete;
    FloatMode& operator=(const FloatMode&) = delete;

  private:
#if defined(__x86_64__) || defined(__i386__)
    using Word = uint32_t;
    static constexpr Word kFlush = 0x8040;  // MXCSR: flush results (bit 15), operands (bit 6)
    static Word get() { return __builtin_ia32_stmxcsr(); }
    static void set(Word word) { __builtin_ia32_ldmxcsr(word); }
#elif defined(__aarch64__)
    using Word = uint64_t;
    static constexpr Word kFlush = Word{1} << 24;  // FPCR.FZ
    static Word get() {
        Word word;
        asm volatile("mrs %0, fpcr" : "=r"(word));
        return word;
    }
    static void set(Word word) { asm volatile("msr fpcr, %0" : : "r"(word)); }
#else
    using Word = uint32_t;
    static constexpr Word kFlush = 0;
    static Word get() { return 0; }
    static void set(Word) {}
#endif
    Word saved_;
};

}  // namespace pronghorn
