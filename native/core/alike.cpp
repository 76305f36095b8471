#include "core/alike.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <vector>

#include "kernels/table.h"

namespace pronghorn {

namespace {

// The rows that tell the components, and the columns looked at: all, or stretches from all over a
// row that make up so many. Nearly as good as all rows and columns, and a fraction of the reading.
constexpr size_t kSample = 256, kColumns = 128, kStretch = 32;
constexpr size_t kAxes = 2;
// Of what is computed at random, the share that must be left out for the order to pay.
constexpr double kLeastGain = 0.05;

struct Stretches {
    size_t count, length, cols;

    explicit Stretches(size_t of)
        : count(of <= kColumns ? 1 : kColumns / kStretch),
          length(of <= kColumns ? of : kStretch),
          cols(of) {}
    size_t columns() const { return count * length; }
    // In the middle of an equal share of the row.
    size_t first(size_t i) const { return (2 * i + 1) * cols / (2 * count) - length / 2; }
};

template <class T>
const T* row_of(const RowsInMemory& rows, size_t i) {
    return reinterpret_cast<const T*>(static_cast<const std::byte*>(rows.data) +
                                      static_cast<ptrdiff_t>(i) * rows.row_bytes);
}

// Where the sampled rows are not 0: (count, columns) of 0 and 1.
struct Sample {
    size_t count, columns;
    std::vector<uint8_t> is_set;
    const uint8_t* row(size_t i) const { return is_set.data() + i * columns; }
};

template <class T>
Sample take_sample(const RowsInMemory& rows, const Stretches& looked_at) {
    Sample sample{std::min(rows.rows, kSample), looked_at.columns(), {}};
    // One of each equal share of the rows, at a place in it that follows no period of theirs.
    const size_t share = rows.rows / sample.count;
    for (size_t i = 0; i < sample.count; ++i) {
        const size_t within = (i * 0x9E3779B1u >> 8) % share;
        const T* row = row_of<T>(rows, i * share + within);
        for (size_t s = 0; s < looked_at.count; ++s) {
            const T* x = row + looked_at.first(s);
            for (size_t c = 0; c < looked_at.length; ++c) sample.is_set.push_back(x[c] != 0);
        }
    }
    return sample;
}

using Direction = std::vector<float>;

// In as many sums as vectors have lanes.
float dot(const Direction& a, const Direction& b) {
    constexpr size_t kSums = 8;
    float sums[kSums] = {};
    size_t c = 0;
    for (; c + kSums <= a.size(); c += kSums) {
        for (size_t j = 0; j < kSums; ++j) sums[j] += a[c + j] * b[c + j];
    }
    for (; c < a.size(); ++c) sums[0] += a[c] * b[c];
    return std::accumulate(std::begin(sums), std::end(sums), 0.0F);
}

// Directions of length 1 at right angles, by Gram and Schmidt.
void orthonormalize(std::array<Direction, kAxes>& axes) {
    for (size_t k = 0; k < kAxes; ++k) {
        for (size_t j = 0; j < k; ++j) {
            const float shared = dot(axes[k], axes[j]);
            for (size_t c = 0; c < axes[k].size(); ++c) axes[k][c] -= shared * axes[j][c];
        }
        const float length = std::sqrt(dot(axes[k], axes[k]));
        for (float& x : axes[k]) x = length > 0.0F ? x / length : 0.0F;
    }
}

// By orthogonal iteration: both directions through the covariance, and at right angles again.
std::array<Direction, kAxes> find_components(const Sample& sample) {
    constexpr int kRounds = 4;
    const size_t columns = sample.columns;
    Direction mean(columns, 0.0F);
    for (size_t i = 0; i < sample.count; ++i) {
        for (size_t c = 0; c < columns; ++c) mean[c] += static_cast<float>(sample.row(i)[c]);
    }
    for (float& share : mean) share /= static_cast<float>(sample.count);
    // Any start will do that is not at right angles to a component.
    std::array<Direction, kAxes> axes;
    for (size_t k = 0; k < kAxes; ++k) {
        for (size_t c = 0; c < columns; ++c) {
            axes[k].push_back(std::cos(static_cast<float>((k + 1) * c) * 0.37F));
        }
    }
    Direction centred(columns);
    for (int round = 0; round < kRounds; ++round) {
        std::array<Direction, kAxes> next;
        next.fill(Direction(columns, 0.0F));
        for (size_t i = 0; i < sample.count; ++i) {
            for (size_t c = 0; c < columns; ++c) {
                centred[c] = static_cast<float>(sample.row(i)[c]) - mean[c];
            }
            for (size_t k = 0; k < kAxes; ++k) {
                const float along = dot(centred, axes[k]);
                for (size_t c = 0; c < columns; ++c) next[k][c] += along * centred[c];
            }
        }
        orthonormalize(next);
        axes = next;
    }
    return axes;
}

// The plane: coordinates are sums of whole numbers that 16 bits hold, so that vectors of them take
// many columns at once.
class Plane {
  public:
    Plane(const Sample& sample, const Stretches& looked_at) : looked_at_(looked_at) {
        const auto axes = find_components(sample);
        for (size_t k = 0; k < kAxes; ++k) {
            float sum = 0.0F;
            for (const float x : axes[k]) sum += std::abs(x);
            const float scale = sum > 0.0F ? 0x7FFF / sum : 0.0F;
            for (const float x : axes[k]) {
                weights_[k].push_back(static_cast<int16_t>(x * scale));  // towards 0: no overflow
            }
        }
        for (auto& weights : weights_) weights.resize((weights.size() / kWords + 1) * kWords);
        // The middle of the plane is that of the sample, and its width what the sample needs.
        std::vector<int> along;
        for (size_t i = 0; i < sample.count; ++i) {
            Sums sums{};
            add_up(sample.row(i), 0, sample.columns, sums);
            for (size_t k = 0; k < kAxes; ++k) middle_[k] += total(sums, k);
            along.push_back(total(sums, 0));
        }
        for (int& at : middle_) at /= static_cast<int>(sample.count);
        int reach = 1;
        for (const int at : along) reach = std::max(reach, std::abs(at - middle_[0]));
        scale_ = 127.0F / static_cast<float>(reach);
    }

