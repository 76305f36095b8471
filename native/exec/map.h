// A pointwise formula: a key under which its generated loop may be found, its micro-program, and
// where its scalars come from.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "kernels/table.h"

namespace pronghorn {

struct ScalarSource {
    enum class Kind { constant, step, rows };
    Kind kind;
    float value;    // of a constant
    size_t column;  // of the run's scalars, for a step scalar
};

class Map {
  public:
    Map(std::string key, int inputs, std::vector<Instruction> code, std::vector<uint16_t> outputs,
        std::vector<ScalarSource> scalars);
    Map(const Map&) = delete;  // the micro-program points into it
    Map& operator=(const Map&) = delete;

    const std::string& key() const { return key_; }
    int inputs() const { return inputs_; }
    int outputs() const { return static_cast<int>(output_registers_.size()); }
    // Instructions of one element: its cost, roughly, in vector operations.
    size_t work() const { return code_.size() + 1; }
    const std::vector<ScalarSource>& scalars() const { return scalars_; }
    // Columns of the run's scalars that the formula needs.
    size_t scalar_columns() const;
    bool is_generated(const KernelTable& table) const;

    // The formula with its loop, operands and scalars still to be set. The map must outlive it.
    TileMap bind(const KernelTable& table) const;

  private:
    void verify() const;

    std::string key_;
    int inputs_;
    std::vector<Instruction> code_;
    std::vector<uint16_t> output_registers_;
    std::vector<ScalarSource> scalars_;
    MicroProgram program_{};
};

// The scalars of one thread's copy of a formula. Constants are set once, step scalars before each
// step.
class ScalarValues {
  public:
    void prepare(const Map& map, size_t n);
    void refresh(const float* row) {
        for (size_t i = 0; i < varying_count_; ++i)
            values_[varying_[i].first] = row[varying_[i].second];
    }
    const float* data() const { return values_.data(); }

  private:
    std::array<float, kMaxScalars> values_{};
    std::array<std::pair<size_t, size_t>, kMaxScalars> varying_{};
    size_t varying_count_ = 0;
};

}  // namespace pronghorn
