// Plan's steps within a sample.

#include "exec/plan.h"
#include "exec/refuse.h"

namespace pronghorn {

namespace {

size_t elements_of(const Buffer& buffer) { return buffer.cols * buffer.rows_per_sample; }

void check_offsets(const char* step, std::span<const int64_t> offsets, int64_t low, size_t end) {
    for (const int64_t offset : offsets) {
        if (offset >= low && offset < static_cast<int64_t>(end)) continue;
        refuse(step,
               "offsets from " + std::to_string(low) + " to " +
                   std::to_string(static_cast<int64_t>(end) - 1) +
                   " (the elements of a sample of the inputs)",
               std::to_string(offset), "Count the elements of a sample in row-major order.");
    }
}

// A result that may be written while `in` is read, and that has a sample for each of `in`.
void check_result(const char* step, const Buffer& in, const Buffer& out) {
    if (in.data == out.data) {
        refuse(step, "an output other than the inputs", "an input", "Give it its own buffer.");
    }
    if (out.fixed && !in.fixed) {
        refuse(step, "fixed inputs of a fixed output", describe_buffer(in),
               "Make the output a buffer of the batch's rows.");
    }
}

// `count` matrices (rows, cols), no row of which goes over the end of a row of the buffer.
void check_matrices(const Buffer& buffer, const char* role, size_t count, size_t rows,
                    size_t cols) {
    const size_t all = elements_of(buffer);
    const bool fits = count > 0 && rows > 0 && cols > 0 && buffer.cols % cols == 0 &&
                      (all / cols) % rows == 0 && all / cols / rows == count;
    if (fits) return;
    refuse("sample_matmul",
           std::string(role) + " of " + describe_shape({count, rows, cols}) +
               " a sample, in whole rows",
           describe_buffer(buffer), "Reshape the value, or pass its shape.");
}

}  // namespace

void Plan::index_copy(const std::vector<int>& ins, std::span<const int64_t> offsets, int out) {
    const char* step = "index_copy";
    const Buffer& to = matrix(step, "out", out);
    std::vector<Buffer> from;
    size_t elements = 0;
    for (const int id : ins) {
        from.push_back(matrix(step, "inputs", id));
        check_result(step, from.back(), to);
        elements += elements_of(from.back());
    }
    if (offsets.size() != elements_of(to)) {
        refuse(step, "an offset for each element of a sample of " + describe_buffer(to),
               std::to_string(offsets.size()), "Pass one for each.");
    }
    check_offsets(step, offsets, -1, elements);
    add(make_index_copy(from, offsets, to));
}

void Plan::index_reduce(const std::string& kind, int x, std::span<const int64_t> offsets,
                        size_t width, int out) {
    const char* step = "index_reduce";
    if (kind != "sum" && kind != "max" && kind != "product") {
        refuse(step, "'sum', 'max' or 'product'", "'" + kind + "'", "Pass one of these.");
    }
    const Buffer& from = matrix(step, "x", x);
    const Buffer& to = matrix(step, "out", out);
    check_result(step, from, to);
    if (width == 0 || offsets.size() != elements_of(to) * width) {
        refuse(step, "a row of offsets for each element of a sample of " + describe_buffer(to),
               std::to_string(width == 0 ? 0 : offsets.size() / width) + " rows of " +
                   std::to_string(width),
               "Pass one row for each.");
    }
    check_offsets(step, offsets, 0, elements_of(from));
    const Reduction fold = kind == "max"   ? Reduction::max
                           : kind == "sum" ? Reduction::sum
                                           : Reduction::product;
    add(make_index_reduce(fold, from, offsets, width, to));
}

void Plan::sample_matmul(int a, int b, int out, const ProductShape& shape) {
    const char* step = "sample_matmul";
    const Buffer& left = matrix(step, "a", a);
    const Buffer& right = matrix(step, "b", b);
    const Buffer& to = matrix(step, "out", out);
    check_result(step, left, to);
    check_result(step, right, to);
    check_matrices(left, "a", shape.count, shape.m, shape.k);
    check_matrices(right, "b", shape.count, shape.k, shape.p);
    check_matrices(to, "out", shape.count, shape.m, shape.p);
    add(make_sample_matmul(left, right, to, shape));
}

}  // namespace pronghorn
