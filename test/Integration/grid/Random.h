// Random numbers of the grid: the same on every machine, one stream per configuration and point.
#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace grid {

/// SplitMix64.
class Random {
public:
  explicit Random(uint64_t seed, uint64_t stream = 0, uint64_t substream = 0)
      : state(seed + 0x9e3779b97f4a7c15 * stream) {
    state = next() + substream;
    state = next();
  }

  uint64_t next() {
    state += 0x9e3779b97f4a7c15;
    uint64_t bits = state;
    bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
    bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
    return bits ^ (bits >> 31);
  }

  /// From `least` to `most`, both included.
  int64_t range(int64_t least, int64_t most) {
    return least + int64_t(next() % uint64_t(most - least + 1));
  }
  bool oneIn(int64_t n) { return range(1, n) == 1; }

  /// In (0, 1].
  double uniform() { return double((next() >> 11) + 1) * 0x1p-53; }

  /// Standard normal, by Box and Muller.
  double normal() {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(6.283185307179586 * uniform());
  }

  template <typename T> T pick(const std::vector<T> &choices) {
    return choices[size_t(range(0, int64_t(choices.size()) - 1))];
  }
  template <typename T> T pick(std::initializer_list<T> choices) {
    return pick(std::vector<T>(choices));
  }

private:
  uint64_t state;
};

} // namespace grid
