// Inlines mask and score regions: vector code where lanes differ, scalar code where they agree.
#include "RegionInliner.h"

#include "TotalOps.h"

#include "dialects/Attn/Attn.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace attnc;

RegionInliner::RegionInliner(VectorBuilder &vb, Region &region) : vb(vb) {
  if (region.empty())
    return;
  block = &region.front();
  unsigned numArguments = block->getNumArguments();
  dependence[block->getArgument(numArguments - 2)] = OnQuery;
  dependence[block->getArgument(numArguments - 1)] = OnKey;
  if (numArguments == attn::kNumScoreArguments)
    dependence[block->getArgument(0)] = OnScore;
  for (Operation &op : block->without_terminator()) {
    unsigned of = OnNothing;
    for (Value operand : op.getOperands())
      of |= getDependence(operand);
    for (Value result : op.getResults())
      dependence[result] = of;
  }
}

unsigned RegionInliner::getDependence(Value value) const { return dependence.lookup(value); }

Value RegionInliner::lookup(Value value, ArrayRef<const ValueMap *> maps) const {
  for (const ValueMap *map : maps)
    if (Value found = map->lookup(value))
      return found;
  return value;
}

void RegionInliner::enterPanel(const PanelArguments &arguments) {
  unsigned numArguments = block->getNumArguments();
  ofPanel.clear();
  ofPanel[block->getArgument(numArguments - 4)] = arguments.batch;
  ofPanel[block->getArgument(numArguments - 3)] = arguments.head;
  ofQueries.assign(arguments.queryPositions.size(), ValueMap());
  for (auto [map, positions] : llvm::zip(ofQueries, arguments.queryPositions))
    map[block->getArgument(numArguments - 2)] = positions;
  for (Operation &op : block->without_terminator()) {
    unsigned of = getDependence(op.getResult(0));
    if (of == OnNothing)
      emit(op, /*asVector=*/false, {&ofPanel}, ofPanel);
    else if (of == OnQuery)
      for (ValueMap &map : ofQueries)
        emit(op, /*asVector=*/true, {&map, &ofPanel}, map);
  }
}

void RegionInliner::enterKey(Value keyPosition) {
  ofKey.clear();
  ofKey[block->getArgument(block->getNumArguments() - 1)] = keyPosition;
  for (Operation &op : block->without_terminator())
    if (getDependence(op.getResult(0)) == OnKey)
      emit(op, /*asVector=*/false, {&ofKey, &ofPanel}, ofKey);
}

Value RegionInliner::finish(unsigned queryVector, Value score) {
  ValueMap local;
  if (score)
    local[block->getArgument(0)] = score;
  SmallVector<const ValueMap *> maps{&local, &ofKey, &ofQueries[queryVector], &ofPanel};
  for (Operation &op : block->without_terminator()) {
    unsigned of = getDependence(op.getResult(0));
    if (of != OnNothing && of != OnQuery && of != OnKey)
      emit(op, /*asVector=*/true, maps, local);
  }
  Value yielded = lookup(cast<attn::YieldOp>(block->back()).getValue(), maps);
  return isa<VectorType>(yielded.getType()) ? yielded : vb.broadcast(yielded);
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

void RegionInliner::emit(Operation &op, bool asVector, ArrayRef<const ValueMap *> maps,
                         ValueMap &results) {
  bool isLoad = isa<memref::LoadOp>(op);
  SmallVector<Value> operands;
  for (Value operand : op.getOperands()) {
    Value value = lookup(operand, maps);
    // Vector ops take vectors only; a load keeps its scalar indices, they make it cheaper.
    if (asVector && !isLoad && !isa<VectorType>(value.getType()))
      value = vb.broadcast(value);
    operands.push_back(value);
  }
  if (isLoad) {
    results[op.getResult(0)] = emitLoad(op, ArrayRef(operands).drop_front(), asVector);
    return;
  }
  SmallVector<Type> types(op.getResultTypes());
  if (asVector)
    for (Type &type : types)
      type = vb.vectorOf(type);
  for (auto [result, value] : llvm::zip(op.getResults(), emitTotalOp(vb, op, operands, types)))
    results[result] = value;
}

Value RegionInliner::emitLoad(Operation &op, ValueRange indices, bool asVector) {
  auto load = cast<memref::LoadOp>(op);
  Value buffer = load.getMemRef();
  MemRefType type = load.getMemRefType();
  OpBuilder &builder = vb.builder;

  // Clamp, scalar and vector indices alike.
  auto splatIfVector = [&](Value scalar, Value like) {
    return isa<VectorType>(like.getType()) ? vb.broadcast(scalar) : scalar;
  };
  SmallVector<Value> clamped;
  Value isEmpty;
  for (auto [axis, index] : llvm::enumerate(indices)) {
    Value size = memref::DimOp::create(builder, vb.loc, buffer, axis);
    Value last = vb.sub(size, vb.index(1));
    Value bounded =
        vb.max(vb.min(index, splatIfVector(last, index)), splatIfVector(vb.index(0), index));
    clamped.push_back(bounded);
    if (type.isDynamicDim(axis)) {
      Value none =
          arith::CmpIOp::create(builder, vb.loc, arith::CmpIPredicate::eq, size, vb.index(0));
      isEmpty = isEmpty ? arith::OrIOp::create(builder, vb.loc, isEmpty, none).getResult() : none;
    }
  }

  Type element = type.getElementType();
  auto loadScalar = [&](ValueRange at) -> Value {
    return memref::LoadOp::create(builder, vb.loc, buffer, at);
  };
  auto loadAll = [&]() -> Value {
    if (!asVector)
      return loadScalar(clamped);
    // One lane at a time: captures are read once for a panel or a key where that is possible.
    Value result =
        arith::ConstantOp::create(builder, vb.loc, builder.getZeroAttr(vb.vectorOf(element)));
    for (int64_t lane = 0; lane < vb.lanes(); ++lane) {
      SmallVector<Value> at;
      for (Value index : clamped)
        at.push_back(isa<VectorType>(index.getType())
                         ? vector::ExtractOp::create(builder, vb.loc, index, lane).getResult()
                         : index);
      result = vector::InsertOp::create(builder, vb.loc, loadScalar(at), result, lane);
    }
    return result;
  };
  if (!isEmpty)
    return loadAll();
  Type resultType = asVector ? Type(vb.vectorOf(element)) : element;
  auto guarded = scf::IfOp::create(
      builder, vb.loc, isEmpty,
      [&](OpBuilder &b, Location loc) {
        Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(resultType));
        scf::YieldOp::create(b, loc, zero);
      },
      [&](OpBuilder &b, Location loc) { scf::YieldOp::create(b, loc, loadAll()); });
  return guarded.getResult(0);
}
