// Draws heatmaps: coloured blanks or ASCII in the terminal, rectangles in SVG.
#include "heatmap.h"

#include <algorithm>
#include <cstdio>

namespace needle {
namespace {

constexpr int kCellWidth = 44, kCellHeight = 20, kMarginLeft = 56, kMarginTop = 64;
constexpr int kPanelGap = 24, kMarginBottom = 58;
// Narrower panels would cut the texts off.
constexpr int kMinPanelWidth = 270;

std::string shortLength(int64_t length) {
  return length % 1024 == 0 ? std::to_string(length / 1024) + "K" : std::to_string(length);
}

/// Found and not found as the mask says are green and grey; anything else is wrong and red.
const char *svgColour(const Cell &cell) {
  if (cell.found != cell.reachable)
    return "#d62728";
  return cell.found ? "#2ca02c" : "#d9d9d9";
}

void writePanel(FILE *file, const Heatmap &map, int left) {
  fprintf(file, "<g transform=\"translate(%d,%d)\">\n", left, kMarginTop);
  fprintf(file, "<text x=\"0\" y=\"-14\" font-weight=\"bold\">%s</text>\n", map.title.c_str());
  for (size_t d = 0; d < map.depths.size(); ++d) {
    int y = int(d) * kCellHeight;
    fprintf(file, "<text x=\"-6\" y=\"%d\" text-anchor=\"end\">%d%%</text>\n", y + kCellHeight - 6,
            map.depths[d]);
    for (size_t l = 0; l < map.lengths.size(); ++l) {
      const Cell &cell = map.at(d, l);
      fprintf(file,
              "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\">"
              "<title>length %lld, depth %d%%: %s, %s</title></rect>\n",
              int(l) * kCellWidth, y, kCellWidth - 2, kCellHeight - 2, svgColour(cell),
              static_cast<long long>(map.lengths[l]), map.depths[d],
              cell.found ? "found" : "not found",
              cell.reachable ? "the mask reaches it" : "the mask hides it");
    }
  }
  int below = int(map.depths.size()) * kCellHeight + 14;
  for (size_t l = 0; l < map.lengths.size(); ++l)
    fprintf(file, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
            int(l) * kCellWidth + kCellWidth / 2, below, shortLength(map.lengths[l]).c_str());
  fprintf(file, "</g>\n");
}

} // namespace

int64_t Heatmap::countWrong() const {
  return std::count_if(cells.begin(), cells.end(),
                       [](const Cell &cell) { return cell.found != cell.reachable; });
}

void printHeatmap(const Heatmap &map, bool colours) {
  printf("\n%s\n depth", map.title.c_str());
  for (int64_t length : map.lengths)
    printf("%6s", shortLength(length).c_str());
  printf("\n");
  for (size_t d = 0; d < map.depths.size(); ++d) {
    printf("  %3d%%", map.depths[d]);
    for (size_t l = 0; l < map.lengths.size(); ++l) {
      const Cell &cell = map.at(d, l);
      bool wrong = cell.found != cell.reachable;
      const char *mark = wrong ? "!" : cell.found ? "#" : ".";
      if (colours)
        printf(" \033[%sm  %s  \033[0m",
               wrong        ? "41"
               : cell.found ? "42"
                            : "100",
               wrong ? "!" : " ");
      else
        printf("%6s", mark);
    }
    printf("\n");
  }
}

bool writeSvg(const std::string &path, const std::vector<Heatmap> &maps) {
  FILE *file = fopen(path.c_str(), "w");
  if (!file)
    return false;
  int panel =
      std::max(kMinPanelWidth, kMarginLeft + int(maps[0].lengths.size()) * kCellWidth + kPanelGap);
  int width = panel * int(maps.size());
  int bottom = kMarginTop + int(maps[0].depths.size()) * kCellHeight;
  fprintf(file,
          "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
          "font-family=\"sans-serif\" font-size=\"12\">\n"
          "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n"
          "<text x=\"%d\" y=\"26\" font-size=\"15\">Needle in a haystack: depth of the needle by "
          "length of the text</text>\n",
          width, bottom + kMarginBottom, kMarginLeft);
  for (size_t i = 0; i < maps.size(); ++i)
    writePanel(file, maps[i], int(i) * panel + kMarginLeft);
  fprintf(
      file,
      "<text x=\"%d\" y=\"%d\">Green: found. Grey: hidden by the mask. Red: wrong. This is "
      "retrieval by constructed codes: it tests kernels and masks, not a model.</text>\n</svg>\n",
      kMarginLeft, bottom + kMarginBottom - 14);
  bool written = !ferror(file);
  return fclose(file) == 0 && written;
}

} // namespace needle
