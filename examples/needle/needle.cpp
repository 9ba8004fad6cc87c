// The demo: hides a needle in a real text, lets compiled attention look for it under three masks.
//
// Every word of the text is a token with a key code and a value code. Each haystack is read as a
// model reads a prompt: every token asks for its own key, and the question at the end asks for the
// needle's. What the last row of the output decodes to is the answer. The answer must be right
// exactly where the mask can reach the needle, and every other row must have found itself.
#include "codes.h"
#include "heatmap.h"
#include "needle_attention.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

using namespace needle;

namespace {

// Exit codes, as those of attn-run.
enum ExitCode { kOk = 0, kBadInput = 1, kUsage = 2, kNotWritten = 5, kWrong = 6 };

// Must be those of needle.mlir.
constexpr int64_t kWindow = 2048, kSinks = 64;
/// How much of a token's own value its row must give back. The weights of all other tokens add up
/// to less than 2e-3 (see README.md).
constexpr float kRecall = 0.99f;

struct Mask {
  const char *title;
  int (*attention)(const DLTensor *q, const DLTensor *k, const DLTensor *v, DLTensor *out,
                   const attnc_call *call);
  /// Whether the query at i sees the key at j <= i: the rule, written independently of the
  /// compiler.
  bool (*sees)(int64_t i, int64_t j);
  /// The most keys that a query sees, for counting work.
  int64_t mostKeys;
};

const Mask kMasks[] = {
    {"full (causal)", needle_full, [](int64_t, int64_t) { return true; },
     std::numeric_limits<int64_t>::max()},
    {"window of 2048", needle_window, [](int64_t i, int64_t j) { return i - j < kWindow; },
     kWindow},
    {"64 sinks + window of 2048", needle_sinks_window,
     [](int64_t i, int64_t j) { return j < kSinks || i - j < kWindow; }, kSinks + kWindow},
};
constexpr size_t kNumMasks = sizeof(kMasks) / sizeof(kMasks[0]);

/// A tensor of 1 x 1 x length x kCodeSize numbers that owns its memory.
class Codes {
public:
  explicit Codes(int64_t length) : shape{1, 1, length, kCodeSize}, data(length * kCodeSize) {
    tensor = DLTensor{};
    tensor.data = data.data();
    tensor.device = {kDLCPU, 0};
    tensor.ndim = 4;
    tensor.dtype = {kDLFloat, 32, 1};
    tensor.shape = shape;
  }
  Codes(const Codes &) = delete;
  Codes &operator=(const Codes &) = delete;

  float *row(int64_t i) { return data.data() + i * kCodeSize; }
  DLTensor *get() { return &tensor; }

private:
  int64_t shape[4];
  std::vector<float> data;
  DLTensor tensor;
};

/// What a haystack of one length is made of and what attention answered.
struct Haystack {
  explicit Haystack(int64_t length)
      : length(length), tokens(length), queries(length), keys(length), values(length),
        output(length) {}

  int64_t length;
  std::vector<Token> tokens;
  Codes queries, keys, values, output;

  /// The words of the text, over and over, with the needle at `position` and the question last.
  void fill(const std::vector<Token> &words, int64_t position) {
    for (int64_t i = 0; i < length; ++i) {
      Token token = i == position     ? needleToken()
                    : i == length - 1 ? questionToken()
                                      : words[size_t(i - (i > position)) % words.size()];
      tokens[i] = token;
      writeKeyCode(token.key, keys.row(i));
      writeKeyCode(i == length - 1 ? needleToken().key : token.key, queries.row(i));
      writeValueCode(token.value, values.row(i));
    }
  }

