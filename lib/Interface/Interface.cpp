// Reads and writes the attribute that describes the C interface of a function.
#include "attnc/Interface/Interface.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/SymbolTable.h"

using namespace mlir;
using namespace attnc;

constexpr StringLiteral kKindNames[] = {"input", "output", "scalar"};

int64_t FunctionInterface::addFreeSymbol(std::string name) {
  symbols.push_back({std::move(name)});
  return -int64_t(symbols.size());
}

int64_t FunctionInterface::addSymbol(int64_t base, int64_t plus) {
  symbols.push_back({getSymbol(base).name + "+" + std::to_string(plus), base, plus});
  return -int64_t(symbols.size());
}

Attribute FunctionInterface::toAttribute(MLIRContext *context) const {
  Builder builder(context);
  SmallVector<Attribute> argumentAttrs, symbolAttrs;
  for (const InterfaceArgument &argument : arguments)
    argumentAttrs.push_back(builder.getDictionaryAttr(
        {builder.getNamedAttr("name", builder.getStringAttr(argument.name)),
         builder.getNamedAttr("kind", builder.getStringAttr(kKindNames[int(argument.kind)])),
         builder.getNamedAttr("element", TypeAttr::get(argument.elementType)),
         builder.getNamedAttr("shape", builder.getDenseI64ArrayAttr(argument.shape))}));
  for (const InterfaceSymbol &symbol : symbols)
    if (symbol.isFree())
      symbolAttrs.push_back(builder.getStringAttr(symbol.name));
    else
      symbolAttrs.push_back(builder.getDictionaryAttr(
          {builder.getNamedAttr("base", builder.getI64IntegerAttr(symbol.base)),
           builder.getNamedAttr("plus", builder.getI64IntegerAttr(symbol.plus))}));
  return builder.getDictionaryAttr(
      {builder.getNamedAttr("arguments", builder.getArrayAttr(argumentAttrs)),
       builder.getNamedAttr("symbols", builder.getArrayAttr(symbolAttrs))});
}

static FailureOr<InterfaceArgument> parseArgument(Attribute attr, size_t numSymbols) {
  auto dict = dyn_cast<DictionaryAttr>(attr);
  if (!dict)
    return failure();
  auto name = dict.getAs<StringAttr>("name");
  auto kind = dict.getAs<StringAttr>("kind");
  auto element = dict.getAs<TypeAttr>("element");
  auto shape = dict.getAs<DenseI64ArrayAttr>("shape");
  if (!name || !kind || !element || !shape || !getDLType(element.getValue()))
    return failure();
  const auto *kindName = llvm::find(kKindNames, kind.getValue());
  if (kindName == std::end(kKindNames) ||
      llvm::any_of(shape.asArrayRef(), [&](int64_t size) { return size < -int64_t(numSymbols); }))
    return failure();
  InterfaceArgument argument;
  argument.name = name.str();
  argument.kind = ArgumentKind(kindName - std::begin(kKindNames));
  argument.elementType = element.getValue();
  argument.shape.assign(shape.asArrayRef().begin(), shape.asArrayRef().end());
  return argument;
}

/// Adds the symbol that `attr` describes.
static LogicalResult parseSymbol(Attribute attr, FunctionInterface &interface) {
  if (auto name = dyn_cast<StringAttr>(attr)) {
    interface.addFreeSymbol(name.str());
    return success();
  }
  auto dict = dyn_cast<DictionaryAttr>(attr);
  auto base = dict ? dict.getAs<IntegerAttr>("base") : nullptr;
  auto plus = dict ? dict.getAs<IntegerAttr>("plus") : nullptr;
  if (!base || !plus || !base.getType().isInteger(64) || !plus.getType().isInteger(64) ||
      base.getInt() >= 0 || base.getInt() < -int64_t(interface.symbols.size()) ||
      !interface.getSymbol(base.getInt()).isFree() || plus.getInt() < 1)
    return failure();
  interface.addSymbol(base.getInt(), plus.getInt());
  return success();
}

static FailureOr<FunctionInterface> parseInterface(Attribute attr) {
  auto dict = dyn_cast_if_present<DictionaryAttr>(attr);
  auto arguments = dict ? dict.getAs<ArrayAttr>("arguments") : nullptr;
  auto symbols = dict ? dict.getAs<ArrayAttr>("symbols") : nullptr;
  if (!arguments || !symbols)
    return failure();
  FunctionInterface result;
  for (Attribute symbol : symbols)
    if (failed(parseSymbol(symbol, result)))
      return failure();
  for (Attribute argumentAttr : arguments) {
    FailureOr<InterfaceArgument> argument = parseArgument(argumentAttr, symbols.size());
    if (failed(argument))
      return failure();
    result.arguments.push_back(std::move(*argument));
  }
  return result;
}

FailureOr<FunctionInterface> FunctionInterface::get(Operation *function) {
  FailureOr<FunctionInterface> result = parseInterface(function->getAttr(kInterfaceAttrName));
  if (failed(result))
    return function->emitError() << "'" << kInterfaceAttrName
                                 << "' is missing or is not what attn-plan-interface writes";
  return result;
}

SmallVector<Operation *> attnc::getInterfaceFunctions(ModuleOp module) {
  SmallVector<Operation *> functions;
  for (Operation &op : *module.getBody())
    if (op.hasAttr(kInterfaceAttrName) && isa<SymbolOpInterface>(op))
      functions.push_back(&op);
  return functions;
}

std::vector<std::string> attnc::getExportedSymbols(ModuleOp module) {
  std::vector<std::string> symbols;
  for (Operation *function : getInterfaceFunctions(module))
    for (StringRef suffix : kEntryPointSuffixes)
      symbols.push_back((SymbolTable::getSymbolName(function).getValue() + suffix).str());
  return symbols;
}

// The type codes of dlpack.h; kDLBool is younger than the oldest DLPack that attnc builds with.
enum : uint8_t { kCodeInt = 0, kCodeUInt = 1, kCodeFloat = 2, kCodeBfloat = 4, kCodeBool = 6 };

std::optional<DLType> attnc::getDLType(Type type) {
  if (type.isBF16())
    return DLType{kCodeBfloat, 16};
  if (type.isF16() || type.isF32() || type.isF64())
    return DLType{kCodeFloat, uint8_t(type.getIntOrFloatBitWidth())};
  if (type.isIndex())
    return DLType{kCodeInt, 64};
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer)
    return std::nullopt;
  if (type.isSignlessInteger(1))
    return DLType{kCodeBool, 8};
  unsigned width = integer.getWidth();
  if (width != 8 && width != 16 && width != 32 && width != 64)
    return std::nullopt;
  return DLType{integer.isUnsigned() ? kCodeUInt : kCodeInt, uint8_t(width)};
}

std::string attnc::getTypeName(Type type) {
  if (type.isSignlessInteger(1))
    return "bool";
  std::string name;
  llvm::raw_string_ostream(name) << type;
  StringRef shortened = name;
  // MLIR's ui8 and si8 are u8 and i8 to everyone else.
  if (shortened.consume_front("ui"))
    return "u" + shortened.str();
  shortened.consume_front("s");
  return shortened.str();
}
