#include "tile_instructions.h"

#include <signal.h>
#include <ucontext.h>

#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace check {

namespace {

struct Tile {
    uint8_t rows[16][64];
};

struct Unit {
    bool is_configured;
    uint8_t row_bytes[8], rows[8];
    Tile tiles[8];
};

thread_local Unit unit;
std::atomic<long> product_count{0};
struct sigaction action_before;

[[noreturn]] void refuse(const char* why, const uint8_t* code) {
    std::fprintf(stderr, "an instruction of AMX that cannot be carried out (%s):", why);
    for (int i = 0; i < 9; ++i) std::fprintf(stderr, " %02x", code[i]);
    std::fprintf(stderr, "\n");
    std::abort();
}

// VEX.128.pp.0F38.W0 opcode modrm [sib] [displacement].
struct Decoded {
    int prefix;  // 0: none, 1: 66, 2: F3, 3: F2
    int opcode, mod, reg, rm, third;
    uint8_t* address;
    uint64_t stride;
    bool has_sib;
    size_t length;
};

Decoded decode(const uint8_t* code, const greg_t* registers) {
    static constexpr int kNumbers[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                         REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                         REG_R12, REG_R13, REG_R14, REG_R15};
    const auto value = [&](int number) {
        return static_cast<uint64_t>(registers[kNumbers[number]]);
    };
    if (code[0] != 0xC4 || (code[1] & 31) != 2 || (code[2] & 0x84) != 0) refuse("VEX", code);
    const int high_index = code[1] & 0x40 ? 0 : 8, high_base = code[1] & 0x20 ? 0 : 8;
    Decoded d{};
    d.prefix = code[2] & 3;
    d.third = ~(code[2] >> 3) & 15;
    d.opcode = code[3];
    d.mod = code[4] >> 6;
    d.reg = (code[4] >> 3 & 7) + (code[1] & 0x80 ? 0 : 8);
    d.rm = code[4] & 7;
    d.length = 5;
    if (d.mod == 3) {
        d.rm += high_base;
        return d;
    }
    uint64_t at = 0;
    d.has_sib = d.rm == 4;
    const int base = d.has_sib ? code[d.length++] & 7 : d.rm;
    if (base == 5 && d.mod == 0) refuse("no base register", code);
    at = value(base + high_base);
    if (d.has_sib) {
        const int index = (code[5] >> 3 & 7) + high_index;
        if (index != 4) d.stride = value(index) << (code[5] >> 6);
    }
    if (d.mod == 1) at += static_cast<uint64_t>(static_cast<int8_t>(code[d.length++]));
    if (d.mod == 2) {
        int32_t displacement;
        std::memcpy(&displacement, code + d.length, 4);
        at += static_cast<uint64_t>(displacement);
        d.length += 4;
    }
    d.address = reinterpret_cast<uint8_t*>(at);
    return d;
}

void configure(const uint8_t* from, const uint8_t* code) {
    const auto are_zeros = [&](int first, int end) {
        while (first < end && from[first] == 0) ++first;
        return first == end;
    };
    // Palette 1 from row 0, the rest reserved; two bytes and then one for each of 16 registers.
    if (from[0] != 1 || !are_zeros(1, 16)) refuse("palette", code);
    if (!are_zeros(32, 48) || !are_zeros(56, 64)) refuse("more than eight tiles", code);
    unit = {};
    unit.is_configured = true;
    for (int i = 0; i < 8; ++i) {
        const uint8_t bytes = from[16 + 2 * i], rows = from[48 + i];
        const bool fits = bytes <= 64 && from[17 + 2 * i] == 0 && rows <= 16;
        if (!fits || (bytes == 0) != (rows == 0)) refuse("a tile's size", code);
        unit.row_bytes[i] = bytes;
        unit.rows[i] = rows;
    }
}

float flush(float x) { return std::fpclassify(x) == FP_SUBNORMAL ? std::copysign(0.0f, x) : x; }

float bfloat16_at(const uint8_t* bytes) {
    const uint32_t bits = static_cast<uint32_t>(bytes[0]) << 16 | static_cast<uint32_t>(bytes[1])
                                                                      << 24;
    float x;
    std::memcpy(&x, &bits, sizeof x);
    return flush(x);
}

// c += a @ b over pairs.
void multiply(int c, int a, int b, const uint8_t* code) {
    const size_t rows = unit.rows[c], cols = unit.row_bytes[c] / 4u, depth = unit.rows[b];
    if (c == a || c == b || a == b || c > 7 || a > 7 || b > 7) refuse("the same tiles", code);
    const bool is_whole = (unit.row_bytes[a] | unit.row_bytes[b] | unit.row_bytes[c]) % 4 == 0;
    if (rows == 0 || depth == 0 || rows != unit.rows[a] || depth * 4 != unit.row_bytes[a] ||
        unit.row_bytes[b] != unit.row_bytes[c] || !is_whole) {
        refuse("sizes that do not fit", code);
    }
    for (size_t m = 0; m < rows; ++m) {
        float sums[32] = {};
        for (size_t k = 0; k < depth; ++k) {
            for (size_t n = 0; n < 2 * cols; ++n) {
                const float left = bfloat16_at(unit.tiles[a].rows[m] + 4 * k + 2 * (n % 2));
                const float right = bfloat16_at(unit.tiles[b].rows[k] + 2 * n);
                sums[n] = flush(std::fma(left, right, sums[n]));
            }
        }
        for (size_t n = 0; n < cols; ++n) {
            uint8_t* place = unit.tiles[c].rows[m] + 4 * n;
            float sum;
            std::memcpy(&sum, place, 4);
            sum = flush(flush(sum) + flush(sums[2 * n] + sums[2 * n + 1]));
            std::memcpy(place, &sum, 4);
        }
    }
    product_count.fetch_add(1, std::memory_order_relaxed);
}

void carry_out(const Decoded& d, const uint8_t* code) {
    if (d.opcode == 0x49 && d.mod != 3 && d.reg == 0 && d.prefix == 0) {  // LDTILECFG
        configure(d.address, code);
        return;
    }
    if (d.opcode == 0x49 && d.mod == 3 && d.reg == 0 && d.rm == 0 && d.prefix == 0) {
        unit = {};  // TILERELEASE
        return;
    }
    if (!unit.is_configured || d.reg > 7 || unit.rows[d.reg] == 0) refuse("no such tile", code);
    Tile& tile = unit.tiles[d.reg];
    if (d.opcode == 0x49 && d.mod == 3 && d.rm == 0 && d.prefix == 3) {  // TILEZERO
        tile = {};
    } else if (d.opcode == 0x4B && d.has_sib && (d.prefix == 3 || d.prefix == 2)) {
        const bool is_load = d.prefix == 3;  // TILELOADD, TILESTORED
        if (is_load) tile = {};
        for (size_t r = 0; r < unit.rows[d.reg]; ++r) {
            uint8_t* row = d.address + r * d.stride;
            std::memcpy(is_load ? tile.rows[r] : row, is_load ? row : tile.rows[r],
                        unit.row_bytes[d.reg]);
        }
    } else if (d.opcode == 0x5C && d.mod == 3 && d.prefix == 2) {  // TDPBF16PS
        multiply(d.reg, d.rm, d.third, code);
    } else {
        refuse("unknown", code);
    }
}

void handle(int, siginfo_t*, void* context) {
    greg_t* registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
    const auto* code = reinterpret_cast<const uint8_t*>(registers[REG_RIP]);
    const Decoded decoded = decode(code, registers);
    carry_out(decoded, code);
    registers[REG_RIP] += static_cast<greg_t>(decoded.length);
}

}  // namespace

TileInstructions::TileInstructions() {
    struct sigaction action = {};
    action.sa_sigaction = handle;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGILL, &action, &action_before);
}

TileInstructions::~TileInstructions() { sigaction(SIGILL, &action_before, nullptr); }

long TileInstructions::products() { return product_count.load(); }

bool TileInstructions::are_in_use() { return unit.is_configured; }

}  // namespace check
