// attn-emit-c-interface: writes entry points and metadata around functions in the LLVM dialect.
//
// The globals have the layout of the structs in attnc-c/runtime.h; on the 64-bit targets of attnc,
// LLVM lays unpacked structs of these members out as C does.
#include "attnc/Interface/Interface.h"
#include "attnc/Interface/Passes.h"

#include "attnc-c/runtime.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/Config/llvm-config.h"

namespace attnc {
#define GEN_PASS_DEF_ATTNEMITCINTERFACEPASS
#include "attnc/Interface/Passes.h.inc"
} // namespace attnc

using namespace mlir;
using namespace attnc;

static_assert(offsetof(attnc_arg, kind) == 8 && offsetof(attnc_arg, dtype) == 12 &&
                  offsetof(attnc_arg, ndim) == 16 && offsetof(attnc_arg, shape) == 24 &&
                  sizeof(attnc_arg) == 32,
              "getArgType below must follow attnc_arg");
static_assert(offsetof(attnc_symbol, base) == 8 && offsetof(attnc_symbol, plus) == 16 &&
                  sizeof(attnc_symbol) == 24,
              "getSymbolType below must follow attnc_symbol");
static_assert(offsetof(attnc_metadata, abi_version) == 8 && offsetof(attnc_metadata, name) == 16 &&
                  offsetof(attnc_metadata, producer) == 24 &&
                  offsetof(attnc_metadata, triple) == 32 &&
                  offsetof(attnc_metadata, cpu_features) == 40 &&
                  offsetof(attnc_metadata, num_args) == 48 &&
                  offsetof(attnc_metadata, args) == 56 &&
                  offsetof(attnc_metadata, scratch_bytes) == 64 &&
                  offsetof(attnc_metadata, num_symbols) == 72 &&
                  offsetof(attnc_metadata, symbols) == 80 && sizeof(attnc_metadata) == 88,
              "getMetadataType below must follow attnc_metadata");
static_assert(ATTNC_ARG_INPUT == int(ArgumentKind::Input) &&
                  ATTNC_ARG_OUTPUT == int(ArgumentKind::Output) &&
                  ATTNC_ARG_SCALAR == int(ArgumentKind::Scalar),
              "ArgumentKind must follow attnc_arg_kind");

/// The features that compiled code may use and the runtime asks the CPU for before it runs any.
constexpr StringLiteral kCheckedFeatures =
    "sse3,ssse3,sse4.1,sse4.2,popcnt,movbe,lzcnt,bmi,bmi2,f16c,avx,avx2,fma,avxvnni,gfni,"
    "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512ifma,avx512vbmi,avx512vnni,avx512bitalg,"
    "avx512vbmi2,avx512vpopcntdq,avx512bf16,avx512fp16,amx-tile,amx-bf16";

static std::string getCheckedFeatures(StringRef features) {
  SmallVector<StringRef> enabled, checked;
  features.split(enabled, ',');
  for (StringRef feature : llvm::split(kCheckedFeatures, ','))
    if (llvm::is_contained(enabled, ("+" + feature).str()))
      checked.push_back(feature);
  return llvm::join(checked, ",");
}

namespace {
/// Builds private constants and code at the end of a module.
class EntryPointEmitter {
public:
  EntryPointEmitter(ModuleOp module, StringRef triple, StringRef features)
      : module(module), loc(module.getLoc()), builder(OpBuilder::atBlockEnd(module.getBody())),
        pointer(LLVM::LLVMPointerType::get(module.getContext())), i8(builder.getI8Type()),
        i16(builder.getI16Type()), i32(builder.getI32Type()), i64(builder.getI64Type()) {
    producer =
        addString("attnc.producer", "attnc " ATTNC_VERSION " (LLVM " LLVM_VERSION_STRING ")");
    this->triple = addString("attnc.triple", triple);
    this->features = addString("attnc.cpu_features", getCheckedFeatures(features));
    invoke = declare("attnc_rt_invoke", i32, {pointer, pointer, pointer, pointer});
    workspace = declare("attnc_rt_workspace", i64, {pointer, pointer});
  }

