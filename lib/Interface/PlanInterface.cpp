// attn-plan-interface: gives every public function a C signature and describes it in an attribute.
//
// Checks come first and report all they find; only a module that passes them is changed.
#include "CNames.h"
#include "DimensionClasses.h"

#include "attnc/Interface/Interface.h"
#include "attnc/Interface/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringSet.h"

namespace attnc {
#define GEN_PASS_DEF_ATTNPLANINTERFACEPASS
#include "attnc/Interface/Passes.h.inc"
} // namespace attnc

using namespace mlir;
using namespace attnc;
using bufferization::BufferizationDialect;

/// A name from the input as a diagnostic may show it: printable and not long.
static std::string quote(StringRef name) {
  constexpr size_t kShown = 64;
  std::string text;
  llvm::raw_string_ostream os(text);
  os << '\'';
  llvm::printEscapedString(name.take_front(kShown), os);
  os << (name.size() > kShown ? "...'" : "'");
  return text;
}

/// The types that a C function of ours takes by value.
static bool isScalarType(Type type) {
  return type.isIndex() || type.isSignlessInteger(32) || type.isSignlessInteger(64) ||
         type.isF32() || type.isF64();
}

/// Why `type` cannot be a tensor of the interface; "" where it can.
static std::string getTensorProblem(Type type) {
  std::string problem;
  llvm::raw_string_ostream os(problem);
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    os << "must be a ranked tensor, got '" << type << "'";
  else if (tensor.getEncoding())
    os << "must be a tensor without encoding, got '" << type << "'";
  else if (tensor.getElementType().isIndex() || !getDLType(tensor.getElementType()))
    os << "must have elements of f64, f32, f16, bf16, i1 or an integer of 8, 16, 32 or 64 bits, "
          "got '"
       << type << "'";
  return problem;
}

/// Free strides and a contiguous last dimension. Up to rank 1 that is the identity.
static MemRefLayoutAttrInterface getBoundaryLayout(RankedTensorType type) {
  int64_t rank = type.getRank();
  if (rank < 2)
    return AffineMapAttr::get(AffineMap::getMultiDimIdentityMap(rank, type.getContext()));
  SmallVector<int64_t> strides(rank, ShapedType::kDynamic);
  strides.back() = 1;
  return StridedLayoutAttr::get(type.getContext(), /*offset=*/0, strides);
}

static LogicalResult checkSignature(func::FuncOp function) {
  bool ok = true;
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes())) {
    if (isScalarType(type))
      continue;
    if (std::string problem = getTensorProblem(type); !problem.empty()) {
      mlir::emitError(function.getArgument(i).getLoc())
          << "argument " << i << " of " << quote(function.getName())
          << " cannot be passed from C: it " << problem
          << (isa<TensorType>(type) ? "" : "; scalars are index, i32, i64, f32 and f64");
      ok = false;
    }
  }
  for (auto [i, type] : llvm::enumerate(function.getResultTypes()))
    if (std::string problem = getTensorProblem(type); !problem.empty()) {
      function.emitError() << "result " << i << " of " << quote(function.getName())
                           << " cannot be returned to C: it " << problem;
      ok = false;
    }
  return success(ok);
}

/// A call that is left after inlining cannot be compiled: there is no stack of tensors.
static LogicalResult checkCalls(func::FuncOp function, SymbolTable &symbols) {
  bool ok = true;
  function.walk([&](CallOpInterface call) {
    ok = false;
    auto callee = dyn_cast<SymbolRefAttr>(call.getCallableForCallee());
    auto target = callee ? symbols.lookup<func::FuncOp>(callee.getRootReference()) : func::FuncOp();
    InFlightDiagnostic diagnostic = call.emitError();
    if (!target)
      diagnostic << "a call of something that is not a function of this module cannot be compiled";
    else if (target.isExternal())
      diagnostic << "a call of " << quote(target.getName())
                 << " cannot be compiled: the function has no body";
    else
      diagnostic << "a call of " << quote(target.getName())
                 << " cannot be inlined, so it cannot be compiled; recursion is not supported";
  });
  return success(ok);
}

