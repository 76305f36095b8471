// The one shape of a refusal: what was expected, what came, and what to do.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace pronghorn {

[[noreturn]] inline void refuse(const std::string& step, const std::string& expected,
                                const std::string& received, const std::string& advice) {
    throw std::invalid_argument(step + ": expected " + expected + ", received " + received + ". " +
                                advice);
}

std::string describe_shape(const std::vector<size_t>& shape);

}  // namespace pronghorn