  LogicalResult emit(LLVM::LLVMFuncOp body) {
    std::string name = body.getName().str();
    FailureOr<FunctionInterface> interface = FunctionInterface::get(body);
    if (failed(interface))
      return failure();
    auto wrapper = module.lookupSymbol<LLVM::LLVMFuncOp>("_mlir_ciface_" + name);
    if (!wrapper)
      return body.emitError() << "'" << name << "' has an interface but no _mlir_ciface_" << name
                              << "; convert-func-to-llvm makes it where llvm.emit_c_interface is";
    if (wrapper.getNumArguments() != interface->arguments.size())
      return body.emitError() << "'" << name << "' takes " << wrapper.getNumArguments()
                              << " arguments, its interface describes "
                              << interface->arguments.size();
    auto scratch = body->getAttrOfType<IntegerAttr>(kScratchBytesAttrName);
    int64_t scratchBytes = scratch ? scratch.getInt() : 0;

    loc = body.getLoc();
    SymbolTable::setSymbolName(body, name + ".body");
    if (failed(SymbolTable::replaceAllSymbolUses(builder.getStringAttr(name),
                                                 builder.getStringAttr(body.getName()), module)))
      return body.emitError("has uses that cannot be renamed");
    LLVM::GlobalOp metadata = addMetadata(name, *interface, scratchBytes);
    LLVM::LLVMFuncOp entry = addEntry(name, wrapper, *interface);
    addCall(name, metadata, entry, wrapper, *interface);
    addArgvCall(name, metadata, entry);
    addMetadataGetter(name, metadata);
    addWorkspaceGetter(name, metadata);
    for (LLVM::LLVMFuncOp function : {body, wrapper}) {
      function->removeAttr(kInterfaceAttrName);
      function->removeAttr(kScratchBytesAttrName);
    }
    return success();
  }

private:
  ModuleOp module;
  Location loc;
  OpBuilder builder;
  LLVM::LLVMPointerType pointer;
  Type i8, i16, i32, i64;
  LLVM::GlobalOp producer, triple, features;
  LLVM::LLVMFuncOp invoke, workspace;

  Type getStruct(ArrayRef<Type> members) {
    return LLVM::LLVMStructType::getLiteral(module.getContext(), members);
  }
  Type getDTypeType() { return getStruct({i8, i8, i16}); }
  Type getArgType() { return getStruct({pointer, i32, getDTypeType(), i32, pointer}); }
  Type getSymbolType() { return getStruct({pointer, i64, i64}); }
  Type getMetadataType() {
    return getStruct(
        {i64, i32, pointer, pointer, pointer, pointer, i32, pointer, i64, i32, pointer});
  }

  /// An external function, as the module may already declare it.
  LLVM::LLVMFuncOp declare(StringRef name, Type result, ArrayRef<Type> arguments) {
    if (auto known = module.lookupSymbol<LLVM::LLVMFuncOp>(name))
      return known;
    return LLVM::LLVMFuncOp::create(builder, loc, name,
                                    LLVM::LLVMFunctionType::get(result, arguments));
  }

  LLVM::GlobalOp addConstant(const Twine &name, Type type, Attribute value) {
    return LLVM::GlobalOp::create(builder, loc, type, /*isConstant=*/true, LLVM::Linkage::Private,
                                  name.str(), value);
  }

  LLVM::GlobalOp addString(const Twine &name, StringRef text) {
    std::string terminated = text.str() + '\0';
    return addConstant(name, LLVM::LLVMArrayType::get(i8, terminated.size()),
                       builder.getStringAttr(terminated));
  }

  /// A constant whose value `build` makes, with the builder inside its initializer.
  LLVM::GlobalOp addBuiltConstant(const Twine &name, Type type, llvm::function_ref<Value()> build) {
    LLVM::GlobalOp global = addConstant(name, type, Attribute());
    OpBuilder::InsertionGuard guard(builder);
    builder.createBlock(&global.getInitializerRegion());
    LLVM::ReturnOp::create(builder, loc, build());
    return global;
  }

  Value constant(Type type, int64_t value) {
    return LLVM::ConstantOp::create(builder, loc, type, builder.getIntegerAttr(type, value));
  }
  Value addressOf(LLVM::GlobalOp global) { return LLVM::AddressOfOp::create(builder, loc, global); }
  Value null() { return LLVM::ZeroOp::create(builder, loc, pointer); }

  Value makeStruct(Type type, ArrayRef<Value> members) {
    Value result = LLVM::UndefOp::create(builder, loc, type);
    for (auto [i, member] : llvm::enumerate(members))
      result = LLVM::InsertValueOp::create(builder, loc, result, member, i);
    return result;
  }