namespace {
/// Makes the interface of one function.
class InterfaceBuilder {
public:
  InterfaceBuilder(func::FuncOp function, DimensionClasses &classes)
      : function(function), classes(classes) {}

  FailureOr<FunctionInterface> build() {
    if (failed(claimGivenNames()) || failed(checkResultSizes()))
      return failure();
    for (auto [i, argument] : llvm::enumerate(function.getArguments())) {
      InterfaceArgument &added = interface.arguments.emplace_back();
      added.name = getName(function.getArgAttrDict(i), "arg" + std::to_string(i));
      added.kind = ArgumentKind::Scalar;
      added.elementType = argument.getType();
      if (auto tensor = dyn_cast<RankedTensorType>(argument.getType())) {
        added.kind = ArgumentKind::Input;
        added.elementType = tensor.getElementType();
        for (int64_t axis = 0; axis < tensor.getRank(); ++axis)
          added.shape.push_back(getSize(argument, axis));
      }
    }
    for (auto [i, type] : llvm::enumerate(function.getResultTypes())) {
      Value result = (*function.getOps<func::ReturnOp>().begin()).getOperand(i);
      InterfaceArgument &added = interface.arguments.emplace_back();
      added.name = getName(function.getResultAttrDict(i), "out" + std::to_string(i));
      added.kind = ArgumentKind::Output;
      auto tensor = cast<RankedTensorType>(type);
      added.elementType = tensor.getElementType();
      for (int64_t axis = 0; axis < tensor.getRank(); ++axis)
        added.shape.push_back(getSize(result, axis));
    }
    return std::move(interface);
  }

private:
  func::FuncOp function;
  DimensionClasses &classes;
  FunctionInterface interface;
  llvm::StringSet<> takenNames, takenSymbols;
  llvm::DenseMap<std::pair<unsigned, int64_t>, int64_t> symbolOfSize;

  LogicalResult claimGivenName(DictionaryAttr attrs, Location loc) {
    Attribute attr = attrs ? attrs.get(kNameAttrName) : Attribute();
    if (!attr)
      return success();
    auto name = dyn_cast<StringAttr>(attr);
    if (!name)
      return mlir::emitError(loc) << "'" << kNameAttrName << "' must be a string, got " << attr;
    if (std::string problem = getParameterNameProblem(name); !problem.empty())
      return mlir::emitError(loc) << "the argument name " << quote(name) << " " << problem;
    if (!takenNames.insert(name).second)
      return mlir::emitError(loc) << "two arguments of " << quote(function.getName())
                                  << " are named " << quote(name);
    return success();
  }

  LogicalResult claimGivenNames() {
    bool ok = true;
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      ok &= succeeded(claimGivenName(function.getArgAttrDict(i), function.getArgument(i).getLoc()));
    for (unsigned i = 0; i < function.getNumResults(); ++i)
      ok &= succeeded(claimGivenName(function.getResultAttrDict(i), function.getLoc()));
    return success(ok);
  }

  std::string getName(DictionaryAttr attrs, std::string fallback) {
    if (attrs && attrs.get(kNameAttrName))
      return cast<StringAttr>(attrs.get(kNameAttrName)).str();
    while (!takenNames.insert(fallback).second)
      fallback += '_';
    return fallback;
  }

