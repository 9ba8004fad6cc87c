// Reads and parses model files within the limits.
#include "attnc/Driver/Model.h"

#include "attnc/Driver/Limits.h"
#include "attnc/Interface/Interface.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/AsmParser/AsmParserState.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/Errno.h"
#include "llvm/Support/JSON.h"

#include <fcntl.h>
#include <unistd.h>

using namespace attnc;
using namespace mlir;

/// Appends everything that `descriptor` gives to `text`, up to one byte more than the limit.
/// Returns an errno.
static int readAll(int descriptor, std::string &text, uint64_t limit) {
  constexpr size_t chunk = 1 << 16;
  while (text.size() <= limit) {
    size_t size = text.size();
    text.resize(size + chunk);
    ssize_t got = llvm::sys::RetryAfterSignal(-1, ::read, descriptor, text.data() + size, chunk);
    text.resize(size + std::max<ssize_t>(got, 0));
    if (got < 0)
      return errno;
    if (got == 0)
      break;
  }
  return 0;
}

ExitCode attnc::readModelFile(llvm::StringRef path, std::string &text,
                              llvm::raw_ostream &diagnostics) {
  bool isStandardInput = path == "-";
  std::string name = isStandardInput ? "standard input" : ("'" + path + "'").str();
  int descriptor = STDIN_FILENO;
  if (!isStandardInput)
    descriptor = llvm::sys::RetryAfterSignal(-1, ::open, path.str().c_str(), O_RDONLY | O_CLOEXEC);
  uint64_t limit = SourceLimits().fileBytes;
  int error = descriptor < 0 ? errno : readAll(descriptor, text, limit);
  if (descriptor >= 0 && !isStandardInput)
    ::close(descriptor);
  if (error) {
    diagnostics << "attnc: error: cannot read " << name << ": " << llvm::sys::StrError(error)
                << '\n';
    return ExitCode::Diagnosed;
  }
  if (text.size() > limit) {
    diagnostics << "attnc: error: " << name << " is larger than the limit of " << limit
                << " bytes\n";
    return ExitCode::Limit;
  }
  return ExitCode::Success;
}

/// MLIR accepts any bytes in comments and strings. They do no harm there, but the author should
/// know: editors and other tools will not.
static void warnAboutEncoding(DiagnosticPrinter &printer, StringRef text) {
  size_t offset = 0;
  if (!llvm::json::isUTF8(text, &offset))
    printer.print(offset, llvm::SourceMgr::DK_Warning, "the text is not UTF-8 here");
}

ExitCode attnc::parseModel(DiagnosticPrinter &printer, OwningOpRef<ModuleOp> &module) {
  llvm::SourceMgr &sources = printer.getSources();
  StringRef text = sources.getMemoryBuffer(sources.getMainFileID())->getBuffer();
  if (std::optional<SourceProblem> problem = scanSource(text)) {
    bool isText = problem->kind == SourceProblem::Kind::OverLimit;
    printer.print(problem->offset, llvm::SourceMgr::DK_Error, problem->message, isText);
    return isText ? ExitCode::Limit : ExitCode::Diagnosed;
  }
  warnAboutEncoding(printer, text);

  MLIRContext *context = printer.getContext();
  ParserConfig config(context);
  AsmParserState state;
  Block block;
  if (failed(parseAsmSourceFile(sources, &block, config, &state)))
    return ExitCode::Diagnosed;
  StringRef name = sources.getMemoryBuffer(sources.getMainFileID())->getBufferIdentifier();
  OwningOpRef<ModuleOp> parsed = mlir::detail::constructContainerOpForParserIfNecessary<ModuleOp>(
      &block, context, FileLineColLoc::get(context, name, 1, 1));
  if (!parsed)
    return ExitCode::Diagnosed;
  if (failed(checkModuleLimits(*parsed)))
    return ExitCode::Limit;
  recordArgumentNames(*parsed, state);
  module = std::move(parsed);
  return ExitCode::Success;
}
