// The C interface of a model function: its arguments, as attn-plan-interface records them.
#pragma once

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mlir {
class AsmParserState;
} // namespace mlir

namespace attnc {

/// The attribute of a function that has a C interface; survives down to the LLVM dialect.
constexpr llvm::StringLiteral kInterfaceAttrName = "attnc.interface";
/// The attribute of an argument or result that holds its name in the C interface, a StringAttr.
constexpr llvm::StringLiteral kNameAttrName = "attnc.name";
/// The attribute of a function that holds the bytes of scratch that each worker needs, an integer.
constexpr llvm::StringLiteral kScratchBytesAttrName = "attnc.scratch_bytes";

/// In the order of attnc_arg_kind.
enum class ArgumentKind { Input, Output, Scalar };

/// One argument of the C interface, in call order.
struct InterfaceArgument {
  std::string name;
  ArgumentKind kind;
  /// Of the elements, or of the scalar; `index` is passed as int64_t.
  mlir::Type elementType;
  /// Sizes, outermost first; -1, -2, ... is symbol 0, 1, ... Empty for scalars.
  llvm::SmallVector<int64_t> shape;
};

/// A dynamic size.
struct InterfaceSymbol {
  /// For people: "S", or "S+1" where it adds to another.
  std::string name;
  /// The free symbol (-1, -2, ...) that this one is `plus` (1 or more) more than; 0 in a free one.
  int64_t base = 0;
  int64_t plus = 0;

  bool isFree() const { return base == 0; }
};

/// The interface of a function. As an attribute it reads
///
///   {arguments = [{element = f32, kind = "input", name = "x", shape = array<i64: -1, 8>},
///                 {element = i32, kind = "input", name = "ends", shape = array<i64: -2>},
///                 {element = index, kind = "scalar", name = "n", shape = array<i64>}, ...],
///    symbols = ["S", {base = -1 : i64, plus = 1 : i64}]}
///
/// where `ends` has one element more than `x` has rows.
struct FunctionInterface {
  std::vector<InterfaceArgument> arguments;
  std::vector<InterfaceSymbol> symbols;

  /// The symbol that a negative size stands for.
  const InterfaceSymbol &getSymbol(int64_t size) const { return symbols[-1 - size]; }
  /// Adds a symbol and returns the size that stands for it. A base has been added before.
  int64_t addFreeSymbol(std::string name);
  int64_t addSymbol(int64_t base, int64_t plus);

  mlir::Attribute toAttribute(mlir::MLIRContext *context) const;

  /// The interface in the attribute of `function`; fails with a diagnostic where the attribute is
  /// missing or malformed.
  static llvm::FailureOr<FunctionInterface> get(mlir::Operation *function);
};

/// The suffixes of the exported entry points of a function: f, f_argv, f_metadata, f_workspace.
constexpr llvm::StringLiteral kEntryPointSuffixes[] = {"", "_argv", "_metadata", "_workspace"};

/// The functions of `module` that have an interface, in order.
llvm::SmallVector<mlir::Operation *> getInterfaceFunctions(mlir::ModuleOp module);

/// Every symbol that the artifact of `module` exports, in order: all entry points of all functions.
std::vector<std::string> getExportedSymbols(mlir::ModuleOp module);

/// A DLPack data type: what attnc_arg::dtype holds.
struct DLType {
  uint8_t code;
  uint8_t bits;
};

/// The DLPack type of a tensor element, or nothing where DLPack has none that attnc passes.
std::optional<DLType> getDLType(mlir::Type type);

/// The name of a type in metadata listings and headers: "f32", "bool", "u8", "index".
std::string getTypeName(mlir::Type type);

/// Keeps the names that the text of a module gives to function arguments (`%query`) as attnc.name,
/// where there is none yet. A name that C cannot have is changed (`%x.1` to x_1, `%new` to new_)
/// or, where that would be ambiguous, dropped. Call it right after parsing with `state`.
void recordArgumentNames(mlir::ModuleOp module, const mlir::AsmParserState &state);

} // namespace attnc
