// The interpreter of user-made formulas. A register is a stretch of up to kStretch floats that
// stays in L1, so that one dispatch serves many vectors. A scalar or a repeated column is a single
// vector read with mask 0.

constexpr size_t kStretch = 256;
constexpr size_t kScratchFloats = 8192;  // all temporaries together: the size of an L1 cache

struct Register {
    const float* data;
    size_t mask;
    Vec at(size_t j) const { return load(data + (j & mask)); }
};

template <Vec (*kFunction)(Vec)>
inline void each(float* out, Register a, size_t count) {
    for (size_t j = 0; j < count; j += kLanes) store(out + j, kFunction(a.at(j)));
}
template <Vec (*kFunction)(Vec, Vec)>
inline void each(float* out, Register a, Register b, size_t count) {
    for (size_t j = 0; j < count; j += kLanes) store(out + j, kFunction(a.at(j), b.at(j)));
}
inline void each_select(float* out, Register a, Register b, Register c, size_t count) {
    for (size_t j = 0; j < count; j += kLanes) store(out + j, select(a.at(j), b.at(j), c.at(j)));
}

// Operations of one operand.
inline void transform(OpCode op, float* out, Register a, size_t count) {
    switch (op) {
        case OpCode::neg:
            return each<neg>(out, a, count);
        case OpCode::abs:
            return each<abs>(out, a, count);
        case OpCode::sign:
            return each<sign>(out, a, count);
        case OpCode::exp:
            return each<exp>(out, a, count);
        case OpCode::expm1:
            return each<expm1>(out, a, count);
        case OpCode::log:
            return each<log>(out, a, count);
        case OpCode::log1p:
            return each<log1p>(out, a, count);
        case OpCode::sqrt:
            return each<sqrt>(out, a, count);
        case OpCode::rsqrt:
            return each<rsqrt>(out, a, count);
        case OpCode::tanh:
            return each<tanh>(out, a, count);
        case OpCode::sigmoid:
            return each<sigmoid>(out, a, count);
        case OpCode::relu:
            return each<relu>(out, a, count);
        case OpCode::softplus:
            return each<softplus>(out, a, count);
        case OpCode::erf:
            return each<erf>(out, a, count);
        case OpCode::sin:
            return each<sin>(out, a, count);
        case OpCode::cos:
            return each<cos>(out, a, count);
        case OpCode::atan:
            return each<atan>(out, a, count);
        case OpCode::floor:
            return each<floor>(out, a, count);
        case OpCode::round:
            return each<round>(out, a, count);
        default:
            return;  // of more operands, which execute knows
    }
}

inline void execute(OpCode op, float* out, Register a, Register b, Register c, size_t count) {
    switch (op) {
        case OpCode::add:
            return each<add>(out, a, b, count);
        case OpCode::sub:
            return each<sub>(out, a, b, count);
        case OpCode::mul:
            return each<mul>(out, a, b, count);
        case OpCode::div:
            return each<div>(out, a, b, count);
        case OpCode::maximum:
            return each<maximum>(out, a, b, count);
        case OpCode::minimum:
            return each<minimum>(out, a, b, count);
        case OpCode::gt:
            return each<gt>(out, a, b, count);
        case OpCode::ge:
            return each<ge>(out, a, b, count);
        case OpCode::lt:
            return each<lt>(out, a, b, count);
        case OpCode::le:
            return each<le>(out, a, b, count);
        case OpCode::eq:
            return each<eq>(out, a, b, count);
        case OpCode::ne:
            return each<ne>(out, a, b, count);
        case OpCode::select:
            return each_select(out, a, b, c, count);
        case OpCode::pow:
            return each<pow>(out, a, b, count);
        default:
            return transform(op, out, a, count);
    }
}

// The registers of one program: inputs, then scalars, then temporaries on the stack.
struct Machine {
    Register registers[kMaxRegisters];
    Cell cells[kMaxInputs + kMaxScalars];
    alignas(64) float scratch[kScratchFloats];
    float* temporary[kMaxRegisters];  // where each register may be written, or null
};

