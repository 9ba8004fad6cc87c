// Prints diagnostics about a model that may come from anyone.
#include "attnc/Driver/Model.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OperationSupport.h"
#include "mlir/IR/Remarks.h"
#include "llvm/Support/VirtualFileSystem.h"

using namespace attnc;
using namespace mlir;

/// A byte order mark stands in front of the text for editors only.
static StringRef dropByteOrderMark(StringRef text) {
  text.consume_front("\xef\xbb\xbf");
  return text;
}

/// Passes lines on, each up to a number of bytes: a model may be one line of megabytes, and MLIR
/// shows the line of an error.
class DiagnosticPrinter::LineCutter : public llvm::raw_ostream {
public:
  explicit LineCutter(llvm::raw_ostream &os) : llvm::raw_ostream(/*unbuffered=*/true), os(os) {}

  bool is_displayed() const override { return os.is_displayed(); }
  bool has_colors() const override { return os.has_colors(); }
  llvm::raw_ostream &changeColor(Colors color, bool bold, bool background) override {
    os.changeColor(color, bold, background);
    return *this;
  }
  llvm::raw_ostream &resetColor() override {
    os.resetColor();
    return *this;
  }

private:
  static constexpr size_t maxColumns = 500;

  void write_impl(const char *data, size_t size) override {
    position += size;
    for (StringRef rest(data, size); !rest.empty();) {
      size_t length = std::min(rest.find('\n'), rest.size());
      writePart(rest.take_front(length));
      if (length < rest.size())
        endLine();
      rest = rest.drop_front(std::min(length + 1, rest.size()));
    }
  }

  /// Spaces wait for what they lead to: a caret may be far outside.
  void writePart(StringRef part) {
    StringRef shown = part.take_front(maxColumns - std::min(column, maxColumns));
    column += part.size();
    StringRef text = shown.rtrim(' ');
    if (!text.empty()) {
      os.indent(spaces) << text;
      spaces = 0;
      isEmpty = false;
    }
    spaces += shown.size() - text.size();
  }

  void endLine() {
    bool isCut = column > maxColumns;
    if (isCut && !isEmpty)
      os << "...";
    if (!isCut || !isEmpty)
      os << '\n';
    column = spaces = 0;
    isEmpty = true;
  }

  uint64_t current_pos() const override { return position; }

  llvm::raw_ostream &os;
  /// Of the line that is being written: its length so far, spaces not shown yet.
  size_t column = 0, spaces = 0;
  bool isEmpty = true;
  uint64_t position = 0;
};

/// The op that a message calls unknown: `custom op 'attn.atention' is unknown`.
static StringRef getUnknownOp(StringRef message) {
  if (!message.contains("unknown") && !message.contains("not found for custom op") &&
      !message.contains("unregistered"))
    return {};
  StringRef quoted = message.split('\'').second.split('\'').first;
  // "Dialect `x' not found for custom op 'x.y'" has the op behind the second word in quotes.
  if (!quoted.contains('.'))
    quoted = message.rsplit('\'').first.rsplit('\'').second;
  return quoted.contains('.') ? quoted : StringRef();
}

/// The registered op whose name is nearest to `name`, if it is near enough to be what was meant.
static StringRef findNearestOp(MLIRContext *context, StringRef name) {
  // Dialects are loaded when their first op is met.
  context->loadAllAvailableDialects();
  StringRef nearest;
  unsigned best = 4;
  for (RegisteredOperationName op : context->getRegisteredOperations()) {
    unsigned distance = name.edit_distance(op.getStringRef(), /*AllowReplacements=*/true, best);
    if (distance < best) {
      best = distance;
      nearest = op.getStringRef();
    }
  }
  return nearest;
}

namespace {

/// Turns a remark of a pass into a diagnostic that reads as a sentence.
class RemarkPrinter : public remark::detail::MLIRRemarkStreamerBase {
public:
  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    std::string text;
    llvm::raw_string_ostream os(text);
    bool isDone = remark.getRemarkType() == llvm::remarks::Type::Passed;
    if (!isDone)
      os << llvm::remarks::typeToStr(remark.getRemarkType()).lower() << ": ";
    for (const remark::detail::Remark::Arg &argument : remark.getArgs())
      os << (argument.key == "Remark" ? "" : " " + argument.key + "=") << argument.val;
    os << " [" << remark.getCategoryName() << "]";
    emitRemark(remark.getLocation(), text);
  }
};

} // namespace

static void enableRemarks(MLIRContext &context) {
  std::string any = ".*";
  // Fails only for a pattern that is no regular expression.
  (void)remark::enableOptimizationRemarks(
      context, std::make_unique<RemarkPrinter>(),
      std::make_unique<remark::RemarkEmittingPolicyAll>(),
      remark::RemarkCategories{std::nullopt, any, any, any, any});
}

DiagnosticPrinter::DiagnosticPrinter(MLIRContext *context, StringRef text, StringRef name,
                                     llvm::raw_ostream &os, bool showRemarks)
    : context(context), cutter(std::make_unique<LineCutter>(os)) {
  // A location in the model may name any file of this machine.
  sources.setVirtualFileSystem(llvm::makeIntrusiveRefCnt<llvm::vfs::InMemoryFileSystem>());
  sources.AddNewSourceBuffer(llvm::MemoryBuffer::getMemBuffer(dropByteOrderMark(text), name),
                             llvm::SMLoc());
  context->printOpOnDiagnostic(false);
  if (showRemarks)
    enableRemarks(*context);
  handler = std::make_unique<SourceMgrDiagnosticHandler>(sources, context, *cutter);
  filter = std::make_unique<ScopedDiagnosticHandler>(
      context, [this, showRemarks](Diagnostic &diagnostic) -> LogicalResult {
        if (diagnostic.getSeverity() == DiagnosticSeverity::Remark && !showRemarks)
          return success();
        StringRef unknown, nearest;
        std::string message = diagnostic.str();
        if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
          unknown = getUnknownOp(message);
        if (!unknown.empty())
          nearest = findNearestOp(this->context, unknown);
        if (!nearest.empty())
          diagnostic.attachNote() << "did you mean '" << nearest << "'?";
        // The printer, which is the next handler, shows it.
        return failure();
      });
}

DiagnosticPrinter::~DiagnosticPrinter() = default;

void DiagnosticPrinter::print(size_t offset, llvm::SourceMgr::DiagKind kind,
                              const llvm::Twine &message, bool showLine) {
  const llvm::MemoryBuffer *buffer = sources.getMemoryBuffer(sources.getMainFileID());
  auto place = llvm::SMLoc::getFromPointer(buffer->getBufferStart() + offset);
  if (showLine)
    return sources.PrintMessage(*cutter, place, kind, message);
  auto [line, column] = sources.getLineAndColumn(place);
  std::string where =
      (buffer->getBufferIdentifier() + ":" + llvm::Twine(line) + ":" + llvm::Twine(column)).str();
  llvm::SMDiagnostic(where, kind, message.str()).print(nullptr, *cutter);
}
