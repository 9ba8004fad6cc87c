// Writes the C header of compiled functions from the interfaces that describe them.
#include "attnc/Target/Header/Header.h"

#include "attnc/Interface/Interface.h"

#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace attnc;

/// "MODEL_H" for "model.h"; other characters than those of an identifier become _.
static std::string getIncludeGuard(StringRef fileName) {
  std::string guard = "ATTNC_GENERATED_";
  for (char c : fileName)
    guard += llvm::isAlnum(c) ? llvm::toUpper(c) : '_';
  return guard;
}

/// "(B, 8, Sq, 128)"
static std::string getShapeText(const InterfaceArgument &argument,
                                const FunctionInterface &interface) {
  std::string text = "(";
  for (auto [i, size] : llvm::enumerate(argument.shape))
    text += (i ? ", " : "") + (size >= 0 ? std::to_string(size) : interface.getSymbol(size).name);
  return text + ")";
}

static StringRef getKindText(ArgumentKind kind) {
  switch (kind) {
  case ArgumentKind::Input:
    return "input";
  case ArgumentKind::Output:
    return "output";
  case ArgumentKind::Scalar:
    return "scalar";
  }
  llvm_unreachable("all kinds are listed");
}

/// The C type of a scalar argument.
static StringRef getScalarType(Type type) {
  if (type.isF32())
    return "float";
  if (type.isF64())
    return "double";
  return type.isInteger(32) ? "int32_t" : "int64_t";
}

static std::string getParameter(const InterfaceArgument &argument) {
  switch (argument.kind) {
  case ArgumentKind::Input:
    return "const DLTensor *" + argument.name;
  case ArgumentKind::Output:
    return "DLTensor *" + argument.name;
  case ArgumentKind::Scalar:
    return getScalarType(argument.elementType).str() + " " + argument.name;
  }
  llvm_unreachable("all kinds are listed");
}

/// One line an argument, in columns:  " * q    input   bf16  (B, 32, Sq, 128)"
static void writeArgumentList(const FunctionInterface &interface, raw_ostream &os) {
  size_t nameWidth = 0, typeWidth = 0;
  for (const InterfaceArgument &argument : interface.arguments) {
    nameWidth = std::max(nameWidth, argument.name.size());
    typeWidth = std::max(typeWidth, getTypeName(argument.elementType).size());
  }
  for (const InterfaceArgument &argument : interface.arguments) {
    std::string shape =
        argument.kind == ArgumentKind::Scalar ? "" : getShapeText(argument, interface);
    std::string line;
    llvm::raw_string_ostream(line)
        << " *   " << llvm::left_justify(argument.name, nameWidth) << "  "
        << llvm::left_justify(getKindText(argument.kind), 6) << "  "
        << llvm::left_justify(getTypeName(argument.elementType), typeWidth) << "  " << shape;
    os << StringRef(line).rtrim() << "\n";
  }
}

/// "int f(const DLTensor *q, ..., const attnc_call *call);", broken before column 100.
static void writePrototype(StringRef name, const FunctionInterface &interface, raw_ostream &os) {
  constexpr size_t kColumns = 100;
  std::string line = ("int " + name + "(").str();
  std::string indent(line.size(), ' ');
  for (const InterfaceArgument &argument : interface.arguments) {
    std::string parameter = getParameter(argument) + ",";
    if (line.size() + parameter.size() > kColumns && line.size() > indent.size()) {
      os << StringRef(line).rtrim() << "\n";
      line = indent;
    }
    line += parameter + " ";
  }
  StringRef last = "const attnc_call *call);";
  if (line.size() + last.size() > kColumns && line.size() > indent.size()) {
    os << StringRef(line).rtrim() << "\n";
    line = indent;
  }
  os << line << last << "\n";
}

static void writeFunction(StringRef name, const FunctionInterface &interface, raw_ostream &os) {
  os << "/* " << name << "\n *\n";
  writeArgumentList(interface, os);
  SmallVector<StringRef> freeSymbols;
  for (const InterfaceSymbol &symbol : interface.symbols)
    if (symbol.isFree())
      freeSymbols.push_back(symbol.name);
  if (!freeSymbols.empty()) {
    os << " *\n * " << llvm::join(freeSymbols, ", ") << (freeSymbols.size() == 1 ? " is" : " are")
       << " taken from the arguments; equal names must be equal sizes.\n";
  }
  os << " */\n";
  writePrototype(name, interface, os);
  os << "/* The same, with pointers to the " << interface.arguments.size()
     << " arguments (for a scalar: to its value) in an array. */\n"
     << "int " << name << "_argv(void **argv, const attnc_call *call);\n"
     << "const attnc_metadata *" << name << "_metadata(void);\n"
     << "/* Bytes of workspace that a call with these options needs. */\n"
     << "int64_t " << name << "_workspace(const attnc_call *call);\n";
}

LogicalResult attnc::writeHeader(ModuleOp module, StringRef fileName, raw_ostream &os) {
  SmallVector<std::pair<StringRef, FunctionInterface>> functions;
  for (Operation *function : getInterfaceFunctions(module)) {
    FailureOr<FunctionInterface> interface = FunctionInterface::get(function);
    if (failed(interface))
      return failure();
    functions.emplace_back(SymbolTable::getSymbolName(function).getValue(), std::move(*interface));
  }
  std::string guard = getIncludeGuard(fileName);
  os << "/* Written by attnc. How to call these functions: attnc-c/runtime.h. */\n"
     << "#ifndef " << guard << "\n#define " << guard << "\n\n"
     << "#include <attnc-c/runtime.h>\n\n"
     << "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n";
  for (auto &[name, interface] : functions) {
    writeFunction(name, interface, os);
    os << "\n";
  }
  os << "#ifdef __cplusplus\n}\n#endif\n\n#endif /* " << guard << " */\n";
  return success();
}
