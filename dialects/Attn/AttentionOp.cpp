// Verifies attn.attention and answers its interfaces.
#include "dialects/Attn/AttentionSyntax.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"

#include <cmath>

using namespace mlir;
using namespace attnc::attn;

/// Whether two dimension sizes can be equal at run time.
static bool mayBeEqual(int64_t a, int64_t b) {
  return a == b || ShapedType::isDynamic(a) || ShapedType::isDynamic(b);
}

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

static std::string dimToString(int64_t size) {
  return ShapedType::isDynamic(size) ? "?" : std::to_string(size);
}

/// Emits "<what>: wanted <wanted>, got <got>" unless the two sizes can be equal.
static LogicalResult checkDim(Operation *op, const Twine &what, int64_t wanted, int64_t got) {
  if (mayBeEqual(wanted, got))
    return success();
  return op->emitOpError() << what << ": wanted " << dimToString(wanted) << ", got "
                           << dimToString(got);
}

static LogicalResult checkRank(Operation *op, StringRef name, RankedTensorType type, int64_t rank,
                               StringRef axes) {
  if (type.getRank() == rank)
    return success();
  return op->emitOpError() << name << " must have rank " << rank << " (" << axes << "), got rank "
                           << type.getRank() << ": " << type;
}

LogicalResult AttentionOp::verify() {
  auto query = getQuery().getType(), key = getKey().getType(), value = getValue().getType();
  auto output = getOutput().getType();
  StringRef axes = "batch, heads, sequence, head_dim";
  if (failed(checkRank(*this, "query", query, 4, axes)) ||
      failed(checkRank(*this, "key", key, 4, axes)) ||
      failed(checkRank(*this, "value", value, 4, axes)) ||
      failed(checkRank(*this, "output", output, 4, axes)))
    return failure();

  for (auto [name, type] :
       {std::pair<StringRef, RankedTensorType>{"key", key}, {"value", value}, {"output", output}})
    if (type.getElementType() != query.getElementType())
      return emitOpError() << name << " must have the element type of query, "
                           << query.getElementType() << ", got " << type.getElementType();

  for (auto [name, type] :
       {std::pair<StringRef, RankedTensorType>{"query", query}, {"key", key}, {"value", value}}) {
    if (type.isDynamicDim(1))
      return emitOpError() << name << " must have a static number of heads, got " << type;
    if (type.isDynamicDim(3))
      return emitOpError() << name << " must have a static head_dim, got " << type;
    if (type.getDimSize(3) < 1 || type.getDimSize(3) > 512)
      return emitOpError() << name << " must have a head_dim from 1 to 512, got "
                           << type.getDimSize(3);
  }
  int64_t queryHeads = getNumQueryHeads(), keyHeads = getNumKeyHeads();
  if (keyHeads == 0 || queryHeads % keyHeads != 0)
    return emitOpError() << "the number of query heads must be a multiple of the number of key "
                            "heads, got "
                         << queryHeads << " and " << keyHeads;

  if (failed(
          checkDim(*this, "head_dim of key (of query)", query.getDimSize(3), key.getDimSize(3))) ||
      failed(checkDim(*this, "batch of key (of query)", query.getDimSize(0), key.getDimSize(0))) ||
      failed(
          checkDim(*this, "batch of value (of query)", query.getDimSize(0), value.getDimSize(0))) ||
      failed(checkDim(*this, "heads of value (of key)", keyHeads, value.getDimSize(1))) ||
      failed(
          checkDim(*this, "sequence of value (of key)", key.getDimSize(2), value.getDimSize(2))) ||
      failed(checkDim(*this, "batch of output (of query)", query.getDimSize(0),
                      output.getDimSize(0))) ||
      failed(checkDim(*this, "heads of output (of query)", queryHeads, output.getDimSize(1))) ||
      failed(checkDim(*this, "sequence of output (of query)", query.getDimSize(2),
                      output.getDimSize(2))) ||
      failed(checkDim(*this, "head_dim of output (of value)", value.getDimSize(3),
                      output.getDimSize(3))))
    return failure();

  if (Value lse = getLse()) {
    auto type = cast<RankedTensorType>(lse.getType());
    if (failed(checkRank(*this, "lse", type, 3, "batch, heads, sequence")) ||
        failed(
            checkDim(*this, "batch of lse (of query)", query.getDimSize(0), type.getDimSize(0))) ||
        failed(checkDim(*this, "heads of lse (of query)", queryHeads, type.getDimSize(1))) ||
        failed(
            checkDim(*this, "sequence of lse (of query)", query.getDimSize(2), type.getDimSize(2))))
      return failure();
  }
  if (Value sink = getSink()) {
    auto type = cast<RankedTensorType>(sink.getType());
    if (failed(checkRank(*this, "sink", type, 1, "heads")) ||
        failed(checkDim(*this, "heads of sink (of query)", queryHeads, type.getDimSize(0))))
      return failure();
  }
  if (Value ids = getDocumentIds()) {
    auto type = cast<RankedTensorType>(ids.getType());
    if (failed(checkRank(*this, "document_ids", type, 2, "batch, position")) ||
        failed(checkDim(*this, "batch of document_ids (of query)", query.getDimSize(0),
                        type.getDimSize(0))))
      return failure();
  }
  if (auto scale = getScale(); scale && !scale->isFinite())
    return emitOpError() << "scale must be finite, got " << scale->convertToDouble();

  if (getMaskPatterns() && !getMask().empty())
    return emitOpError() << "takes a list of mask patterns or a mask region, got both";
  if (ArrayAttr patterns = getMaskPatternsAttr()) {
    for (Attribute pattern : patterns) {
      auto mask = dyn_cast<MaskPatternAttrInterface>(pattern);
      if (!mask)
        return emitOpError() << "mask must list mask patterns such as #attn.causal, got "
                             << pattern;
      if (mask.readsDocumentIds() && !getDocumentIds())
        return emitOpError() << pattern << " needs the operand document_ids(%ids)";
    }
  }
  return success();
}

LogicalResult AttentionOp::verifyRegions() {
  return verifyMaskAndScore(*this, getMask(), getScore());
}

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
