// Parses the command line of attnc and decides which files a compilation writes.
#include "attnc/Driver/CommandLine.h"

#include "attnc/Driver/StagedFiles.h"
#include "attnc/Pipelines.h"
#include "attnc/Target/CPU/ResolveTarget.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Option/Arg.h"
#include "llvm/Option/ArgList.h"
#include "llvm/Option/OptTable.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

#include <unistd.h>

using namespace attnc;
using namespace llvm::opt;
using llvm::StringRef;
using llvm::Twine;

namespace {

enum OptionId {
  OPT_INVALID = 0,
#define OPTION(...) LLVM_MAKE_OPT_ID(__VA_ARGS__),
#include "lib/Driver/Options.inc"
#undef OPTION
};

#define OPTTABLE_STR_TABLE_CODE
#include "lib/Driver/Options.inc"
#undef OPTTABLE_STR_TABLE_CODE

#define OPTTABLE_PREFIXES_TABLE_CODE
#include "lib/Driver/Options.inc"
#undef OPTTABLE_PREFIXES_TABLE_CODE

constexpr OptTable::Info optionInfos[] = {
#define OPTION(...) LLVM_CONSTRUCT_OPT_INFO(__VA_ARGS__),
#include "lib/Driver/Options.inc"
#undef OPTION
};

class AttncOptions : public GenericOptTable {
public:
  AttncOptions() : GenericOptTable(OptionStrTable, OptionPrefixesTable, optionInfos) {}
};

/// One run over the arguments. The first error wins and is printed by the caller.
class Parser {
public:
  explicit Parser(llvm::ArrayRef<const char *> arguments);
  CommandLine parse();

private:
  /// Prints an error; the code of the last call is that of the whole parse.
  void fail(const Twine &message, ExitCode code = ExitCode::Usage);
  bool failed() const { return exitCode != ExitCode::Success; }