  /// Every return must give a result sizes that the caller can know before the call.
  LogicalResult checkResultSizes() {
    llvm::DenseSet<unsigned> known;
    for (BlockArgument argument : function.getArguments())
      if (auto tensor = dyn_cast<RankedTensorType>(argument.getType()))
        for (int64_t axis = 0; axis < tensor.getRank(); ++axis)
          known.insert(classes.getSize(argument, axis).dimensionClass);

    auto returns = llvm::to_vector(function.getOps<func::ReturnOp>());
    if (returns.empty())
      return function.emitError() << quote(function.getName()) << " never returns";
    for (unsigned i = 0; i < function.getNumResults(); ++i) {
      auto type = cast<RankedTensorType>(function.getResultTypes()[i]);
      for (int64_t axis = 0; axis < type.getRank(); ++axis) {
        DimensionSize first = classes.getSize(returns.front().getOperand(i), axis);
        for (func::ReturnOp op : returns) {
          DimensionSize size = classes.getSize(op.getOperand(i), axis);
          if (size != first)
            return op.emitError() << "dimension " << axis << " of result " << i
                                  << " differs from that of another return";
          if (ShapedType::isDynamic(classes.getStaticSize(size)) &&
              !known.contains(size.dimensionClass))
            return op.emitError()
                   << "dimension " << axis << " of result " << i
                   << " is not the size of any argument, so a caller cannot allocate the result; "
                      "give it a static size or pass a tensor that has this size";
        }
      }
    }
    return success();
  }

  /// The static size of a dimension, or the number of its symbol: -1 for the first.
  int64_t getSize(Value tensor, int64_t axis) {
    DimensionSize size = classes.getSize(tensor, axis);
    int64_t number = classes.getStaticSize(size);
    return ShapedType::isStatic(number) ? number : getSymbol(size);
  }

  /// The symbol of a dynamic size; before it, that of the size to which it adds.
  int64_t getSymbol(DimensionSize size) {
    std::pair<unsigned, int64_t> key{size.dimensionClass, size.plus};
    if (int64_t known = symbolOfSize.lookup(key))
      return known;
    int64_t symbol;
    if (size.plus == 0)
      symbol = interface.addFreeSymbol(makeSymbolName(classes.getNameHint(size.dimensionClass)));
    else
      symbol = interface.addSymbol(getSymbol({size.dimensionClass, 0}), size.plus);
    symbolOfSize[key] = symbol;
    return symbol;
  }

  std::string makeSymbolName(StringRef hint) {
    if (!hint.empty() && takenSymbols.insert(hint).second)
      return hint.str();
    StringRef stem = hint.empty() ? "N" : hint;
    for (unsigned number = hint.empty() ? 1 : 2;; ++number) {
      std::string name = stem.str() + std::to_string(number);
      if (takenSymbols.insert(name).second)
        return name;
    }
  }
};

struct AttnPlanInterfacePass : attnc::impl::AttnPlanInterfacePassBase<AttnPlanInterfacePass> {
  void runOnOperation() override {
    if (failed(checkModule()))
      return signalPassFailure();
    SmallVector<std::pair<func::FuncOp, FunctionInterface>> planned;
    for (func::FuncOp function : getEntryFunctions()) {
      FailureOr<DimensionClasses> classes = DimensionClasses::compute(function);
      if (failed(classes))
        return signalPassFailure();
      FailureOr<FunctionInterface> interface = InterfaceBuilder(function, *classes).build();
      if (failed(interface))
        return signalPassFailure();
      planned.emplace_back(function, std::move(*interface));
    }
    for (auto &[function, interface] : planned)
      applyInterface(function, interface);
  }

  static bool isEntryFunction(func::FuncOp function) {
    return function.isPublic() && !function.isExternal();
  }

  SmallVector<func::FuncOp> getEntryFunctions() {
    SmallVector<func::FuncOp> functions;
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (isEntryFunction(function))
        functions.push_back(function);
    return functions;
  }

