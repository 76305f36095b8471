#include "exec/map.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "kernels/ops.gen.h"

namespace pronghorn {

namespace {

[[noreturn]] void refuse(const std::string& key, const std::string& what) {
    throw std::invalid_argument("Map '" + key + "': " + what);
}

void check_count(const std::string& key, const char* what, size_t count, size_t low, size_t high) {
    if (count >= low && count <= high) return;
    refuse(key, "expected " + std::to_string(low) + " to " + std::to_string(high) + " " + what +
                    ", received " + std::to_string(count) + ". Split the formula.");
}

constexpr int kOpCount = static_cast<int>(std::size(kArities));

}  // namespace

Map::Map(std::string key, int inputs, std::vector<Instruction> code, std::vector<uint16_t> outputs,
         std::vector<ScalarSource> scalars)
    : key_(std::move(key)),
      inputs_(inputs),
      code_(std::move(code)),
      output_registers_(std::move(outputs)),
      scalars_(std::move(scalars)) {
    verify();
    int registers = inputs_ + static_cast<int>(scalars_.size());
    for (const Instruction& step : code_) registers = std::max(registers, step.dst + 1);
    program_ = {inputs_,
                static_cast<int>(scalars_.size()),
                registers,
                static_cast<int>(code_.size()),
                static_cast<int>(output_registers_.size()),
                code_.data(),
                output_registers_.data()};
}

void Map::verify() const {
    check_count(key_, "inputs", static_cast<size_t>(std::max(inputs_, -1)), 0, kMaxInputs);
    check_count(key_, "outputs", output_registers_.size(), 1, kMaxOutputs);
    check_count(key_, "scalars", scalars_.size(), 0, kMaxScalars);
    const size_t leaves = static_cast<size_t>(inputs_) + scalars_.size();
    std::vector<bool> known(leaves, true);
    const auto read = [&](uint16_t reg) {
        if (reg < known.size() && known[reg]) return;
        refuse(key_, "expected an input, a scalar or an earlier result, received register " +
                         std::to_string(reg) + ". Order the instructions by dependence.");
    };
    for (const Instruction& step : code_) {
        if (step.op >= kOpCount) {
            refuse(key_, "expected an operation below " + std::to_string(kOpCount) + ", received " +
                             std::to_string(step.op) + ". Use the codes of the scalar operations.");
        }
        const int operands = kArities[step.op];
        read(step.a);
        if (operands > 1) read(step.b);
        if (operands > 2) read(step.c);
        if (step.dst < leaves || step.dst >= kMaxRegisters) {
            refuse(key_, "expected a result register from " + std::to_string(leaves) + " to " +
                             std::to_string(kMaxRegisters - 1) + ", received " +
                             std::to_string(step.dst) + ". Reuse registers or split the formula.");
        }
        if (step.dst >= known.size()) known.resize(size_t{step.dst} + 1, false);
        known[step.dst] = true;
    }
    for (const uint16_t reg : output_registers_) read(reg);
}

size_t Map::scalar_columns() const {
    size_t columns = 0;
    for (const ScalarSource& scalar : scalars_) {
        if (scalar.kind == ScalarSource::Kind::step) columns = std::max(columns, scalar.column + 1);
    }
    return columns;
}

bool Map::is_generated(const KernelTable& table) const {
    return table.find_map(key_.c_str()) != nullptr;
}

TileMap Map::bind(const KernelTable& table) const {
    TileMap bound{};
    bound.fn = table.find_map(key_.c_str());
    bound.update = table.find_update(key_.c_str());
    bound.sum = table.find_sum(key_.c_str());
    if (bound.fn == nullptr) {
        bound.fn = table.interpret;
        bound.program = &program_;
    }
    bound.inputs = inputs_;
    bound.outputs = outputs();
    return bound;
}

void ScalarValues::prepare(const Map& map, size_t n) {
    varying_count_ = 0;
    size_t at = 0;
    for (const ScalarSource& scalar : map.scalars()) {
        if (scalar.kind == ScalarSource::Kind::constant) {
            values_[at] = scalar.value;
        } else if (scalar.kind == ScalarSource::Kind::rows) {
            values_[at] = static_cast<float>(n);
        } else {
            varying_[varying_count_++] = {at, scalar.column};
        }
        ++at;
    }
}

}  // namespace pronghorn