    template <class T>
    uint16_t place(const T* row) const {
        Sums sums{};
        for (size_t s = 0; s < looked_at_.count; ++s) {
            add_up(row + looked_at_.first(s), s * looked_at_.length, looked_at_.length, sums);
        }
        return place_of(sums);
    }
    uint16_t place_of_sampled(const uint8_t* row) const {
        Sums sums{};
        add_up(row, 0, looked_at_.columns(), sums);
        return place_of(sums);
    }

  private:
    // As vectors of every processor: loops of numbers of two sizes became none.
    static constexpr size_t kWords = 8;
    using Words [[gnu::vector_size(2 * kWords)]] = int16_t;
    struct Sums {
        Words of[kAxes];
    };
    template <class T>
    void add_up(const T* x, size_t first, size_t count, Sums& sums) const {
        const size_t whole = count / kWords * kWords;
        for (size_t c = 0; c < whole; c += kWords) add_vector(x + c, kWords, first + c, sums);
        if (whole < count) add_vector(x + whole, count - whole, first + whole, sums);
    }
    template <class T>
    [[gnu::always_inline]] void add_vector(const T* x, size_t count, size_t first,
                                           Sums& sums) const {
        using Numbers [[gnu::vector_size(sizeof(T) * kWords)]] = T;
        Numbers numbers{};
        std::memcpy(&numbers, x, count * sizeof(T));
        const Words is_set = __builtin_convertvector(numbers != 0, Words);  // all bits, or none
        for (size_t k = 0; k < kAxes; ++k) {
            Words weights;
            std::memcpy(&weights, weights_[k].data() + first, sizeof weights);
            sums.of[k] += is_set & weights;
        }
    }
    uint16_t place_of(const Sums& sums) const {
        return place_on_curve(cell(total(sums, 0), 0), cell(total(sums, 1), 1));
    }
    static int total(const Sums& sums, size_t k) {
        int total = 0;
        for (size_t j = 0; j < kWords; ++j) total += sums.of[k][j];
        return total;
    }
    uint8_t cell(int at, size_t k) const {
        const float share = static_cast<float>(at - middle_[k]) * scale_;
        return static_cast<uint8_t>(std::clamp(128.0F + share, 0.0F, 255.0F));
    }

