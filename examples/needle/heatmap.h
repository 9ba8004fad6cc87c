// The heatmap of one mask, in the terminal and as a part of an SVG picture.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace needle {

/// What was measured and what the mask allows, for one length and depth.
struct Cell {
  bool found = false;
  bool reachable = false;
};

struct Heatmap {
  std::string title;
  std::vector<int64_t> lengths;
  std::vector<int> depths; // percent
  std::vector<Cell> cells; // lengths innermost

  Cell &at(size_t depth, size_t length) { return cells[depth * lengths.size() + length]; }
  const Cell &at(size_t depth, size_t length) const {
    return cells[depth * lengths.size() + length];
  }
  /// Cells that do not say what the mask allows.
  int64_t countWrong() const;
};

/// Prints a map to stdout; `colours` asks for ANSI colours, otherwise # is found and . is not.
void printHeatmap(const Heatmap &map, bool colours);

/// Writes all maps side by side into `path`; false if the file could not be written.
bool writeSvg(const std::string &path, const std::vector<Heatmap> &maps);

} // namespace needle
