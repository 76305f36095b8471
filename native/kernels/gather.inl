// Rows of a data set, whatever their type, into the batch: out[i, :] = source[index[i], :] / divisor
// * scale + offset. Source rows are read to their last byte and not beyond; they need not be aligned.

struct Half {
    uint16_t bits;
};

// IEEE half to float: rebias the exponent by a multiplication, so that denormals come out right.
inline float to_float32(Half h) {
    const uint32_t magnitude = static_cast<uint32_t>(h.bits & 0x7FFFu) << 13;
    float value;
    std::memcpy(&value, &magnitude, sizeof value);
    value *= 0x1p112f;
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    // 2^16 and above was an infinity or a NaN.
    bits |= magnitude >= 0x0F800000u ? 0x7F800000u : 0u;
    bits |= static_cast<uint32_t>(h.bits & 0x8000u) << 16;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}

template <class T>
inline float to_float32(T value) {
    return static_cast<float>(value);
}

template <class T>
inline T read(const char* p, size_t j) {
    T value;
    std::memcpy(&value, p + j * sizeof(T), sizeof value);
    return value;
}

// Differences of a finite number are 0, of infinity and NaN are NaN.
inline bool is_finite(float x) { return x - x == 0.0f; }

template <class T>
constexpr bool kMayBeInfinite = T(0.5) != T(0);
template <>
constexpr bool kMayBeInfinite<Half> = true;

template <class T>
constexpr bool kIsByte = false;
template <>
constexpr bool kIsByte<uint8_t> = true;

// A stretch of converted numbers, small enough for L1.
constexpr size_t kConverted = 256;

template <class T>
inline bool convert_row(const char* source, const Gather& call, float* out) {
    alignas(64) float values[kConverted];
    const Vec scale = broadcast(call.scale), offset_by = broadcast(call.offset);
    Vec strange = broadcast(0.0f);
    for (size_t j = 0; j < call.cols; j += kConverted) {
        const size_t count = call.cols - j < kConverted ? call.cols - j : kConverted;
        for (size_t s = 0; s < count; ++s) values[s] = to_float32(read<T>(source, j + s));
        for (size_t s = count; s < round_up(count, kLanes); ++s) values[s] = 0.0f;
        for (size_t s = 0; s < count; s += kLanes) {
            const Vec v = load(values + s);
            if constexpr (kMayBeInfinite<T>) strange = add(strange, sub(v, v));
            store(out + j + s, fma(v, scale, offset_by));
        }
    }
    return !any(is_ne(strange, broadcast(0.0f)));
}

template <>
inline bool convert_row<float>(const char* source, const Gather& call, float* out) {
    const Vec scale = broadcast(call.scale), offset_by = broadcast(call.offset);
    // By turns, since each addition waits for the one before it.
    Vec strange[2] = {broadcast(0.0f), broadcast(0.0f)};
    const auto convert = [&](const float* from, float* to, int turn)
                             __attribute__((always_inline)) {
                                 const Vec v = load(from);
                                 strange[turn] = add(strange[turn], sub(v, v));
                                 store(to, fma(v, scale, offset_by));
                             };
    const float* row = reinterpret_cast<const float*>(source);
    size_t j = 0;
    for (; j + 2 * kLanes <= call.cols; j += 2 * kLanes) {
        convert(row + j, out + j, 0);
        convert(row + j + kLanes, out + j + kLanes, 1);
    }
    for (; j < call.cols; j += kLanes) {
        alignas(64) float last[kLanes] = {};
        const size_t rest = call.cols - j;
        if (rest < kLanes) std::memcpy(last, row + j, rest * sizeof(float));
        convert(rest < kLanes ? last : row + j, out + j, 0);
    }
    return !any(is_ne(add(strange[0], strange[1]), broadcast(0.0f)));
}

// Bytes over a divisor, as a division rounds them, for less than its price: what the product with
// the rounded reciprocal lacks is known without error. The tests try every byte and divisor.
class Quotient {
  public:
    explicit Quotient(float divisor)
        : divisor_(broadcast(divisor)), reciprocal_(broadcast(1.0f / divisor)) {}
    Vec of(Vec byte) const {
        if constexpr (!kRoundsOnce) return div(byte, divisor_);
        const Vec near = mul(byte, reciprocal_);
        return fma(fnma(near, divisor_, byte), reciprocal_, near);
    }

  private:
    Vec divisor_, reciprocal_;
};

template <class Number>
inline void convert_bytes(const uint8_t* bytes, const Gather& call, float* out, Number number) {
    const Vec scale = broadcast(call.scale), offset_by = broadcast(call.offset);
    size_t j = 0;
    for (; j + kLanes <= call.cols; j += kLanes) {
        store(out + j, fma(number(load_u8(bytes + j)), scale, offset_by));
    }
    if (j < call.cols) {
        uint8_t last[kLanes] = {};
        std::memcpy(last, bytes + j, call.cols - j);
        store(out + j, fma(number(load_u8(last)), scale, offset_by));
    }
}