inline size_t prepare(Machine& machine, const MicroProgram& program, const float* scalars) {
    const int fixed = program.inputs + program.scalars;
    const size_t written = static_cast<size_t>(program.registers - program.scalars);
    size_t stretch = kScratchFloats / (written > 0 ? written : 1) / kAlignFloats * kAlignFloats;
    if (stretch > kStretch) stretch = kStretch;
    float* next = machine.scratch;
    for (int r = 0; r < program.registers; ++r) {
        if (r >= program.inputs && r < fixed) {
            Cell& cell = machine.cells[r];
            store(cell.lanes, broadcast(scalars[r - program.inputs]));
            machine.registers[r] = {cell.lanes, 0};
            machine.temporary[r] = nullptr;
        } else {
            machine.registers[r] = {next, ~size_t{0}};
            machine.temporary[r] = next;
            next += stretch;
        }
    }
    return stretch;
}

// Inputs of `rows` whole rows (or part of one row) from (i, j) into the machine's registers.
inline void fetch(Machine& machine, const MapCall& call, int input, size_t i, size_t j, size_t rows,
                  size_t width, bool copies) {
    const Operand& operand = call.in[input];
    if (rows == 1 && operand.col_step && !copies) {
        machine.registers[input] = {Writer(operand, i).row + j, ~size_t{0}};
        return;
    }
    if (rows == 1 && !operand.col_step && !copies) {
        const Reader reader(operand, i, machine.cells[input]);
        machine.registers[input] = {reader.row, reader.mask};
        return;
    }
    float* out = machine.temporary[input];
    machine.registers[input] = {out, ~size_t{0}};
    for (size_t r = 0; r < rows; ++r) {
        const Reader reader(operand, i + r, machine.cells[input]);
        for (size_t s = 0; s < width; s += kLanes) store(out + r * width + s, reader.at(j + s));
    }
}

inline void run_stretch(Machine& machine, const MapCall& call, const MicroProgram& program,
                        size_t i, size_t j, size_t rows, size_t width) {
    for (int input = 0; input < program.inputs; ++input) {
        // An input that is also a result must survive the other results being written.
        bool copies = false;
        for (int k = 0; k < program.outputs; ++k) copies |= program.output_registers[k] == input;
        fetch(machine, call, input, i, j, rows, width, copies);
    }
    for (int s = 0; s < program.instructions; ++s) {
        const Instruction& step = program.code[s];
        execute(static_cast<OpCode>(step.op), machine.temporary[step.dst],
                machine.registers[step.a], machine.registers[step.b], machine.registers[step.c],
                rows * width);
    }
    for (int k = 0; k < program.outputs; ++k) {
        const Register result = machine.registers[program.output_registers[k]];
        for (size_t r = 0; r < rows; ++r) {
            const Writer writer(call.out[k], i + r);
            for (size_t s = 0; s < width; s += kLanes) {
                writer.put(j + s, result.at(r * width + s));
            }
        }
    }
}

// Several short rows share a stretch; a long row takes several.
void interpret(const MapCall& call, const MicroProgram* program) {
    Machine machine;
    const size_t stretch = prepare(machine, *program, call.scalars);
    const size_t width = round_up(call.cols, kLanes);
    if (width <= stretch) {
        const size_t together = stretch / width;
        for (size_t i = 0; i < call.rows; i += together) {
            const size_t rows = call.rows - i < together ? call.rows - i : together;
            run_stretch(machine, call, *program, i, 0, rows, width);
        }
        return;
    }
    for (size_t i = 0; i < call.rows; ++i) {
        for (size_t j = 0; j < width; j += stretch) {
            const size_t part = width - j < stretch ? width - j : stretch;
            run_stretch(machine, call, *program, i, j, 1, part);
        }
    }
}