  bool printInformation();
  std::string getCpuList();
  /// What --target= says, as a triple; empty for this machine's.
  std::string getTriple();
  void checkArguments();
  void readInput();
  void readStages();
  void readTarget();
  void readOutputs();
  std::vector<OutputKind> readKinds();
  std::vector<OutputKind> readEmitList(StringRef list);
  void nameOutputs(const std::vector<OutputKind> &requested, bool withHeader);
  void nameAlone(OutputKind kind, bool withHeader);
  void nameInFolder(const std::vector<OutputKind> &requested);
  AttncOptions table;
  llvm::ArrayRef<const char *> arguments;
  InputArgList args;
  CompileOptions options;
  ExitCode exitCode = ExitCode::Success;
};

StringRef getExtension(OutputKind kind) {
  return getOutputKinds()[static_cast<size_t>(kind)].extension;
}

Parser::Parser(llvm::ArrayRef<const char *> arguments) : arguments(arguments) {
  unsigned missingIndex, missingCount;
  args = table.ParseArgs(arguments.drop_front(), missingIndex, missingCount);
  if (missingCount)
    fail("'" + Twine(args.getArgString(missingIndex)) + "' needs a value");
}

void Parser::fail(const Twine &message, ExitCode code) {
  llvm::errs() << "attnc: error: " << message << '\n';
  exitCode = code;
}

static std::string getVersionText() {
  return "attnc " ATTNC_VERSION "\nLLVM " LLVM_VERSION_STRING "\nTarget: " +
         llvm::sys::getDefaultTargetTriple() + "\nCPU: " + llvm::sys::getHostCPUName().str() + "\n";
}

static std::string getStageList() {
  std::string text;
  llvm::raw_string_ostream os(text);
  // Names and descriptions do not depend on the target.
  for (const Stage &stage : getCpuStages(CpuTarget()))
    os << llvm::left_justify(stage.name, 12) << ' ' << stage.description << '\n';
  return text;
}

/// The CPU names for the target given, one a line.
std::string Parser::getCpuList() {
  llvm::Expected<std::vector<std::string>> names = getCpuNames(getTriple());
  if (names)
    return llvm::join(*names, "\n") + "\n";
  fail(llvm::toString(names.takeError()), ExitCode::Missing);
  return {};
}

/// --help and the like. Returns whether one was given.
bool Parser::printInformation() {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (args.hasArg(OPT_help)) {
    table.printHelp(os, "attnc [options] <model.mlir>",
                    "attnc compiles attention layers to native code and a C header");
    os << "\nEXAMPLES:\n"
          "  attnc model.mlir -o model.so          a shared library, and model.h beside it\n"
          "  attnc model.mlir -c -march=x86-64-v4  model.o and model.h for any CPU with AVX-512\n"
          "  attnc model.mlir --until=tiled        the IR after a stage, on standard output\n";
  } else if (args.hasArg(OPT_version)) {
    os << getVersionText();
  } else if (args.hasArg(OPT_list_stages)) {
    os << getStageList();
  } else if (args.hasArg(OPT_print_supported_cpus)) {
    os << getCpuList();
  } else {
    return false;
  }
  if (int error = writeAll(STDOUT_FILENO, text))
    fail("cannot write standard output: " + Twine(std::strerror(error)), ExitCode::Output);
  return true;
}

void Parser::checkArguments() {
  for (const Arg *arg : args.filtered(OPT_UNKNOWN)) {
    std::string spelling = arg->getAsString(args), nearest;
    bool isNear = table.findNearest(spelling, nearest) <= 2;
    fail("unknown option '" + Twine(spelling) + "'" +
         (isNear ? "; did you mean '" + nearest + "'?" : ""));
  }
  for (unsigned id : {OPT_o, OPT_emit_EQ, OPT_target_EQ, OPT_march_EQ, OPT_threads_EQ, OPT_O,
                      OPT_until_EQ, OPT_save_temps_EQ, OPT_stats_EQ}) {
    std::vector<std::string> values = args.getAllArgValues(id);
    if (values.size() > 1)
      fail("'" + Twine(table.getOptionPrefix(id)) + table.getOptionName(id) +
           "' is given twice: '" + values[0] + "' and '" + values[1] + "'");
  }
}

void Parser::readInput() {
  std::vector<std::string> inputs = args.getAllArgValues(OPT_INPUT);
  std::vector<std::string> rest = args.getAllArgValues(OPT_end_of_options);
  inputs.insert(inputs.end(), rest.begin(), rest.end());
  if (inputs.empty())
    return fail("no input file; attnc --help shows how to call it");
  if (inputs.size() > 1)
    return fail("one input file is wanted, got '" + inputs[0] + "' and '" + inputs[1] + "'");
  options.input = inputs[0];
}

void Parser::readStages() {
  options.until = args.getLastArgValue(OPT_until_EQ).str();
  std::vector<std::string> names;
  for (const Stage &stage : getCpuStages(CpuTarget()))
    names.push_back(stage.name.str());
  if (args.hasArg(OPT_until_EQ) && !llvm::is_contained(names, options.until))
    fail("unknown stage '" + options.until + "'; the stages are " + llvm::join(names, ", "));
  if (args.hasArg(OPT_save_temps))
    options.saveTempsDir = options.getStem() + ".temps";
  if (const Arg *arg = args.getLastArg(OPT_save_temps_EQ)) {
    options.saveTempsDir = arg->getValue();
    if (options.saveTempsDir.empty())
      fail("'-save-temps=' needs the name of a folder");
  }
}

std::string Parser::getTriple() {
  StringRef target = args.getLastArgValue(OPT_target_EQ, "cpu");
  if (target.contains(',') || target.starts_with("sm_") || target.starts_with("nvptx"))
    fail("target '" + target + "': this version compiles for one CPU target", ExitCode::Missing);
  if (target.empty())
    fail("'--target=' needs cpu or an LLVM triple");
  return target == "cpu" ? "" : target.str();
}

void Parser::readTarget() {
  std::string triple = getTriple();
  if (failed())
    return;
  // The kind of machine that this one is gets this very CPU, others their baseline.
  bool isHost = triple.empty() || llvm::Triple(triple).getArch() ==
                                      llvm::Triple(llvm::sys::getProcessTriple()).getArch();
  StringRef march = args.getLastArgValue(OPT_march_EQ, isHost ? "native" : "");
  if (args.hasArg(OPT_march_EQ) && march.empty())
    return fail("'-march=' needs native or the name of a CPU; --print-supported-cpus lists them");
  llvm::Expected<CpuTarget> resolved = resolveCpuTarget(triple, march);
  if (!resolved)
    return fail(llvm::toString(resolved.takeError()), ExitCode::Missing);
  options.target = *resolved;

  if (const Arg *arg = args.getLastArg(OPT_threads_EQ)) {
    constexpr int64_t kMost = 65536;
    StringRef text = arg->getValue();
    if (text.getAsInteger(10, options.target.threads) || options.target.threads < 1 ||
        options.target.threads > kMost)
      return fail("'--threads=" + text + "': a number from 1 to " + Twine(kMost) + " is wanted");
  }

  StringRef level = args.getLastArgValue(OPT_O, "2");
  if (level.size() != 1 || level < "0" || level > "3")
    return fail("'-O" + level + "': the level is 0, 1, 2 or 3");
  options.optimizationLevel = level[0] - '0';
}

std::vector<OutputKind> Parser::readEmitList(StringRef list) {
  std::vector<OutputKind> result;
  llvm::SmallVector<StringRef> names;
  list.split(names, ',');
  for (StringRef name : names) {
    const OutputKindInfo *info =
        llvm::find_if(getOutputKinds(), [&](const auto &kind) { return kind.name == name; });
    if (name == "ptx" || name == "cubin")
      fail("--emit=" + name + " needs --target=sm_90a, which this version does not have",
           ExitCode::Missing);
    else if (info == getOutputKinds().end())
      fail("--emit: unknown output '" + name +
           "'; the outputs are lib, obj, header, asm, llvm, bitcode, mlir");
    else if (llvm::is_contained(result, info->kind))
      fail("--emit: '" + name + "' is given twice");
    else
      result.push_back(info->kind);
  }
  return result;
}

/// The kinds of output that are asked for by -c, -S, -emit-llvm, --emit= or --until=; none for the
/// default.
std::vector<OutputKind> Parser::readKinds() {
  bool hasEmit = args.hasArg(OPT_emit_EQ), hasC = args.hasArg(OPT_c), hasS = args.hasArg(OPT_S);
  bool hasLLVM = args.hasArg(OPT_emit_llvm);
  if (hasC && hasS)
    fail("-c and -S exclude each other");
  if (hasEmit && (hasC || hasS || hasLLVM))
    fail("--emit= says all that is written; leave out -c, -S and -emit-llvm");
  std::vector<OutputKind> result;
  if (hasEmit)
    result = readEmitList(args.getLastArgValue(OPT_emit_EQ));
  else if (hasLLVM)
    result = {hasS ? OutputKind::LLVMText : OutputKind::LLVMBitcode};
  else if (hasS)
    result = {OutputKind::Assembly};
  else if (hasC)
    result = {OutputKind::Object};
  if (options.until.empty() || failed())
    return result;
  if (result.empty())
    return {OutputKind::MLIR};
  if (result != std::vector{OutputKind::MLIR})
    fail("--until= stops before machine code; only --emit=mlir goes with it");
  return result;
}

void Parser::readOutputs() {
  std::vector<OutputKind> requested = readKinds();
  if (failed())
    return;
  if (const Arg *arg = args.getLastArg(OPT_o); arg && !*arg->getValue())
    return fail("'-o' needs the name of a file");
  bool byDefault = requested.empty();
  if (byDefault)
    requested = {OutputKind::Library};
  // A binary and its header belong together, unless a list says exactly what to write.
  bool withHeader = byDefault || args.hasArg(OPT_c);
  withHeader &= !args.hasArg(OPT_emit_llvm);
  if (requested.size() > 1)
    nameInFolder(requested);
  else
    nameAlone(requested[0], withHeader);
}

/// Whether `path` exists and is neither file nor folder: nothing can be written beside it.
static bool isDevice(StringRef path) {
  llvm::sys::fs::file_status status;
  return !llvm::sys::fs::status(path, status) && llvm::sys::fs::exists(status) &&
         !llvm::sys::fs::is_regular_file(status) && !llvm::sys::fs::is_directory(status);
}

void Parser::nameAlone(OutputKind kind, bool withHeader) {
  bool isText = kind == OutputKind::MLIR || kind == OutputKind::LLVMText ||
                kind == OutputKind::Assembly || kind == OutputKind::Header;
  std::string path = args.getLastArgValue(OPT_o).str();
  if (path.empty() && (kind == OutputKind::MLIR || (isText && options.input == "-")))
    path = "-";
  if (path.empty() && options.input == "-")
    return fail("the input has no name to call the output by; give -o");
  if (path.empty())
    path = options.getStem() + "." + getExtension(kind).str();
  if (path == "-" && withHeader)
    return fail("two files do not go to standard output; choose one with --emit=");
  if (path == "-" && kind == OutputKind::Library)
    return fail("a shared library does not go to standard output");
  options.outputs.push_back({kind, path});
  if (!withHeader || isDevice(path))
    return;
  llvm::SmallString<128> header(path);
  llvm::sys::path::replace_extension(header, "h");
  if (header == path)
    return fail("'-o " + path + "' leaves no name for the header, which is written beside it");
  options.outputs.push_back({OutputKind::Header, header.str().str()});
}

void Parser::nameInFolder(const std::vector<OutputKind> &requested) {
  StringRef folder = args.getLastArgValue(OPT_o, ".");
  if (folder == "-")
    return fail("several outputs do not go to standard output");
  if (llvm::sys::fs::exists(folder) && !llvm::sys::fs::is_directory(folder))
    return fail("several outputs need a folder, and '" + folder + "' is a file");
  if (args.hasArg(OPT_o))
    options.outputFolder = folder.str();
  for (OutputKind kind : requested) {
    llvm::SmallString<128> path(options.outputFolder);
    llvm::sys::path::append(path, options.getStem() + "." + getExtension(kind));
    options.outputs.push_back({kind, path.str().str()});
  }
}

CommandLine Parser::parse() {
  if (!failed())
    checkArguments();
  if (failed() || printInformation())
    return {std::nullopt, static_cast<int>(exitCode)};
  for (auto step :
       {&Parser::readInput, &Parser::readStages, &Parser::readTarget, &Parser::readOutputs})
    if (!failed())
      (this->*step)();
  options.dryRun = args.hasArg(OPT_hash_hash_hash);
  options.verbose = args.hasArg(OPT_v);
  options.remarks = args.hasArg(OPT_remarks);
  options.untrusted = args.hasArg(OPT_untrusted);
  options.commandLine.assign(arguments.begin(), arguments.end());
  if (const Arg *arg = args.getLastArg(OPT_stats_EQ)) {
    options.statsJson = StringRef(arg->getValue()) == "json";
    bool writesToStdout = llvm::any_of(options.outputs, [](auto &o) { return o.path == "-"; });
    if (!options.statsJson)
      fail("--stats=" + Twine(arg->getValue()) + ": the one form of statistics is json");
    else if (writesToStdout)
      fail("--stats=json and an output share standard output; give the output a file with -o");
  }
  if (failed())
    return {std::nullopt, static_cast<int>(exitCode)};
  return {options, static_cast<int>(ExitCode::Success)};
}

} // namespace

CommandLine attnc::parseCommandLine(llvm::ArrayRef<const char *> arguments) {
  return Parser(arguments).parse();
}