  /// Rows before the last that did not give back their own value.
  int64_t countForgetful() {
    int64_t forgetful = 0;
    for (int64_t i = 0; i + 1 < length; ++i) {
      float recall = 0;
      for (int64_t c = 0; c < kCodeSize; ++c)
        recall += output.row(i)[c] * values.row(i)[c];
      forgetful += !(recall >= kRecall * kCodeSize);
    }
    return forgetful;
  }
};

/// One line that is overwritten while the run goes on; silent when stderr is not a terminal.
class Progress {
public:
  explicit Progress(int64_t total) : total(total), shown(isatty(STDERR_FILENO)) {}
  void step(const char *what, int64_t length, int depth) {
    ++done;
    if (!shown)
      return;
    std::string bar(size_t(kWidth * done / total), '#');
    fprintf(stderr, "\r[%-*s] %lld/%lld  length %lld, depth %d%%, %-26s", int(kWidth), bar.c_str(),
            static_cast<long long>(done), static_cast<long long>(total),
            static_cast<long long>(length), depth, what);
  }
  void finish() {
    if (shown)
      fprintf(stderr, "\r\033[K");
  }

private:
  static constexpr int64_t kWidth = 24;
  int64_t total, done = 0;
  bool shown;
};

struct Options {
  std::string text;
  std::string svg = "needle.svg";
  std::vector<int64_t> lengths = {1024, 2048, 4096, 8192, 16384};
};

int usage(const char *complaint, const char *argument) {
  fprintf(stderr,
          "needle: %s%s\n"
          "usage: needle [TEXT] [--lengths=N,N,...] [--svg=FILE]\n"
          "  TEXT       a text file of your own (default: a licence text that Debian ships)\n"
          "  --lengths  tokens of each haystack, from 16 to 1048576 (default: 1024 to 16384)\n"
          "  --svg      where the picture goes (default: needle.svg)\n",
          complaint, argument);
  return kUsage;
}

bool parseLengths(const char *list, std::vector<int64_t> &lengths) {
  lengths.clear();
  for (const char *at = list;; ++at) {
    char *end;
    long long length = strtoll(at, &end, 10);
    if (end == at || length < 16 || length > 1048576 || (*end != ',' && *end != '\0'))
      return false;
    lengths.push_back(length);
    if (*end == '\0')
      return true;
    at = end;
  }
}

int parseArguments(int argc, char **argv, Options &options) {
  for (int i = 1; i < argc; ++i) {
    const char *argument = argv[i];
    if (!strncmp(argument, "--lengths=", 10)) {
      if (!parseLengths(argument + 10, options.lengths))
        return usage("--lengths wants numbers from 16 to 1048576, got ", argument + 10);
    } else if (!strncmp(argument, "--svg=", 6)) {
      options.svg = argument + 6;
    } else if (argument[0] == '-') {
      return usage("unknown option ", argument);
    } else if (!options.text.empty()) {
      return usage("more than one text: ", argument);
    } else {
      options.text = argument;
    }
  }
  return kOk;
}

/// The words of the user's text, or of the first licence text that is there.
int readWords(Options &options, std::vector<Token> &words) {
  std::vector<std::string> candidates = {options.text};
  if (options.text.empty())
    candidates = {"/usr/share/common-licenses/GPL-3", "/usr/share/common-licenses/Apache-2.0"};
  for (const std::string &path : candidates) {
    std::ifstream file(path);
    std::stringstream content;
    if (!file || !(content << file.rdbuf()))
      continue;
    options.text = path;
    words = readTokens(content.str());
    if (!words.empty())
      return kOk;
  }
  fprintf(stderr, "needle: no words could be read from %s; name a text file\n",
          candidates.back().c_str());
  return kBadInput;
}

double secondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Multiplications and additions of the pairs that a mask keeps: Q K^T and P V.
double countFlops(const Mask &mask, int64_t length) {
  double pairs = 0;
  for (int64_t i = 0; i < length; ++i)
    pairs += double(std::min(i + 1, mask.mostKeys));
  return 4.0 * kCodeSize * pairs;
}

} // namespace

int main(int argc, char **argv) {
  Options options;
  std::vector<Token> words;
  if (int status = parseArguments(argc, argv, options))
    return status;
  if (int status = readWords(options, words))
    return status;
  printf("Hiding a needle among the %zu words of %s\n", words.size(), options.text.c_str());

  std::vector<Heatmap> maps(kNumMasks);
  std::vector<int> depths;
  for (int depth = 0; depth <= 100; depth += 10)
    depths.push_back(depth);
  for (size_t m = 0; m < kNumMasks; ++m)
    maps[m] = {kMasks[m].title, options.lengths, depths,
               std::vector<Cell>(depths.size() * options.lengths.size())};

  Progress progress(int64_t(kNumMasks * depths.size() * options.lengths.size()));
  double flops = 0, seconds = 0;
  int64_t forgetful = 0, rows = 0;
  for (size_t l = 0; l < options.lengths.size(); ++l) {
    Haystack haystack(options.lengths[l]);
    int64_t last = haystack.length - 1;
    for (size_t d = 0; d < depths.size(); ++d) {
      int64_t position = (last - 1) * depths[d] / 100;
      haystack.fill(words, position);
      for (size_t m = 0; m < kNumMasks; ++m) {
        const Mask &mask = kMasks[m];
        progress.step(mask.title, haystack.length, depths[d]);
        auto start = std::chrono::steady_clock::now();
        if (mask.attention(haystack.queries.get(), haystack.keys.get(), haystack.values.get(),
                           haystack.output.get(), nullptr)) {
          progress.finish();
          fprintf(stderr, "needle: %s: %s\n", mask.title, attnc_last_error());
          return kBadInput;
        }
        seconds += secondsSince(start);
        Cell &cell = maps[m].at(d, l);
        cell.found = decodeValue(haystack.output.row(last)) == needleToken().value;
        cell.reachable = mask.sees(last, position);
        forgetful += haystack.countForgetful();
        rows += last;
      }
    }
    for (const Mask &mask : kMasks)
      flops += countFlops(mask, haystack.length) * double(depths.size());
  }
  progress.finish();

  int64_t wrong = 0;
  for (const Heatmap &map : maps) {
    printHeatmap(map, isatty(STDOUT_FILENO) && !getenv("NO_COLOR"));
    wrong += map.countWrong();
  }
  printf("\n%.0f GFLOP of attention in %.1f s: %.1f GFLOP/s\n", flops * 1e-9, seconds,
         flops * 1e-9 / seconds);
  printf("%lld of %lld rows gave back their own value\n", static_cast<long long>(rows - forgetful),
         static_cast<long long>(rows));
  if (!writeSvg(options.svg, maps)) {
    fprintf(stderr, "needle: could not write %s\n", options.svg.c_str());
    return kNotWritten;
  }
  printf("picture: %s\n", options.svg.c_str());
  if (wrong || forgetful) {
    printf("WRONG: %lld cells differ from what the mask can reach (marked !)\n",
           static_cast<long long>(wrong));
    return kWrong;
  }
  printf("Every cell is what its mask can reach.\n");
  return kOk;
}