  LogicalResult checkModule() {
    bool ok = true;
    for (Operation &op : *getOperation().getBody()) {
      if (isa<ModuleOp>(op)) {
        op.emitError("a module inside a module cannot be compiled");
        ok = false;
      }
      for (StringRef reserved : {kInterfaceAttrName, kScratchBytesAttrName})
        if (op.hasAttr(reserved)) {
          op.emitError() << "'" << reserved << "' is set by the compiler, not in a model";
          ok = false;
        }
    }
    SymbolTable symbols(getOperation());
    llvm::StringMap<StringRef> functionOfSymbol;
    for (func::FuncOp function : getEntryFunctions()) {
      ok &= succeeded(checkFunctionName(function, functionOfSymbol));
      ok &= succeeded(checkSignature(function));
      ok &= succeeded(checkCalls(function, symbols));
    }
    ok &= succeeded(checkOtherSymbols(functionOfSymbol));
    return success(ok);
  }

  /// Each entry point of each function needs a symbol of its own.
  LogicalResult checkFunctionName(func::FuncOp function,
                                  llvm::StringMap<StringRef> &functionOfSymbol) {
    StringRef name = function.getName();
    if (std::string problem = getFunctionNameProblem(name); !problem.empty())
      return function.emitError() << "the function name " << quote(name) << " " << problem;
    for (StringRef suffix : kEntryPointSuffixes) {
      auto [it, isNew] = functionOfSymbol.try_emplace((name + suffix).str(), name);
      if (!isNew)
        return function.emitError()
               << "the entry points of " << quote(name) << " and of " << quote(it->second)
               << " would both have the name " << quote(it->first());
    }
    return success();
  }

  /// What is not an entry function must leave their names, and those that lowering makes, free.
  LogicalResult checkOtherSymbols(const llvm::StringMap<StringRef> &functionOfSymbol) {
    bool ok = true;
    for (auto symbol : getOperation().getOps<SymbolOpInterface>()) {
      auto function = dyn_cast<func::FuncOp>(symbol.getOperation());
      if (function && isEntryFunction(function))
        continue;
      StringRef name = symbol.getName();
      if (functionOfSymbol.contains(name) || functionOfSymbol.contains(name.split('.').first) ||
          name.starts_with("attnc") || name.starts_with("_mlir_ciface_")) {
        symbol->emitError() << "the name " << quote(name)
                            << " is reserved for the entry points of the compiled module";
        ok = false;
      }
    }
    return success(ok);
  }

  void applyInterface(func::FuncOp function, const FunctionInterface &interface) {
    Builder builder(&getContext());
    for (auto [i, type] : llvm::enumerate(function.getArgumentTypes())) {
      function.removeArgAttr(i, kNameAttrName);
      auto tensor = dyn_cast<RankedTensorType>(type);
      if (!tensor)
        continue;
      function.setArgAttr(i, BufferizationDialect::kWritableAttrName, builder.getBoolAttr(false));
      function.setArgAttr(i, BufferizationDialect::kBufferLayoutAttrName,
                          getBoundaryLayout(tensor));
    }
    returnThroughArguments(function);
    function->setAttr(kInterfaceAttrName, interface.toAttribute(&getContext()));
    function->setAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName(), builder.getUnitAttr());
  }

  void returnThroughArguments(func::FuncOp function) {
    SmallVector<Value> outputs;
    SmallVector<Type> results(function.getResultTypes());
    // A function of the func dialect takes any arguments and results, so these cannot fail.
    (void)function.eraseResults(llvm::BitVector(results.size(), true));
    for (Type type : results) {
      auto tensor = cast<RankedTensorType>(type);
      auto memref =
          MemRefType::get(tensor.getShape(), tensor.getElementType(), getBoundaryLayout(tensor));
      (void)function.insertArgument(function.getNumArguments(), memref, {}, function.getLoc());
      outputs.push_back(function.getArguments().back());
    }
    for (func::ReturnOp op : llvm::to_vector(function.getOps<func::ReturnOp>())) {
      OpBuilder builder(op);
      for (auto [value, output] : llvm::zip(op.getOperands(), outputs)) {
        auto copy = bufferization::MaterializeInDestinationOp::create(
            builder, op.getLoc(), /*result=*/Type(), value, output);
        copy.setRestrict(true);
        copy.setWritable(true);
      }
      op->setOperands({});
    }
  }
};
} // namespace
