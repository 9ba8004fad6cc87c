// Verifies the tiled form (attn.online_step, attn.online_finish) and answers its interfaces.
#include "dialects/Attn/AttentionSyntax.h"
#include "dialects/Attn/TiledForm.h"
#include "dialects/Attn/Verification.h"

#include <limits>

using namespace mlir;
using namespace attnc::attn;

#define GET_OP_CLASSES
#include "dialects/Attn/AttnOps.cpp.inc"

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

/// acc is P x Dv x W, max and sum are P x W, all static.
static LogicalResult verifyState(Operation *op, Value acc, Value max, Value sum) {
  auto accType = cast<ShapedType>(acc.getType());
  if (accType.getRank() != 3 || !accType.hasStaticShape() ||
      llvm::is_contained(accType.getShape(), 0))
    return op->emitOpError() << "acc must have static shape (panels x value dim x panel width) "
                                "without zeros, got "
                             << accType;
  if (failed(checkIsStorable(op, "acc", accType)))
    return failure();
  for (auto [name, value] : {std::pair<StringRef, Value>{"max", max}, {"sum", sum}}) {
    auto type = cast<ShapedType>(value.getType());
    if (type.getRank() != 2 || type.getDimSize(0) != accType.getDimSize(0) ||
        type.getDimSize(1) != accType.getDimSize(2))
      return op->emitOpError() << name << " must have shape " << accType.getDimSize(0) << "x"
                               << accType.getDimSize(2) << " (panels x panel width of acc), got "
                               << type;
  }
  return success();
}

/// A state of P panels of W queries takes that many rows, `name` may have fewer.
static LogicalResult verifyCapacity(Operation *op, ShapedType acc, StringRef name,
                                    ShapedType rows) {
  int64_t capacity = acc.getDimSize(0) * acc.getDimSize(2);
  if (rows.isDynamicDim(0) || rows.getDimSize(0) <= capacity)
    return success();
  return op->emitOpError() << "the state holds " << capacity << " queries, got " << name << " with "
                           << rows.getDimSize(0);
}

LogicalResult OnlineStepOp::verify() {
  if (failed(verifyTiledForm(*this)) || failed(verifyState(*this, getAcc(), getMax(), getSum())))
    return failure();
  auto query = cast<ShapedType>(getQuery().getType()), key = cast<ShapedType>(getKey().getType());
  auto value = cast<ShapedType>(getValue().getType()), acc = cast<ShapedType>(getAcc().getType());
  for (auto [name, type] :
       {std::pair<StringRef, ShapedType>{"query", query}, {"key", key}, {"value", value}}) {
    if (type.getRank() != 2 || type.isDynamicDim(1))
      return emitOpError() << name << " must be rows of static length (rows x head_dim), got "
                           << type;
    if (failed(checkIsStorable(*this, name, type)))
      return failure();
    if (type.getElementType() != query.getElementType())
      return emitOpError() << name << " must have the element type of query, "
                           << query.getElementType() << ", got " << type.getElementType();
  }
  if (failed(checkEqual(*this, "head_dim of key (of query)", query.getDimSize(1),
                        key.getDimSize(1))) ||
      failed(checkMayBeEqual(*this, "rows of value (of key)", key.getDimSize(0),
                             value.getDimSize(0))) ||
      failed(checkEqual(*this, "value dim of acc (head_dim of value)", value.getDimSize(1),
                        acc.getDimSize(1))) ||
      failed(verifyCapacity(*this, acc, "query", query)) || failed(checkScale(*this, getScale())))
    return failure();
  int64_t keyTile = getKeyTileAttr().getInt();
  if (keyTile < 1)
    return emitOpError() << "key_tile must be at least 1, got " << keyTile;
  if (!key.isDynamicDim(0) && key.getDimSize(0) > keyTile)
    return emitOpError() << "key_tile is " << keyTile << ", got key with " << key.getDimSize(0)
                         << " rows";
  return success();
}

LogicalResult OnlineStepOp::verifyRegions() {
  return verifyMaskAndScore(*this, getMask(), getScore(), RegionConstants::AreDerived);
}

LogicalResult OnlineFinishOp::verify() {
  if (failed(verifyTiledForm(*this)) || failed(verifyState(*this, getAcc(), getMax(), getSum())))
    return failure();
  auto output = cast<ShapedType>(getOutput().getType()), acc = cast<ShapedType>(getAcc().getType());
  if (output.getRank() != 2 || output.getDimSize(1) != acc.getDimSize(1))
    return emitOpError() << "output must be rows of " << acc.getDimSize(1)
                         << " (the value dim of acc), got " << output;
  if (failed(verifyCapacity(*this, acc, "output", output)))
    return failure();
  if (Value lse = getLse()) {
    auto type = cast<ShapedType>(lse.getType());
    if (failed(checkRank(*this, "lse", type, {"rows"})) ||
        failed(checkMayBeEqual(*this, "rows of lse (of output)", output.getDimSize(0),
                               type.getDimSize(0))))
      return failure();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Interfaces
//===----------------------------------------------------------------------===//

LogicalResult OnlineStepOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                             ValueRange operands, DictionaryAttr, OpaqueProperties,
                                             RegionRange, SmallVectorImpl<Type> &types) {
  return inferFromDestinations(operands.drop_front(kFirstInit), types);
}

LogicalResult OnlineFinishOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                               ValueRange operands, DictionaryAttr,
                                               OpaqueProperties, RegionRange,
                                               SmallVectorImpl<Type> &types) {
  return inferFromDestinations(operands.drop_front(kFirstInit), types);
}

