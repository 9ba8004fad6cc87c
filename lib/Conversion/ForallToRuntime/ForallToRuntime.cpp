// convert-forall-to-runtime: outlines parallel loops into tasks of the runtime's
// attnc_parallel_for.
//
// Captured values travel as fields of a struct on the caller's stack; a memref as its descriptor.
#include "attnc/Conversion/Passes.h"

#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/Transforms/Transforms.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"

namespace attnc {
#define GEN_PASS_DEF_CONVERTFORALLTORUNTIMEPASS
#include "attnc/Conversion/Passes.h.inc"
} // namespace attnc

using namespace mlir;
using namespace attnc;

static constexpr int64_t kScratchAlignment = 64;

namespace {

/// Outlines one loop. The context struct holds the captured values and, last, the scratch base.
class ForallOutliner {
public:
  ForallOutliner(scf::ForallOp forall, StringRef taskName)
      : forall(forall), function(forall->getParentOfType<func::FuncOp>()),
        converter(forall.getContext()), builder(forall), loc(forall.getLoc()), taskName(taskName) {}

  LogicalResult run();

private:
  LogicalResult checkForm();
  void findCaptures();
  func::FuncOp buildTask();
  void buildCall(func::FuncOp task);
  /// Replaces the body's buffers of static size by views of the worker's scratch.
  int64_t placeScratch(Block &body, Value workerScratch);
  func::FuncOp declareRuntimeFunction(StringRef name, TypeRange arguments, TypeRange results);

  Value toLLVM(Value value) {
    return UnrealizedConversionCastOp::create(builder, loc, converter.convertType(value.getType()),
                                              value)
        .getResult(0);
  }
  Value fromLLVM(Value value, Type type) {
    return UnrealizedConversionCastOp::create(builder, loc, type, value).getResult(0);
  }
  Value i64(int64_t value) {
    return arith::ConstantOp::create(builder, loc, builder.getI64IntegerAttr(value));
  }
  Value toIndex(Value value) {
    return arith::IndexCastOp::create(builder, loc, builder.getIndexType(), value);
  }
  Value fieldAddress(Value context, int64_t field) {
    return LLVM::GEPOp::create(builder, loc, pointer(), contextType, context,
                               ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(field)});
  }
  Type pointer() { return LLVM::LLVMPointerType::get(builder.getContext()); }

  scf::ForallOp forall;
  func::FuncOp function;
  LLVMTypeConverter converter;
  OpBuilder builder;
  Location loc;
  StringRef taskName;
  SetVector<Value> captures;
  LLVM::LLVMStructType contextType;
};

} // namespace

LogicalResult ForallOutliner::checkForm() {
  if (forall->getNumResults() != 0)
    return forall.emitError("must be bufferized before convert-forall-to-runtime");
  if (!forall.isNormalized())
    return forall.emitError("must run from 0 in steps of 1");
  return success();
}

void ForallOutliner::findCaptures() {
  // Constants are cheaper to rebuild than to carry.
  Region &region = forall.getRegion();
  SetVector<Value> used;
  getUsedValuesDefinedAbove(region, used);
  builder.setInsertionPointToStart(forall.getBody());
  for (Value value : used) {
    Operation *definition = value.getDefiningOp();
    if (definition && definition->hasTrait<OpTrait::ConstantLike>())
      replaceAllUsesInRegionWith(value, builder.clone(*definition)->getResult(0), region);
    else
      captures.insert(value);
  }
  // The sizes of the axes turn the number of a task into coordinates.
  if (forall.getRank() > 1)
    captures.insert_range(forall.getDynamicUpperBound());
  SmallVector<Type> fields;
  for (Value capture : captures)
    fields.push_back(converter.convertType(capture.getType()));
  fields.push_back(pointer());
  contextType = LLVM::LLVMStructType::getLiteral(builder.getContext(), fields);
}

/// The one op that frees `alloc`, where the buffer's life ends in its own block. Null for a buffer
/// that is freed elsewhere, by another name or not always: such a one stays on the heap.
static memref::DeallocOp findDealloc(memref::AllocOp alloc) {
  memref::DeallocOp found;
  for (Operation *user : alloc->getUsers())
    if (auto dealloc = dyn_cast<memref::DeallocOp>(user)) {
      if (found || dealloc->getBlock() != alloc->getBlock())
        return {};
      found = dealloc;
    }
  return found;
}