    Stretches looked_at_;
    std::array<std::vector<int16_t>, kAxes> weights_;  // whole vectors
    std::array<int, kAxes> middle_{};
    float scale_ = 0.0F;
};

// The columns of the sample that tiles of its rows in such an order cannot leave out.
size_t count_left(const Sample& sample, const std::vector<size_t>& order) {
    size_t count = 0;
    std::vector<uint8_t> met(sample.columns);
    for (size_t i = 0; i + kListedRows <= order.size(); i += kListedRows) {
        std::fill(met.begin(), met.end(), uint8_t{0});
        for (size_t r = i; r < i + kListedRows; ++r) {
            const uint8_t* row = sample.row(order[r]);
            for (size_t c = 0; c < sample.columns; ++c) met[c] |= row[c];
        }
        count += static_cast<size_t>(std::count(met.begin(), met.end(), uint8_t{1}));
    }
    return count;
}

bool pays(const Sample& sample, const Plane& plane) {
    // Rows of a file often stand class by class: those of a random tile are from all over it.
    const size_t tiles = sample.count / kListedRows;
    std::vector<size_t> apart;
    for (size_t i = 0; i < tiles * kListedRows; ++i) {
        apart.push_back(i % kListedRows * tiles + i / kListedRows);
    }
    std::vector<uint16_t> places;
    for (size_t i = 0; i < sample.count; ++i) {
        places.push_back(plane.place_of_sampled(sample.row(i)));
    }
    std::vector<size_t> together = apart;
    std::stable_sort(together.begin(), together.end(),
                     [&](size_t a, size_t b) { return places[a] < places[b]; });
    return static_cast<double>(count_left(sample, together)) <
           (1.0 - kLeastGain) * static_cast<double>(count_left(sample, apart));
}

template <class T>
bool find_places_of(const RowsInMemory& rows, uint16_t* places) {
    const Stretches looked_at(rows.cols);
    const Sample sample = take_sample<T>(rows, looked_at);
    const Plane plane(sample, looked_at);
    if (!pays(sample, plane)) return false;
    for (size_t i = 0; i < rows.rows; ++i) places[i] = plane.place(row_of<T>(rows, i));
    return true;
}

// Rows in batches to be sorted by batch and place: three passes, each by some of a key's bits and
// leaving the order of equals, which take a fifth of the time of comparisons.
class Sorter {
  public:
    // From the lowest bit: the place, the number of the batch, the position. So many rows at once fit
    // in a core's cache.
    static constexpr size_t kRows = 1 << 14;
    static uint64_t key(uint16_t place, size_t batch, size_t position) {
        return place | uint64_t{batch} << 16 | uint64_t{position} << 32;
    }
    static size_t position(uint64_t key) { return static_cast<size_t>(key >> 32); }

    void sort(std::vector<uint64_t>& keys, size_t batches) {
        other_.resize(keys.size());
        distribute(keys, other_, 0, 256);
        distribute(other_, keys, 8, 256);
        if (batches == 1) return;
        distribute(keys, other_, 16, batches);
        keys.swap(other_);
    }

