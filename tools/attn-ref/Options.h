// The command line of attn-ref.
#pragma once

#include <string>
#include <vector>

namespace attnref {

/// A file for an argument, or a number for a scalar.
struct InputOption {
  std::string text;
  bool isNumber;
};

struct OutputOption {
  std::string path;
  std::string boundPath; // empty: no bound wanted
};

struct Options {
  std::string model;
  std::string function;
  std::vector<InputOption> inputs;   // in argument order
  std::vector<OutputOption> outputs; // in result order
  bool f64 = false;
  bool help = false;
};

/// Returns an empty string, or what is wrong with the command line.
std::string parseOptions(int argc, char **argv, Options &options);

extern const char *const kHelpText;

} // namespace attnref
