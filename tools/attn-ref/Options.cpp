// Parses the command line of attn-ref: "--name value" and "--name=value", in any order.
#include "Options.h"

using namespace attnref;

const char *const attnref::kHelpText = R"(usage: attn-ref MODEL.mlir [options]

Interprets a function of a model in float64: the result that real arithmetic would give on the
inputs as they are stored. Results are rounded to the function's types when they are written, and
nowhere else but where the model itself rounds (arith.truncf).

  --in FILE.npy      the next argument; its dtype and shape must be those of the function's type. A
                     bf16 tensor is stored as uint16, an index as int64; a scalar has one element
  --scalar NUMBER    the next argument, a scalar
  --out FILE.npy     the next result, all of them are wanted; bf16 is written as uint16
  --f64              write float results unrounded, as float64
  --bound FILE.npy   error bounds (float64) of the --out before it, which an op must give:
                     attn.attention, attn.selective_scan or attn.causal_conv1d
  --function NAME    which function; not needed when the model has one
  --help             print this text

Exit codes: 0 success, 1 bad input, 2 bad command line, 4 out of memory or over a limit, 5 output
not written.
)";

namespace {
/// Walks over the arguments of main.
class Parser {
public:
  Parser(int argc, char **argv, Options &options)
      : argument(argv + 1), end(argv + argc), options(options) {}

  std::string parse() {
    while (argument < end && error.empty())
      parseOne(*argument++);
    if (error.empty() && !options.help && options.model.empty())
      error = "no model file given";
    return options.help ? "" : error;
  }

private:
  void parseOne(const std::string &text) {
    if (text.size() < 2 || text[0] != '-') {
      if (!options.model.empty())
        return fail("more than one model: '" + options.model + "' and '" + text + "'");
      options.model = text;
      return;
    }
    const size_t equals = text.find('=');
    name = text.substr(0, equals);
    hasInlineValue = equals != std::string::npos;
    inlineValue = hasInlineValue ? text.substr(equals + 1) : "";
    if (name == "--help" || name == "--f64")
      parseFlag(name == "--help" ? options.help : options.f64);
    else
      parseValueOption();
  }

  void parseFlag(bool &flag) {
    if (hasInlineValue)
      fail(name + " takes no value");
    flag = true;
  }

  void parseValueOption() {
    if (name == "--in")
      options.inputs.push_back({takeValue(), /*isNumber=*/false});
    else if (name == "--scalar")
      options.inputs.push_back({takeValue(), /*isNumber=*/true});
    else if (name == "--out")
      options.outputs.push_back({takeValue(), ""});
    else if (name == "--function")
      options.function = takeValue();
    else if (name != "--bound")
      fail("unknown option '" + name + "'");
    else if (options.outputs.empty() || !options.outputs.back().boundPath.empty())
      fail("--bound belongs after an --out, one for each");
    else
      options.outputs.back().boundPath = takeValue();
  }

  std::string takeValue() {
    std::string value = inlineValue;
    if (!hasInlineValue && argument < end)
      value = *argument++;
    if (value.empty())
      fail(name + " wants a value");
    return value;
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

std::string attnref::parseOptions(int argc, char **argv, Options &options) {
  return Parser(argc, argv, options).parse();
}
