// The tile registers and instructions of AMX. Written as assembly, because GCC's intrinsics take a
// register's number as a token, not as a constant of a template, and do not say that they read and
// write memory. Included by isa_avx512_amx.cpp only, after simd.h.
#pragma once

namespace pronghorn {
namespace {

// `Tiles` of matrix_tiles.inl. Tiles that are in use are saved and restored at each switch between
// threads; so they are released when a kernel ends, and no other code of the process pays for them.
class Tiles {
  public:
    Tiles() = default;
    Tiles(const Tiles&) = delete;
    Tiles& operator=(const Tiles&) = delete;
    ~Tiles() { asm volatile("tilerelease" : : : "memory"); }

    void configure(const uint8_t (&rows)[8], const uint8_t (&cols)[8]) {
        Config config{};
        config.palette = 1;
        for (size_t i = 0; i < 8; ++i) {
            // A register without rows must be without columns, and the other way round.
            if (rows[i] == 0 || cols[i] == 0) continue;
            config.rows[i] = rows[i];
            config.row_bytes[i] = static_cast<uint16_t>(cols[i] * sizeof(float));
        }
        asm volatile("ldtilecfg %0" : : "m"(config));
    }
    template <int kTile>
    void zero() {
        asm volatile("tilezero %%tmm%c0" : : "i"(kTile));
    }
    template <int kTile>
    void load(const float* from, size_t ld) {
        asm volatile("tileloadd (%0,%1,1), %%tmm%c2"
                     :
                     : "r"(from), "r"(ld * sizeof(float)), "i"(kTile)
                     : "memory");
    }
    template <int kTile>
    void store(float* to, size_t ld) const {
        asm volatile("tilestored %%tmm%c2, (%0,%1,1)"
                     :
                     : "r"(to), "r"(ld * sizeof(float)), "i"(kTile)
                     : "memory");
    }
    template <int kSum, int kLeft, int kRight>
    void multiply() {
        asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0"
                     :
                     : "i"(kSum), "i"(kLeft), "i"(kRight));
    }

  private:
    struct alignas(64) Config {
        uint8_t palette, start_row, reserved[14];
        uint16_t row_bytes[16];
        uint8_t rows[16];
    };
    static_assert(sizeof(Config) == 64);
};

}  // namespace
}  // namespace pronghorn
