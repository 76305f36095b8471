// The tile registers of matrix_tiles.inl in memory, and their instructions as Intel's manual
// defines them (Intel 64 and IA-32 Architectures Software Developer's Manual, TDPBF16PS), number by
// number: for tests, on any processor.

class Tiles {
  public:
    void configure(const uint8_t (&rows)[8], const uint8_t (&cols)[8]) {
        std::memcpy(rows_, rows, sizeof rows_);
        std::memcpy(cols_, cols, sizeof cols_);
    }
    template <int kTile>
    void zero() {
        std::memset(tiles_[kTile], 0, sizeof tiles_[kTile]);
    }
    template <int kTile>
    void load(const float* from, size_t ld) {
        zero<kTile>();
        for (size_t r = 0; r < rows_[kTile]; ++r) {
            std::memcpy(tiles_[kTile][r], from + r * ld, cols_[kTile] * sizeof(float));
        }
    }
    template <int kTile>
    void store(float* to, size_t ld) const {
        for (size_t r = 0; r < rows_[kTile]; ++r) {
            std::memcpy(to + r * ld, tiles_[kTile][r], cols_[kTile] * sizeof(float));
        }
    }
    template <int kSum, int kLeft, int kRight>
    void multiply() {
        for (size_t m = 0; m < rows_[kSum]; ++m) {
            float sums[2][kEdge] = {};
            for (size_t k = 0; k < rows_[kRight]; ++k) {
                for (size_t half = 0; half < 2; ++half) {
                    const float left = number(tiles_[kLeft][m][k], half);
                    for (size_t n = 0; n < cols_[kSum]; ++n) {
                        const float right = number(tiles_[kRight][k][n], half);
                        float& sum = sums[half][n];
                        sum = flush(__builtin_fmaf(left, right, sum));
                    }
                }
            }
            for (size_t n = 0; n < cols_[kSum]; ++n) {
                float& sum = tiles_[kSum][m][n];
                sum = flush(sum + flush(sums[0][n] + sums[1][n]));
            }
        }
    }

  private:
    static constexpr size_t kEdge = 16;

    // Denormal operands count as zeros and denormal results become zeros, of the same sign.
    static float flush(float x) {
        uint32_t bits;
        std::memcpy(&bits, &x, sizeof bits);
        if ((bits & 0x7F800000u) == 0) bits &= 0x80000000u;
        std::memcpy(&x, &bits, sizeof bits);
        return x;
    }
    static float number(float word, size_t half) {
        uint32_t bits;
        std::memcpy(&bits, &word, sizeof bits);
        bits = half == 0 ? bits << 16 : bits & 0xFFFF0000u;
        std::memcpy(&word, &bits, sizeof bits);
        return flush(word);
    }

    float tiles_[8][kEdge][kEdge] = {};
    uint8_t rows_[8] = {}, cols_[8] = {};
};