  /// The array of the symbols; null if there are none.
  LLVM::GlobalOp addSymbols(StringRef name, const FunctionInterface &interface) {
    if (interface.symbols.empty())
      return nullptr;
    SmallVector<LLVM::GlobalOp> names;
    for (auto [i, symbol] : llvm::enumerate(interface.symbols))
      names.push_back(addString(name + ".symbol." + Twine(i + 1), symbol.name));
    auto type = LLVM::LLVMArrayType::get(getSymbolType(), interface.symbols.size());
    return addBuiltConstant(name + ".symbols", type, [&]() -> Value {
      Value array = LLVM::UndefOp::create(builder, loc, type);
      for (auto [i, symbol] : llvm::enumerate(interface.symbols)) {
        Value value = makeStruct(getSymbolType(), {addressOf(names[i]), constant(i64, symbol.base),
                                                   constant(i64, symbol.plus)});
        array = LLVM::InsertValueOp::create(builder, loc, array, value, i);
      }
      return array;
    });
  }

  LLVM::GlobalOp addMetadata(StringRef name, const FunctionInterface &interface,
                             int64_t scratchBytes) {
    SmallVector<LLVM::GlobalOp> names, shapes;
    for (const InterfaceArgument &argument : interface.arguments) {
      names.push_back(addString(name + ".name." + argument.name, argument.name));
      shapes.push_back(argument.shape.empty()
                           ? nullptr
                           : addConstant(name + ".shape." + argument.name,
                                         LLVM::LLVMArrayType::get(i64, argument.shape.size()),
                                         builder.getI64TensorAttr(argument.shape)));
    }
    auto argsType = LLVM::LLVMArrayType::get(getArgType(), interface.arguments.size());
    LLVM::GlobalOp args = addBuiltConstant(name + ".args", argsType, [&]() -> Value {
      Value array = LLVM::UndefOp::create(builder, loc, argsType);
      for (auto [i, argument] : llvm::enumerate(interface.arguments)) {
        DLType type = *getDLType(argument.elementType);
        Value dtype = makeStruct(getDTypeType(), {constant(i8, type.code), constant(i8, type.bits),
                                                  constant(i16, /*lanes=*/1)});
        Value arg =
            makeStruct(getArgType(), {addressOf(names[i]), constant(i32, int(argument.kind)), dtype,
                                      constant(i32, argument.shape.size()),
                                      shapes[i] ? addressOf(shapes[i]) : null()});
        array = LLVM::InsertValueOp::create(builder, loc, array, arg, i);
      }
      return array;
    });
    LLVM::GlobalOp symbols = addSymbols(name, interface);
    LLVM::GlobalOp functionName = addString(name + ".name", name);
    return addBuiltConstant(name + ".metadata", getMetadataType(), [&] {
      return makeStruct(
          getMetadataType(),
          {constant(i64, sizeof(attnc_metadata)), constant(i32, ATTNC_ABI_VERSION),
           addressOf(functionName), addressOf(producer), addressOf(triple), addressOf(features),
           constant(i32, interface.arguments.size()), addressOf(args), constant(i64, scratchBytes),
           constant(i32, interface.symbols.size()), symbols ? addressOf(symbols) : null()});
    });
  }

  /// Opens a function; the builder is left in its body.
  LLVM::LLVMFuncOp openFunction(const Twine &name, Type result, ArrayRef<Type> arguments,
                                LLVM::Linkage linkage) {
    auto function = LLVM::LLVMFuncOp::create(
        builder, loc, name.str(), LLVM::LLVMFunctionType::get(result, arguments), linkage);
    builder.setInsertionPointToStart(function.addEntryBlock(builder));
    return function;
  }

  void closeFunction(ValueRange results) {
    LLVM::ReturnOp::create(builder, loc, results);
    builder.setInsertionPointToEnd(module.getBody());
  }

  /// The address of slot `index` of an array of pointers.
  Value slot(Value array, unsigned index) {
    return LLVM::GEPOp::create(builder, loc, pointer, pointer, array,
                               ArrayRef<LLVM::GEPArg>{int32_t(index)});
  }

  /// void f.entry(void **arguments): what the runtime calls with descriptors and scalars.
  LLVM::LLVMFuncOp addEntry(StringRef name, LLVM::LLVMFuncOp wrapper,
                            const FunctionInterface &interface) {
    Type nothing = LLVM::LLVMVoidType::get(module.getContext());
    LLVM::LLVMFuncOp entry =
        openFunction(name + ".entry", nothing, {pointer}, LLVM::Linkage::Internal);
    SmallVector<Value> operands;
    for (auto [i, argument] : llvm::enumerate(interface.arguments)) {
      Value operand = LLVM::LoadOp::create(builder, loc, pointer, slot(entry.getArgument(0), i));
      if (argument.kind == ArgumentKind::Scalar)
        operand = LLVM::LoadOp::create(builder, loc, wrapper.getArgumentTypes()[i], operand);
      operands.push_back(operand);
    }
    LLVM::CallOp::create(builder, loc, wrapper, operands);
    closeFunction({});
    return entry;
  }