template <>
inline bool convert_row<uint8_t>(const char* source, const Gather& call, float* out) {
    const uint8_t* bytes = reinterpret_cast<const uint8_t*>(source);
    if (call.divisor == 1.0f) {
        convert_bytes(bytes, call, out, [](Vec byte) { return byte; });
    } else {
        const Quotient over(call.divisor);
        convert_bytes(bytes, call, out, [&](Vec byte) { return over.of(byte); });
    }
    return true;
}

template <class T>
bool find_bytes(const void* row, size_t count, float divisor, uint8_t* out) {
    alignas(64) float values[kConverted];
    alignas(64) int32_t bytes[kConverted];
    const Quotient over(divisor);
    const Vec scale = broadcast(divisor), none = broadcast(0.0f), most = broadcast(255.0f);
    for (size_t j = 0; j < count; j += kConverted) {
        const size_t some = count - j < kConverted ? count - j : kConverted;
        for (size_t s = 0; s < some; ++s) {
            values[s] = to_float32(read<T>(static_cast<const char*>(row), j + s));
        }
        for (size_t s = some; s < round_up(some, kLanes); ++s) values[s] = 0.0f;
        IVec differing = ibroadcast(0);
        Vec strange = none;
        for (size_t s = 0; s < some; s += kLanes) {
            const Vec value = load(values + s);
            const Vec byte = round_even(bigger(none, smaller(most, mul(value, scale))));
            differing = ior(differing, ixor(as_int(over.of(byte)), as_int(value)));
            strange = add(strange, sub(value, value));
            const IVec whole = to_int(byte);
            std::memcpy(bytes + s, &whole, sizeof whole);
        }
        if (any(is_below(ibroadcast(0), differing)) || any(is_ne(strange, none))) return false;
        for (size_t s = 0; s < some; ++s) out[j + s] = static_cast<uint8_t>(bytes[s]);
    }
    return true;
}

bool to_bytes(ElementType type, const void* row, size_t count, float divisor, uint8_t* out) {
    return (type == ElementType::f64 ? find_bytes<double> : find_bytes<float>)(row, count, divisor,
                                                                               out);
}

inline const char* source_row(const Gather& call, size_t i) {
    return static_cast<const char*>(call.source) +
           static_cast<ptrdiff_t>(call.index[i]) * call.row_bytes;
}

// Rows are brought in this far ahead of the one that is converted: so much has to be under way for
// memory to be read at its full rate.
constexpr size_t kBytesAhead = 8192;

// Rows that are marked together: what was stored number by number a moment ago is slow to load.
constexpr size_t kMarkedRows = 8;

inline void mark_rows(const Gather& call, size_t row0, size_t row1) {
    for (size_t i = row0; i < row1; ++i) {
        mark_row(call.out + i * call.ld, call.cols, call.marks.words + i * call.marks_step,
                 call.marks.ld);
    }
}

// Whether bytes that are not 0, and only those, become numbers that products do not take as 0.
inline bool keeps_zeros(const Gather& call) {
    const float of_one = call.scale / call.divisor;
    constexpr float kSafelyNormal = 0x1p-124f;
    return call.offset == 0.0f && is_finite(call.scale) &&
           (of_one >= kSafelyNormal || of_one <= -kSafelyNormal);
}

inline void mark_bytes(const uint8_t* bytes, size_t cols, uint16_t* words, size_t ld) {
    size_t j = 0;
    for (; j + kLineFloats <= cols; j += kLineFloats, words += ld) {
        *words = static_cast<uint16_t>(bytes_not_zero(bytes + j));
    }
    if (j < cols) {
        uint8_t last[kLineFloats] = {};
        std::memcpy(last, bytes + j, cols - j);
        *words = static_cast<uint16_t>(bytes_not_zero(last));
    }
}

// Rows of few numbers: one after the other, since a vector that is loaded right after its numbers
// were stored waits for them.
constexpr size_t kFew = 8;

// Such rows are brought in before the first is converted, so many at a time: each lies in a line of its
// own, which takes as long to come as all together.
constexpr size_t kFewAhead = 128;

template <class Each>
[[gnu::always_inline]] inline void for_few(const Gather& call, size_t row0, size_t row1,
                                           size_t bytes, Each each) {
    for (size_t first = row0; first < row1; first += kFewAhead) {
        const size_t last = row1 - first < kFewAhead ? row1 : first + kFewAhead;
        for (size_t i = first; i < last; ++i) bring<2>(source_row(call, i), bytes);
        for (size_t i = first; i < last; ++i) each(i, source_row(call, i));
    }
}