int64_t ForallOutliner::placeScratch(Block &body, Value workerScratch) {
  int64_t bytes = 0;
  for (auto alloc : llvm::make_early_inc_range(body.getOps<memref::AllocOp>())) {
    MemRefType type = alloc.getType();
    memref::DeallocOp dealloc = findDealloc(alloc);
    if (!dealloc || !type.hasStaticShape() || !type.getLayout().isIdentity() ||
        !type.getElementType().isIntOrFloat())
      continue;
    builder.setInsertionPoint(alloc);
    Value view =
        memref::ViewOp::create(builder, loc, type, workerScratch,
                               arith::ConstantIndexOp::create(builder, loc, bytes), ValueRange());
    int64_t elementBytes = llvm::divideCeil(type.getElementTypeBitWidth(), 8);
    bytes += llvm::alignTo(type.getNumElements() * elementBytes, kScratchAlignment);
    dealloc.erase();
    alloc.replaceAllUsesWith(view);
    alloc.erase();
  }
  return bytes;
}

func::FuncOp ForallOutliner::buildTask() {
  Type i64Type = builder.getI64Type();
  builder.setInsertionPointAfter(function);
  auto type = builder.getFunctionType({pointer(), i64Type, i64Type, i64Type}, {});
  auto task = func::FuncOp::create(builder, loc, taskName, type);
  task.setPrivate();
  Block *entry = task.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  Value context = entry->getArgument(0);

  IRMapping mapping;
  for (auto [field, capture] : llvm::enumerate(captures)) {
    Value value = LLVM::LoadOp::create(builder, loc, contextType.getBody()[field],
                                       fieldAddress(context, field));
    mapping.map(capture, fromLLVM(value, capture.getType()));
  }
  Value scratch =
      LLVM::LoadOp::create(builder, loc, pointer(), fieldAddress(context, captures.size()));

  Value begin = toIndex(entry->getArgument(1)), end = toIndex(entry->getArgument(2));
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  auto loop = scf::ForOp::create(builder, loc, begin, end, one);
  func::ReturnOp::create(builder, loc);

  // The task number is one coordinate for each loop dimension, the last running fastest.
  builder.setInsertionPointToStart(loop.getBody());
  Value rest = loop.getInductionVar();
  SmallVector<Value> coordinates(forall.getRank());
  SmallVector<OpFoldResult> bounds = forall.getMixedUpperBound();
  for (int64_t axis = forall.getRank() - 1; axis > 0; --axis) {
    Value size =
        mapping.lookupOrDefault(getValueOrCreateConstantIndexOp(builder, loc, bounds[axis]));
    coordinates[axis] = arith::RemUIOp::create(builder, loc, rest, size);
    rest = arith::DivUIOp::create(builder, loc, rest, size);
  }
  coordinates[0] = rest;
  for (auto [induction, coordinate] : llvm::zip(forall.getInductionVars(), coordinates))
    mapping.map(induction, coordinate);
  for (Operation &op : forall.getBody()->without_terminator())
    builder.clone(op, mapping);

  // worker's scratch = base + worker * bytes; bytes is known once the buffers are placed.
  builder.setInsertionPointToStart(loop.getBody());
  auto scratchType = MemRefType::get({ShapedType::kDynamic}, builder.getI8Type());
  Value placeholder = fromLLVM(
      LLVM::UndefOp::create(builder, loc, converter.convertType(scratchType)), scratchType);
  int64_t bytes = placeScratch(*loop.getBody(), placeholder);
  builder.setInsertionPoint(loop);
  Value workerBytes = arith::MulIOp::create(builder, loc, entry->getArgument(3), i64(bytes));
  Value base = LLVM::GEPOp::create(builder, loc, pointer(), builder.getI8Type(), scratch,
                                   ArrayRef<LLVM::GEPArg>{workerBytes});
  Value descriptor = LLVM::UndefOp::create(builder, loc, converter.convertType(scratchType));
  auto insert = [&](Value field, ArrayRef<int64_t> position) {
    descriptor = LLVM::InsertValueOp::create(builder, loc, descriptor, field, position);
  };
  insert(base, {0});
  insert(base, {1});
  insert(i64(0), {2});
  insert(i64(bytes), {3, 0});
  insert(i64(1), {4, 0});
  placeholder.replaceAllUsesWith(fromLLVM(descriptor, scratchType));

  auto attribute = function->getAttrOfType<IntegerAttr>("attnc.scratch_bytes");
  int64_t largest = std::max(bytes, attribute ? attribute.getInt() : 0);
  function->setAttr("attnc.scratch_bytes", builder.getI64IntegerAttr(largest));
  return task;
}

