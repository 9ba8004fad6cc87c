// The command line of attn-run.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace attnrun {

/// Exit codes, as all tools of attnc use them; 1, 3, 4 and 70 are also attnc_status.
enum ExitCode : int {
  kSuccess = 0,
  kBadInput = 1,
  kUsage = 2,
  kMissing = 3,
  kOutputNotWritten = 5,
  kOutsideTolerance = 6
};

/// A file for an input or a number for a scalar.
struct InputOption {
  std::string text;
  bool isNumber;
};

/// Expected values of an output.
struct CheckOption {
  std::string path;
  bool isLse = false;
  std::string boundPath; // empty: the default bounds
  std::optional<double> relativeRmsLimit;
};

struct Options {
  std::string library;
  std::string function;
  std::vector<InputOption> inputs;                    // in argument order
  std::vector<std::string> outputs;                   // in output order
  std::vector<CheckOption> checks;                    // in output order
  std::map<std::string, std::vector<int64_t>> shapes; // by argument name
  bool random = false;
  uint64_t seed = 0;
  int64_t threads = 0;
  int64_t benchRuns = 0;
  bool workspace = false;
  bool guard = false;
  bool json = false;
  bool info = false;
  bool help = false;
};

/// Returns an empty string, or what is wrong with the command line.
std::string parseOptions(int argc, char **argv, Options &options);

extern const char *const kHelpText;

} // namespace attnrun