  Value callInvoke(LLVM::GlobalOp metadata, LLVM::LLVMFuncOp entry, Value argv, Value call) {
    Value entryAddress = LLVM::AddressOfOp::create(builder, loc, entry);
    return LLVM::CallOp::create(builder, loc, invoke,
                                ValueRange{addressOf(metadata), entryAddress, argv, call})
        .getResult();
  }

  /// int f(arguments..., const attnc_call *call)
  void addCall(StringRef name, LLVM::GlobalOp metadata, LLVM::LLVMFuncOp entry,
               LLVM::LLVMFuncOp wrapper, const FunctionInterface &interface) {
    SmallVector<Type> types(wrapper.getArgumentTypes());
    types.push_back(pointer);
    LLVM::LLVMFuncOp function = openFunction(name, i32, types, LLVM::Linkage::External);
    function->setAttr(kInterfaceAttrName, interface.toAttribute(module.getContext()));
    Value one = constant(i32, 1);
    size_t count = interface.arguments.size();
    Value argv = LLVM::AllocaOp::create(builder, loc, pointer,
                                        LLVM::LLVMArrayType::get(pointer, count), one);
    for (auto [i, argument] : llvm::enumerate(interface.arguments)) {
      Value value = function.getArgument(i);
      if (argument.kind == ArgumentKind::Scalar) {
        Value place = LLVM::AllocaOp::create(builder, loc, pointer, value.getType(), one);
        LLVM::StoreOp::create(builder, loc, value, place);
        value = place;
      }
      LLVM::StoreOp::create(builder, loc, value, slot(argv, i));
    }
    closeFunction(callInvoke(metadata, entry, argv, function.getArgument(count)));
  }

  /// int f_argv(void **argv, const attnc_call *call)
  void addArgvCall(StringRef name, LLVM::GlobalOp metadata, LLVM::LLVMFuncOp entry) {
    LLVM::LLVMFuncOp function =
        openFunction(name + "_argv", i32, {pointer, pointer}, LLVM::Linkage::External);
    closeFunction(callInvoke(metadata, entry, function.getArgument(0), function.getArgument(1)));
  }

  /// const attnc_metadata *f_metadata(void)
  void addMetadataGetter(StringRef name, LLVM::GlobalOp metadata) {
    openFunction(name + "_metadata", pointer, {}, LLVM::Linkage::External);
    closeFunction(addressOf(metadata));
  }

  /// int64_t f_workspace(const attnc_call *call)
  void addWorkspaceGetter(StringRef name, LLVM::GlobalOp metadata) {
    LLVM::LLVMFuncOp function =
        openFunction(name + "_workspace", i64, {pointer}, LLVM::Linkage::External);
    closeFunction(LLVM::CallOp::create(builder, loc, workspace,
                                       ValueRange{addressOf(metadata), function.getArgument(0)})
                      .getResult());
  }
};

struct AttnEmitCInterfacePass : attnc::impl::AttnEmitCInterfacePassBase<AttnEmitCInterfacePass> {
  using Base::Base;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    makeDefinitionsInternal(module);
    SmallVector<LLVM::LLVMFuncOp> functions;
    for (auto function : module.getOps<LLVM::LLVMFuncOp>())
      if (function->hasAttr(kInterfaceAttrName) && !function.getName().starts_with("_mlir_ciface_"))
        functions.push_back(function);
    if (functions.empty())
      return;
    EntryPointEmitter emitter(module, triple, features);
    for (LLVM::LLVMFuncOp function : functions)
      if (failed(emitter.emit(function)))
        return signalPassFailure();
  }

  /// Nothing that the module defines so far is for others to see.
  static void makeDefinitionsInternal(ModuleOp module) {
    for (auto function : module.getOps<LLVM::LLVMFuncOp>())
      if (!function.isExternal())
        function.setLinkage(LLVM::Linkage::Internal);
    for (auto global : module.getOps<LLVM::GlobalOp>()) {
      bool isDefined = global.getValueOrNull() || global.getInitializerBlock();
      if (isDefined && global.getLinkage() != LLVM::Linkage::Private)
        global.setLinkage(LLVM::Linkage::Internal);
    }
  }
};
} // namespace
