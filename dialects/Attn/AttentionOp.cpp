// Verifies attn.attention and answers its interfaces.
#include "dialects/Attn/AttentionSyntax.h"
#include "dialects/Attn/Verification.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"

#include <cmath>

using namespace mlir;
using namespace attnc::attn;

double AttentionOp::getEffectiveScale() {
  if (auto scale = getScale())
    return scale->convertToDouble();
  return 1.0 / std::sqrt(static_cast<double>(getQueryKeyDim()));
}

SmallVector<Type> AttentionOp::inferResultTypes(RankedTensorType query, RankedTensorType value,
                                                bool withLse) {
  SmallVector<int64_t> rows(query.getShape().drop_back());
  SmallVector<int64_t> output(rows);
  output.push_back(value.getShape().back());
  SmallVector<Type> types{RankedTensorType::get(output, query.getElementType())};
  if (withLse)
    types.push_back(RankedTensorType::get(rows, Float32Type::get(query.getContext())));
  return types;
}

void AttentionOp::build(OpBuilder &builder, OperationState &state, Value query, Value key,
                        Value value, bool withLse, ArrayAttr maskPatterns, FloatAttr scale,
                        Value qOffset, Value kvOffset, Value documentIds, Value sink) {
  SmallVector<Type> types = inferResultTypes(cast<RankedTensorType>(query.getType()),
                                             cast<RankedTensorType>(value.getType()), withLse);
  build(builder, state, types[0], withLse ? types[1] : Type(), query, key, value, qOffset, kvOffset,
        documentIds, sink, scale, maskPatterns);
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

namespace {
/// An operand or result with the name it has in messages.
struct NamedType {
  StringRef name;
  RankedTensorType type;
};
} // namespace

/// Rank, storage and the element type that all of them share.
static LogicalResult verifySequences(AttentionOp op, ArrayRef<NamedType> sequences) {
  Type elementType = sequences.front().type.getElementType();
  for (auto [name, type] : sequences) {
    if (failed(checkRank(op, name, type, {"batch", "heads", "sequence", "head_dim"})) ||
        failed(checkIsStorable(op, name, type)))
      return failure();
    if (type.getElementType() != elementType)
      return op.emitOpError() << name << " must have the element type of query, " << elementType
                              << ", got " << type.getElementType();
  }
  return success();
}

/// What every kernel is specialised for: heads and head dims.
static LogicalResult verifyHeads(AttentionOp op, ArrayRef<NamedType> operands) {
  for (auto [name, type] : operands) {
    if (type.isDynamicDim(1))
      return op.emitOpError() << name << " must have a static number of heads, got " << type;
    if (type.isDynamicDim(3))
      return op.emitOpError() << name << " must have a static head_dim, got " << type;
    if (type.getDimSize(3) < 1 || type.getDimSize(3) > AttentionOp::kMaxHeadDim)
      return op.emitOpError() << name << " must have a head_dim from 1 to "
                              << AttentionOp::kMaxHeadDim << ", got " << type.getDimSize(3);
  }
  int64_t queryHeads = op.getNumQueryHeads(), keyHeads = op.getNumKeyHeads();
  if (keyHeads == 0 || queryHeads % keyHeads != 0)
    return op.emitOpError() << "the number of query heads must be a multiple of the number of key "
                               "heads, got "
                            << queryHeads << " and " << keyHeads;
  return success();
}

static LogicalResult verifyLse(AttentionOp op, RankedTensorType lse, RankedTensorType query) {
  return success(succeeded(checkRank(op, "lse", lse, {"batch", "heads", "sequence"})) &&
                 succeeded(checkMayBeEqual(op, "batch of lse (of query)", query.getDimSize(0),
                                           lse.getDimSize(0))) &&
                 succeeded(checkEqual(op, "heads of lse (of query)", query.getDimSize(1),
                                      lse.getDimSize(1))) &&
                 succeeded(checkMayBeEqual(op, "sequence of lse (of query)", query.getDimSize(2),
                                           lse.getDimSize(2))));
}

static LogicalResult verifyMaskPatterns(AttentionOp op) {
  ArrayAttr patterns = op.getMaskPatternsAttr();
  if (!patterns)
    return success();
  if (!op.getMask().empty())
    return op.emitOpError() << "takes a list of mask patterns or a mask region, got both";
  for (Attribute pattern : patterns) {
    auto mask = dyn_cast<MaskPatternAttrInterface>(pattern);
    if (!mask)
      return op.emitOpError() << "mask must list mask patterns such as #attn.causal, got "
                              << pattern;
    if (mask.readsDocumentIds() && !op.getDocumentIds())
      return op.emitOpError() << pattern << " needs the operand document_ids(%ids)";
  }
  return success();
}

LogicalResult AttentionOp::verify() {
  RankedTensorType query = getQuery().getType(), key = getKey().getType();
  RankedTensorType value = getValue().getType(), output = getOutput().getType();
  SmallVector<NamedType> sequences{
      {"query", query}, {"key", key}, {"value", value}, {"output", output}};
  if (failed(verifySequences(*this, sequences)) ||
      failed(verifyHeads(*this, ArrayRef(sequences).drop_back())))
    return failure();

  auto same = [&](const Twine &what, int64_t wanted, int64_t got) {
    return succeeded(checkMayBeEqual(*this, what, wanted, got));
  };
  bool shapesAgree =
      same("head_dim of key (of query)", query.getDimSize(3), key.getDimSize(3)) &&
      same("batch of key (of query)", query.getDimSize(0), key.getDimSize(0)) &&
      same("batch of value (of query)", query.getDimSize(0), value.getDimSize(0)) &&
      same("heads of value (of key)", key.getDimSize(1), value.getDimSize(1)) &&
      same("sequence of value (of key)", key.getDimSize(2), value.getDimSize(2)) &&
      same("batch of output (of query)", query.getDimSize(0), output.getDimSize(0)) &&
      same("sequence of output (of query)", query.getDimSize(2), output.getDimSize(2));
  if (!shapesAgree ||
      failed(checkEqual(*this, "heads of output (of query)", query.getDimSize(1),
                        output.getDimSize(1))) ||
      failed(checkEqual(*this, "head_dim of output (of value)", value.getDimSize(3),
                        output.getDimSize(3))))
    return failure();

  if (Value lse = getLse())
    if (failed(verifyLse(*this, cast<RankedTensorType>(lse.getType()), query)))
      return failure();
  if (Value sink = getSink()) {
    auto type = cast<RankedTensorType>(sink.getType());
    if (failed(checkRank(*this, "sink", type, {"heads"})) ||
        failed(
            checkEqual(*this, "heads of sink (of query)", query.getDimSize(1), type.getDimSize(0))))
      return failure();
  }
  if (Value ids = getDocumentIds()) {
    auto type = cast<RankedTensorType>(ids.getType());
    if (failed(checkRank(*this, "document_ids", type, {"batch", "position"})) ||
        failed(checkIsStorable(*this, "document_ids", type)) ||
        !same("batch of document_ids (of query)", query.getDimSize(0), type.getDimSize(0)))
      return failure();
  }
  if (auto scale = getScale(); scale && failed(checkScale(*this, *scale)))
    return failure();
  return verifyMaskPatterns(*this);
}

LogicalResult AttentionOp::verifyRegions() {
  return verifyMaskAndScore(*this, getMask(), getScore(), RegionConstants::AreWritten);
}

//===----------------------------------------------------------------------===//
// Interfaces
//===----------------------------------------------------------------------===//

LogicalResult AttentionOp::reifyResultShapes(OpBuilder &builder,
                                             ReifiedRankedShapedTypeDims &shapes) {
  auto dim = [&](Value source, int64_t axis) {
    return tensor::getMixedSize(builder, getLoc(), source, axis);
  };
  OpFoldResult batch = dim(getQuery(), 0), heads = dim(getQuery(), 1), rows = dim(getQuery(), 2);
  shapes.push_back({batch, heads, rows, dim(getValue(), 3)});
  if (getLse())
    shapes.push_back({batch, heads, rows});
  return success();
}

void AttentionOp::populateBoundsForShapedValueDim(Value result, int64_t axis,
                                                  ValueBoundsConstraintSet &bounds) {
  Value source = axis < 3 ? Value(getQuery()) : Value(getValue());
  bounds.bound(result)[axis] == bounds.getExpr(source, axis);
}

void AttentionOp::getAsmBlockArgumentNames(Region &region, OpAsmSetValueNameFn setName) {
  nameRegionArguments(region, setName);
}
