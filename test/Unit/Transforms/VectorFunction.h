// Code on f32 vectors compiled for this CPU, as a function of arrays that tests sweep.
#pragma once

#include "lib/Conversion/AttnToVector/VectorBuilder.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <string>
#include <vector>

namespace attnc::test {

/// A function of one f32 vector, applied to whole arrays, for this machine's CPU.
class VectorFunction {
public:
  /// Writes the code of the function and returns its result.
  using Build = std::function<mlir::Value(VectorBuilder &, mlir::Value)>;

  explicit VectorFunction(const Build &build) {
    std::string error = compile(build);
    EXPECT_EQ(error, "");
  }
  VectorFunction(const VectorFunction &) = delete;
  VectorFunction &operator=(const VectorFunction &) = delete;
  ~VectorFunction();

  /// Applies the function in place to a number of elements that is a multiple of 16.
  void apply(std::vector<float> &values) const;
  float operator()(float x) const {
    std::vector<float> values(16, x);
    apply(values);
    return values[3];
  }

private:
  /// MLIR's descriptor of a memref of rank 1.
  struct Buffer {
    float *allocated, *aligned;
    int64_t offset, size, stride;
  };

  /// An empty string, or why there is no function to call.
  std::string compile(const Build &build);

  using Entry = void (*)(Buffer *, Buffer *);
  void *library = nullptr;
  Entry entry = nullptr;
};

/// Calls check(x, f(x)) for every `stride`-th float that isWanted; with a prime stride all
/// exponents and all kinds of mantissas occur. The check returns whether it passes; the first
/// failure ends it.
template <typename Wanted, typename Check>
void sweep(const VectorFunction &function, uint32_t stride, Wanted isWanted, Check check) {
  constexpr size_t kBlock = size_t(1) << 16;
  std::vector<float> inputs, results;
  auto flush = [&] {
    while (inputs.size() % 16 != 0)
      inputs.push_back(inputs.back());
    results = inputs;
    function.apply(results);
    for (size_t n = 0; n < inputs.size(); ++n)
      if (!check(inputs[n], results[n])) {
        ADD_FAILURE() << "f(" << std::hexfloat << inputs[n] << ") = " << results[n];
        return false;
      }
    inputs.clear();
    return true;
  };
  for (uint64_t bits = 0; bits <= UINT32_MAX; bits += stride) {
    uint32_t word = uint32_t(bits);
    float x;
    std::memcpy(&x, &word, sizeof(x));
    if (isWanted(x))
      inputs.push_back(x);
    if (inputs.size() == kBlock && !flush())
      return;
  }
  if (!inputs.empty())
    flush();
}

} // namespace attnc::test