func::FuncOp ForallOutliner::declareRuntimeFunction(StringRef name, TypeRange arguments,
                                                    TypeRange results) {
  auto module = function->getParentOfType<ModuleOp>();
  if (auto known = module.lookupSymbol<func::FuncOp>(name))
    return known;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(module.getBody());
  auto declared =
      func::FuncOp::create(builder, loc, name, builder.getFunctionType(arguments, results));
  declared.setPrivate();
  return declared;
}

void ForallOutliner::buildCall(func::FuncOp task) {
  Type i64Type = builder.getI64Type();
  auto parallelFor =
      declareRuntimeFunction("attnc_parallel_for", {pointer(), i64Type, pointer(), i64Type}, {});
  auto workers = declareRuntimeFunction("attnc_rt_workers", {}, i64Type);
  auto scratch = declareRuntimeFunction("attnc_rt_scratch", {}, pointer());

  builder.setInsertionPointToStart(&function.front());
  Value context = LLVM::AllocaOp::create(builder, loc, pointer(), contextType, i64(1));
  builder.setInsertionPoint(forall);
  for (auto [field, capture] : llvm::enumerate(captures))
    LLVM::StoreOp::create(builder, loc, toLLVM(capture), fieldAddress(context, field));
  Value base = func::CallOp::create(builder, loc, scratch, ValueRange()).getResult(0);
  LLVM::StoreOp::create(builder, loc, base, fieldAddress(context, captures.size()));

  Value tasks = i64(1);
  for (OpFoldResult bound : forall.getMixedUpperBound()) {
    Value size = arith::IndexCastOp::create(builder, loc, i64Type,
                                            getValueOrCreateConstantIndexOp(builder, loc, bound));
    tasks = arith::MulIOp::create(builder, loc, tasks, size);
  }
  Value taskFunction = func::ConstantOp::create(builder, loc, task.getFunctionType(), taskName);
  Value taskPointer =
      UnrealizedConversionCastOp::create(builder, loc, pointer(), taskFunction).getResult(0);
  Value numWorkers = func::CallOp::create(builder, loc, workers, ValueRange()).getResult(0);
  func::CallOp::create(builder, loc, parallelFor,
                       ValueRange{context, tasks, taskPointer, numWorkers});
}

LogicalResult ForallOutliner::run() {
  if (failed(checkForm()))
    return failure();
  findCaptures();
  func::FuncOp task = buildTask();
  buildCall(task);
  forall.erase();
  return success();
}

/// A forall within a forall already runs on its worker: it becomes plain loops.
static void serialise(scf::ForallOp forall) {
  IRRewriter rewriter(forall.getContext());
  rewriter.setInsertionPoint(forall);
  (void)scf::forallToForLoop(rewriter, forall);
}

namespace {
struct ConvertForallToRuntimePass
    : attnc::impl::ConvertForallToRuntimePassBase<ConvertForallToRuntimePass> {
  void runOnOperation() override {
    SmallVector<scf::ForallOp> outer, nested;
    getOperation().walk([&](scf::ForallOp forall) {
      (forall->getParentOfType<scf::ForallOp>() ? nested : outer).push_back(forall);
    });
    for (scf::ForallOp forall : nested)
      serialise(forall);
    llvm::DenseMap<Operation *, int64_t> tasksOfFunction;
    for (scf::ForallOp forall : outer) {
      auto function = forall->getParentOfType<func::FuncOp>();
      int64_t number = tasksOfFunction[function]++;
      std::string name = (function.getName() + ".task" + Twine(number)).str();
      if (failed(ForallOutliner(forall, name).run()))
        return signalPassFailure();
    }
  }
};
} // namespace
