// Parses the command line of attn-run: "--name value" and "--name=value", in any order.
#include "Options.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <limits>

using namespace attnrun;

const char *const attnrun::kHelpText = R"(usage: attn-run LIBRARY.so [options]

Calls a function of a library that attnc made. The library is loaded, which runs its code: use only
libraries that you trust.

Arguments, each option for the next input or output of the function:
  --in FILE.npy         an input tensor; a bf16 tensor is stored as uint16
  --scalar NUMBER       a scalar argument (or --in with a file of one element)
  --random SEED         inputs without --in get random values: N(0, 1), integers from 0 to 7
  --shape NAME=2x8x64   the shape of a random input, or of an output no input determines
  --out FILE.npy        where an output is written

Checks, each for the next output; exit code 6 when a result is outside its tolerance:
  --check FILE.npy      expected values, best in f64
  --bound FILE.npy      bounds of the errors for the --check before it
  --rms NUMBER          what the rms of its errors may be, relative to that of the values
  --check-lse FILE.npy  expected values of a log-sum-exp, with its own tolerance

Running:
  --function NAME       which function; not needed when the library has one
  --threads N           default: ATTNC_NUM_THREADS, else all cores
  --workspace           hand one workspace to all calls instead of letting each allocate its own
  --guard               place tensors so that an access past their end faults
  --bench N             time N calls after a warm-up
  --json                print timing and checks as one JSON object
  --info                print the functions of the library and their arguments
  --help                print this text

Exit codes: 0 success, 1 bad input, 2 bad command line, 3 library or CPU feature missing, 4 out of
resources, 5 output not written, 6 results outside tolerance, 70 internal error of the library.
)";

namespace {

bool parseInteger(const std::string &text, int64_t min, int64_t max, int64_t &value) {
  char *end;
  errno = 0;
  const long long parsed = std::strtoll(text.c_str(), &end, 10);
  if (text.empty() || *end || errno || parsed < min || parsed > max)
    return false;
  value = parsed;
  return true;
}

/// Walks over the arguments of main.
class Parser {
public:
  Parser(int argc, char **argv, Options &options)
      : argument(argv + 1), end(argv + argc), options(options) {}

  std::string parse() {
    while (argument != end && error.empty())
      parseOne(*argument++);
    if (!error.empty() || options.help)
      return error;
    if (options.library.empty())
      return "no library given";
    return "";
  }

private:
  void parseOne(const std::string &text) {
    if (text.size() < 2 || text[0] != '-') {
      if (!options.library.empty())
        return fail("more than one library: '" + options.library + "' and '" + text + "'");
      options.library = text;
      return;
    }
    const size_t equals = text.find('=');
    name = text.substr(0, equals);
    hasInlineValue = equals != std::string::npos;
    inlineValue = hasInlineValue ? text.substr(equals + 1) : "";
    if (!parseFlag() && !parseValueOption())
      fail("unknown option '" + name + "'");
  }

  bool parseFlag() {
    bool *flag = name == "--workspace" ? &options.workspace
                 : name == "--guard"   ? &options.guard
                 : name == "--json"    ? &options.json
                 : name == "--info"    ? &options.info
                 : name == "--help"    ? &options.help
                                       : nullptr;
    if (!flag)
      return false;
    if (hasInlineValue)
      fail(name + " takes no value");
    *flag = true;
    return true;
  }

  bool parseValueOption() {
    std::string text;
    if (name == "--in") {
      if (takeValue(text))
        options.inputs.push_back({text, /*isNumber=*/false});
    } else if (name == "--scalar") {
      if (takeValue(text))
        options.inputs.push_back({text, /*isNumber=*/true});
    } else if (name == "--out") {
      if (takeValue(text))
        options.outputs.push_back(text);
    } else if (name == "--check" || name == "--check-lse") {
      if (takeValue(text))
        options.checks.push_back({text, name == "--check-lse", "", std::nullopt});
    } else if (name == "--bound") {
      parseBound();
    } else if (name == "--rms") {
      parseRmsLimit();
    } else if (name == "--shape") {
      parseShape();
    } else if (name == "--function") {
      takeValue(options.function);
    } else if (name == "--random") {
      int64_t seed = 0;
      takeInteger(0, std::numeric_limits<int64_t>::max(), seed);
      options.random = true;
      options.seed = uint64_t(seed);
    } else if (name == "--threads") {
      takeInteger(1, 1024, options.threads);
    } else if (name == "--bench") {
      takeInteger(1, 10000000, options.benchRuns);
    } else {
      return false;
    }
    return true;
  }

  void parseBound() {
    std::string path;
    if (!takeValue(path))
      return;
    if (options.checks.empty() || options.checks.back().isLse ||
        !options.checks.back().boundPath.empty())
      return fail("--bound belongs after a --check, one for each");
    options.checks.back().boundPath = path;
  }

  void parseRmsLimit() {
    std::string text;
    if (!takeValue(text))
      return;
    if (options.checks.empty() || options.checks.back().isLse ||
        options.checks.back().relativeRmsLimit)
      return fail("--rms belongs after a --check, one for each");
    char *textEnd;
    const double limit = std::strtod(text.c_str(), &textEnd);
    if (*textEnd || !(limit >= 0))
      return fail("--rms wants a number of 0 or more, got '" + text + "'");
    options.checks.back().relativeRmsLimit = limit;
  }

  void parseShape() {
    std::string text;
    if (!takeValue(text))
      return;
    const size_t equals = text.find('=');
    std::vector<int64_t> shape;
    bool isGood = equals != std::string::npos && equals > 0;
    for (size_t begin = equals + 1; isGood && begin <= text.size();) {
      size_t cross = std::min(text.find('x', begin), text.size());
      int64_t size = 0;
      isGood = parseInteger(text.substr(begin, cross - begin), 0, INT64_MAX, size);
      shape.push_back(size);
      begin = cross + 1;
    }
    if (!isGood)
      return fail("--shape wants NAME=SIZExSIZE..., got '" + text + "'");
    options.shapes[text.substr(0, equals)] = shape;
  }

  bool takeValue(std::string &value) {
    if (hasInlineValue) {
      value = inlineValue;
    } else if (argument != end) {
      value = *argument++;
    }
    if (value.empty())
      fail(name + " wants a value");
    return error.empty();
  }

  void takeInteger(int64_t min, int64_t max, int64_t &value) {
    std::string text;
    if (takeValue(text) && !parseInteger(text, min, max, value))
      fail(name + " wants a number from " + std::to_string(min) + " to " + std::to_string(max) +
           ", got '" + text + "'");
  }

  void fail(std::string message) {
    if (error.empty())
      error = std::move(message);
  }

  char **argument;
  char **end;
  Options &options;
  std::string name, inlineValue, error;
  bool hasInlineValue = false;
};

} // namespace

std::string attnrun::parseOptions(int argc, char **argv, Options &options) {
  return Parser(argc, argv, options).parse();
}