template <class T>
bool gather_few(const Gather& call, size_t row0, size_t row1) {
    const size_t cols = call.cols, ld = call.ld;
    const float scale = call.scale, offset = call.offset, divisor = call.divisor;
    float strange = 0.0f;
    for_few(call, row0, row1, cols * sizeof(T), [&](size_t i, const char* row) {
        float* out = call.out + i * ld;
        for (size_t j = 0; j < cols; ++j) {
            float value = to_float32(read<T>(row, j));
            if constexpr (kIsByte<T>) value /= divisor;
            strange += value - value;
            out[j] = value * scale + offset;
        }
    });
    return strange == 0.0f;
}

template <class T>
bool gather_rows(const Gather& call, size_t row0, size_t row1) {
    const size_t bytes = call.cols * sizeof(T), ahead = 1 + kBytesAhead / bytes;
    const bool is_marked = call.marks.words != nullptr;
    if (call.cols < kFew && !is_marked) return gather_few<T>(call, row0, row1);
    const bool marks_bytes = kIsByte<T> && is_marked && keeps_zeros(call);
    bool all_finite = true;
    for (size_t i = row0; i < row1; ++i) {
        if (i + ahead < row1) bring<2>(source_row(call, i + ahead), bytes);
        const char* row = source_row(call, i);
        all_finite &= convert_row<T>(row, call, call.out + i * call.ld);
        if (marks_bytes) {
            mark_bytes(reinterpret_cast<const uint8_t*>(row), call.cols,
                       call.marks.words + i * call.marks_step, call.marks.ld);
        } else if (is_marked && ((i + 1 - row0) % kMarkedRows == 0 || i + 1 == row1)) {
            mark_rows(call, i - (i - row0) % kMarkedRows, i + 1);
        }
    }
    return all_finite;
}

template <class T>
bool gather_labels_of(const Gather& call, int32_t* out, size_t row0, size_t row1) {
    bool all_fit = true;
    for_few(call, row0, row1, call.cols * sizeof(T), [&](size_t i, const char* row) {
        for (size_t j = 0; j < call.cols; ++j) {
            double label;
            if constexpr (sizeof(T) == sizeof(Half) && kMayBeInfinite<T>) {
                label = static_cast<double>(to_float32(read<T>(row, j)));
            } else {
                label = static_cast<double>(read<T>(row, j));
            }
            // NaN fails both comparisons.
            const bool fits = label > -2147483649.0 && label < 2147483648.0;
            out[i * call.cols + j] = fits ? static_cast<int32_t>(label) : -1;
            all_fit &= fits;
        }
    });
    return all_fit;
}

bool gather(const Gather& call, size_t row0, size_t row1) {
    switch (call.type) {
        case ElementType::f32:
            return gather_rows<float>(call, row0, row1);
        case ElementType::f64:
            return gather_rows<double>(call, row0, row1);
        case ElementType::f16:
            return gather_rows<Half>(call, row0, row1);
        case ElementType::u8:
            return gather_rows<uint8_t>(call, row0, row1);
        case ElementType::i8:
            return gather_rows<int8_t>(call, row0, row1);
        case ElementType::u16:
            return gather_rows<uint16_t>(call, row0, row1);
        case ElementType::i16:
            return gather_rows<int16_t>(call, row0, row1);
        case ElementType::u32:
            return gather_rows<uint32_t>(call, row0, row1);
        case ElementType::i32:
            return gather_rows<int32_t>(call, row0, row1);
        case ElementType::u64:
            return gather_rows<uint64_t>(call, row0, row1);
        case ElementType::i64:
            return gather_rows<int64_t>(call, row0, row1);
        case ElementType::boolean:
            return gather_rows<uint8_t>(call, row0, row1);
    }
    return false;
}

bool gather_labels(const Gather& call, int32_t* out, size_t row0, size_t row1) {
    switch (call.type) {
        case ElementType::f32:
            return gather_labels_of<float>(call, out, row0, row1);
        case ElementType::f64:
            return gather_labels_of<double>(call, out, row0, row1);
        case ElementType::f16:
            return gather_labels_of<Half>(call, out, row0, row1);
        case ElementType::u8:
            return gather_labels_of<uint8_t>(call, out, row0, row1);
        case ElementType::i8:
            return gather_labels_of<int8_t>(call, out, row0, row1);
        case ElementType::u16:
            return gather_labels_of<uint16_t>(call, out, row0, row1);
        case ElementType::i16:
            return gather_labels_of<int16_t>(call, out, row0, row1);
        case ElementType::u32:
            return gather_labels_of<uint32_t>(call, out, row0, row1);
        case ElementType::i32:
            return gather_labels_of<int32_t>(call, out, row0, row1);
        case ElementType::u64:
            return gather_labels_of<uint64_t>(call, out, row0, row1);
        case ElementType::i64:
            return gather_labels_of<int64_t>(call, out, row0, row1);
        case ElementType::boolean:
            return gather_labels_of<uint8_t>(call, out, row0, row1);
    }
    return false;
}