void OnlineStepOp::getAsmBlockArgumentNames(Region &region, OpAsmSetValueNameFn setName) {
  nameRegionArguments(region, setName);
}

void OnlineStepOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  addBufferEffects(*this, effects);
}

void OnlineFinishOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  addBufferEffects(*this, effects);
}

void OnlineStepOp::getSuccessorRegions(RegionBranchPoint,
                                       SmallVectorImpl<RegionSuccessor> &successors) {
  // Each region runs any number of times and hands on nothing but the value it yields.
  for (Region *region : {&getMask(), &getScore()})
    if (!region->empty())
      successors.emplace_back(region);
  successors.emplace_back(getOperation(), getOperation()->getResults().take_front(0));
}

MutableOperandRange YieldOp::getMutableSuccessorOperands(RegionSuccessor) {
  return MutableOperandRange(getOperation(), /*start=*/0, /*length=*/0);
}

OperandRange OnlineStepOp::getStateOperands() { return getOperands().slice(kFirstInit, 3); }

bool OnlineStepOp::isCommutative() { return true; }

SmallVector<Value> OnlineStepOp::buildIdentity(OpBuilder &builder, Location loc) {
  // acc needs no value: the maximum says that it has none.
  auto buildEmpty = [&](Value init) -> Value {
    auto type = cast<ShapedType>(init.getType());
    return tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType());
  };
  auto buildFilled = [&](Value init, float start) -> Value {
    Value scalar = arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(start));
    return linalg::FillOp::create(builder, loc, scalar, buildEmpty(init)).getResult(0);
  };
  return {buildEmpty(getAcc()), buildFilled(getMax(), -std::numeric_limits<float>::infinity()),
          buildFilled(getSum(), 0.0f)};
}

SmallVector<Value> OnlineStepOp::buildMerge(OpBuilder &builder, Location loc, ValueRange first,
                                            ValueRange second) {
  // One loop nest over (panel, value dim, lane); max and sum do not depend on the value dim, so
  // they are merged in a nest of their own and acc is rescaled with the merged maximum.
  MLIRContext *context = builder.getContext();
  auto parallel = utils::IteratorType::parallel;
  AffineMap lanes = builder.getMultiDimIdentityMap(2);
  AffineMap full = builder.getMultiDimIdentityMap(3);
  AffineMap lanesOfFull =
      AffineMap::get(3, 0, {builder.getAffineDimExpr(0), builder.getAffineDimExpr(2)}, context);

  // value * exp(max - merged), and 0 of a part that saw nothing: its value has no meaning, and
  // -inf - -inf is no number.
  auto weigh = [](OpBuilder &b, Location l, Value value, Value max, Value merged) -> Value {
    Value minusInfinity =
        arith::ConstantOp::create(b, l, b.getF32FloatAttr(-std::numeric_limits<float>::infinity()));
    Value zero = arith::ConstantOp::create(b, l, b.getF32FloatAttr(0.0f));
    Value isEmpty = arith::CmpFOp::create(b, l, arith::CmpFPredicate::OEQ, max, minusInfinity);
    Value difference = arith::SubFOp::create(b, l, max, merged);
    Value factor = math::ExpOp::create(b, l, difference);
    Value weighed = arith::MulFOp::create(b, l, value, factor);
    return arith::SelectOp::create(b, l, isEmpty, zero, weighed);
  };

  auto mergedState = linalg::GenericOp::create(
      builder, loc, TypeRange{first[1].getType(), first[2].getType()},
      ValueRange{second[1], second[2]}, ValueRange{first[1], first[2]},
      SmallVector<AffineMap>(4, lanes), SmallVector<utils::IteratorType>(2, parallel),
      [&](OpBuilder &b, Location l, ValueRange args) {
        Value merged = arith::MaximumFOp::create(b, l, args[0], args[2]);
        Value fromSecond = weigh(b, l, args[1], args[0], merged);
        Value fromFirst = weigh(b, l, args[3], args[2], merged);
        Value sum = arith::AddFOp::create(b, l, fromFirst, fromSecond);
        linalg::YieldOp::create(b, l, ValueRange{merged, sum});
      });
  auto mergedAcc = linalg::GenericOp::create(
      builder, loc, TypeRange{first[0].getType()},
      ValueRange{second[0], second[1], first[1], mergedState.getResult(0)}, ValueRange{first[0]},
      SmallVector<AffineMap>{full, lanesOfFull, lanesOfFull, lanesOfFull, full},
      SmallVector<utils::IteratorType>(3, parallel),
      [&](OpBuilder &b, Location l, ValueRange args) {
        Value fromSecond = weigh(b, l, args[0], args[1], args[3]);
        Value fromFirst = weigh(b, l, args[4], args[2], args[3]);
        linalg::YieldOp::create(b, l,
                                ValueRange{arith::AddFOp::create(b, l, fromFirst, fromSecond)});
      });
  return {mergedAcc.getResult(0), mergedState.getResult(0), mergedState.getResult(1)};
}
