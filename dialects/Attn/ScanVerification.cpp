// Checks that the verifiers of the scan and of the convolution share.
#include "dialects/Attn/ScanVerification.h"

using namespace mlir;
using namespace attnc::attn;

static ShapedType getShapedType(NamedValue value) {
  return cast<ShapedType>(value.value.getType());
}

static LogicalResult checkAxis(Operation *op, StringRef name, const Axis &axis, int64_t got) {
  if (axis.rule == AxisRule::OpenOrOne && got == 1)
    return success();
  std::string what = (axis.name + " of " + name + " (of " + axis.source + ")").str();
  if (axis.rule == AxisRule::OpenOrOne && axis.size != 1)
    what += " or 1";
  return axis.rule == AxisRule::Fixed ? checkEqual(op, what, axis.size, got)
                                      : checkMayBeEqual(op, what, axis.size, got);
}

LogicalResult attnc::attn::checkShapeIsOneOf(Operation *op, StringRef name, ShapedType type,
                                             ArrayRef<SmallVector<Axis>> shapes) {
  for (const SmallVector<Axis> &axes : shapes) {
    if (static_cast<int64_t>(axes.size()) != type.getRank())
      continue;
    for (auto [axis, got] : llvm::zip(axes, type.getShape()))
      if (failed(checkAxis(op, name, axis, got)))
        return failure();
    return success();
  }
  InFlightDiagnostic error = op->emitOpError() << name << " must have ";
  llvm::interleave(
      shapes,
      [&](const SmallVector<Axis> &axes) {
        error << "rank " << axes.size() << " ("
              << llvm::join(llvm::map_range(axes, [](const Axis &axis) { return axis.name; }), ", ")
              << ")";
      },
      [&] { error << " or "; });
  return error << ", got rank " << type.getRank() << ": " << type;
}

LogicalResult attnc::attn::checkShape(Operation *op, NamedValue value, ArrayRef<Axis> axes) {
  if (!value.value)
    return success();
  return checkShapeIsOneOf(op, value.name, getShapedType(value), SmallVector<Axis>(axes));
}

LogicalResult attnc::attn::checkSizeIsFrom(Operation *op, StringRef name, ShapedType type,
                                           int64_t axis, StringRef what, int64_t minimum,
                                           int64_t maximum) {
  int64_t size = type.getDimSize(axis);
  if (ShapedType::isDynamic(size))
    return op->emitOpError() << name << " must have a static " << what << ", got " << type;
  if (size >= minimum && size <= maximum)
    return success();
  InFlightDiagnostic error = op->emitOpError() << name << " must have a " << what;
  if (maximum == std::numeric_limits<int64_t>::max())
    error << " of at least " << minimum;
  else
    error << " from " << minimum << " to " << maximum;
  return error << ", got " << size;
}

LogicalResult attnc::attn::checkTileSize(Operation *op, StringRef name, int64_t most,
                                         StringRef axis, int64_t got) {
  if (most < 1)
    return op->emitOpError() << name << " must be at least 1, got " << most;
  if (ShapedType::isDynamic(got) || got <= most)
    return success();
  return op->emitOpError() << name << " is " << most << ", got a tile of " << got << " " << axis;
}

LogicalResult attnc::attn::checkHasElementTypeOf(Operation *op, NamedValue value,
                                                 NamedValue source) {
  if (!value.value)
    return success();
  Type wanted = getShapedType(source).getElementType();
  Type got = getShapedType(value).getElementType();
  if (got == wanted)
    return success();
  return op->emitOpError() << value.name << " must have the element type of " << source.name << ", "
                           << wanted << ", got " << got;
}

LogicalResult attnc::attn::checkHasElementTypeOfOrF32(Operation *op, NamedValue value,
                                                      NamedValue source) {
  if (!value.value)
    return success();
  Type wanted = getShapedType(source).getElementType();
  Type got = getShapedType(value).getElementType();
  if (got == wanted || got.isF32())
    return success();
  return op->emitOpError() << value.name << " must have the element type of " << source.name << ", "
                           << wanted << ", or 'f32', got " << got;
}

LogicalResult attnc::attn::checkAreStorable(Operation *op, ArrayRef<NamedValue> values) {
  for (NamedValue value : values)
    if (value.value && failed(checkIsStorable(op, value.name, getShapedType(value))))
      return failure();
  return success();
}

LogicalResult attnc::attn::checkBoundaries(Operation *op, NamedValue source, Value reset,
                                           Value cuSeqlens) {
  ShapedType type = getShapedType(source);
  int64_t batch = type.getDimSize(0), time = type.getDimSize(1);
  if (failed(checkShape(op, {"reset", reset},
                        {{"batch", source.name, batch, AxisRule::Open},
                         {"time", source.name, time, AxisRule::Open}})))
    return failure();
  if (!cuSeqlens)
    return success();
  auto numbers = cast<RankedTensorType>(cuSeqlens.getType());
  if (failed(checkRank(op, "cu_seqlens", numbers, {"sequences + 1"})))
    return failure();
  if (numbers.getDimSize(0) == 0)
    return op->emitOpError() << "cu_seqlens must have at least one element, the end of the last "
                                "sequence, got "
                             << numbers;
  return checkEqual(op, "batch of " + source.name + " (packed, as cu_seqlens is given)", 1, batch);
}

Axis attnc::attn::getSequenceAxis(NamedValue source, Value cuSeqlens) {
  if (!cuSeqlens)
    return {"batch", source.name, getShapedType(source).getDimSize(0), AxisRule::Open};
  int64_t numbers = cast<ShapedType>(cuSeqlens.getType()).getDimSize(0);
  return {"sequences", "cu_seqlens", ShapedType::isDynamic(numbers) ? numbers : numbers - 1,
          AxisRule::Open};
}

LogicalResult attnc::attn::checkDeltaOptions(Operation *op, bool hasSoftplus,
                                             std::optional<APFloat> threshold,
                                             std::optional<ArrayRef<double>> limits) {
  if (threshold && !hasSoftplus)
    return op->emitOpError() << "softplus_threshold needs delta_softplus";
  if (threshold && !threshold->isFinite())
    return op->emitOpError() << "softplus_threshold must be finite, got "
                             << threshold->convertToDouble();
  if (!limits)
    return success();
  if (limits->size() != 2)
    return op->emitOpError() << "delta_limits must be two numbers (lowest, highest), got "
                             << limits->size();
  double lowest = limits->front(), highest = limits->back();
  // Not so where one of them is no number, too.
  if (!(lowest <= highest))
    return op->emitOpError() << "delta_limits must be a lowest and a highest number in this order, "
                                "got "
                             << lowest << " and " << highest;
  return success();
}