  private:
    void distribute(const std::vector<uint64_t>& from, std::vector<uint64_t>& to, int shift,
                    size_t buckets) {
        const uint64_t mask = std::bit_ceil(buckets) - 1;
        ends_.assign(mask + 1, 0);
        for (const uint64_t key : from) ++ends_[key >> shift & mask];
        std::exclusive_scan(ends_.begin(), ends_.end(), ends_.begin(), size_t{0});
        for (const uint64_t key : from) to[ends_[key >> shift & mask]++] = key;
    }

    std::vector<uint64_t> other_;
    std::vector<size_t> ends_;
};

// The number without a common divisor with `count` that is nearest its golden section: its multiples
// modulo `count` spread any few that follow each other evenly over all.
size_t golden_step(size_t count) {
    const double section = 0.618 * static_cast<double>(count);
    const auto below = static_cast<size_t>(section);
    for (size_t away = 0; away < below; ++away) {
        // Of the two at this distance, the nearer one first.
        const bool is_up = section - static_cast<double>(below) > 0.5;
        const size_t up = below + 1 + away, down = below - away;
        const size_t first = is_up ? up : down, second = is_up ? down : up;
        if (std::gcd(first, count) == 1) return first;
        if (std::gcd(second, count) == 1) return second;
    }
    return 1;
}

}  // namespace

uint16_t place_on_curve(uint8_t x, uint8_t y) {
    // From the coarsest quarter down: which quarter, and how the curve turns within it. No branch:
    // the bits of places are as good as random.
    uint32_t place = 0, across = x, up = y;
    for (int bit = 7; bit >= 0; --bit) {
        const uint32_t right = across >> bit & 1, top = up >> bit & 1;
        place = place << 2 | ((3 * right) ^ top);
        const uint32_t is_turned = 0U - (right & (top ^ 1));
        across ^= is_turned;
        up ^= is_turned;
        const uint32_t swapped = (across ^ up) & (0U - (top ^ 1));
        across ^= swapped;
        up ^= swapped;
    }
    return static_cast<uint16_t>(place);
}

bool find_places(const RowsInMemory& rows, uint16_t* places) {
    if (rows.rows == 0 || rows.cols == 0) return false;
    switch (rows.element_bytes) {
        case 1:
            return find_places_of<uint8_t>(rows, places);
        case 2:
            return find_places_of<uint16_t>(rows, places);
        case 4:
            return find_places_of<uint32_t>(rows, places);
        case 8:
            return find_places_of<uint64_t>(rows, places);
        default:
            return false;
    }
}

void group_alike(int64_t* index, size_t n, size_t batch, const uint16_t* places) {
    const size_t together = batch * std::max<size_t>(Sorter::kRows / batch, 1);
    std::vector<int64_t> rows;
    std::vector<uint64_t> keys;
    Sorter sorter;
    for (size_t first = 0; first < n; first += together) {
        int64_t* out = index + first;
        const size_t count = std::min(together, n - first), batches = (count + batch - 1) / batch;
        rows.assign(out, out + count);
        keys.clear();
        for (size_t b = 0, i = 0; b < batches; ++b) {
            for (const size_t end = std::min((b + 1) * batch, count); i < end; ++i) {
                keys.push_back(Sorter::key(places[static_cast<size_t>(rows[i])], b, i));
            }
        }
        sorter.sort(keys, batches);
        for (size_t begin = 0; begin < count; begin += batch) {
            const size_t end = std::min(begin + batch, count);
            const size_t groups = (end - begin) / kListedRows, step = golden_step(groups);
            for (size_t g = 0, from = 0; g < groups; ++g) {
                for (size_t r = 0; r < kListedRows; ++r) {
                    *out++ = rows[Sorter::position(keys[begin + from * kListedRows + r])];
                }
                from += step;
                if (from >= groups) from -= groups;
            }
            for (size_t i = begin + groups * kListedRows; i < end; ++i) {
                *out++ = rows[Sorter::position(keys[i])];
            }
        }
    }
}

}  // namespace pronghorn
