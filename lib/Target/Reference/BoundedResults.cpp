// Results of an op with, where they are asked for, bounds of their errors.
#include "BoundedResults.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::reference;

/// Errors of this one rounding alone are spread over roundoff * |x| and have an rms of at most
/// 1 / sqrt(3) of that, which must stay below kRmsErrorRatio of the bound.
static constexpr double kRoundingsOfResult = 2.5;

double reference::getBound(Approximate result, ElementType storage) {
  if (!std::isfinite(result.value))
    return 0; // the result must be the same NaN or infinity
  const Rounding rounding = getRounding(storage);
  alignas(8) char bytes[8];
  storeElement(storage, bytes, result.value);
  if (result.error == 0 && loadElement(storage, bytes) == result.value)
    return 0;
  const double bound =
      result.error +
      kRoundingsOfResult * rounding.relative * (std::fabs(result.value) + result.error) +
      kRoundingsOfResult * rounding.absolute;
  return std::isfinite(bound) ? bound : std::numeric_limits<double>::max();
}

BoundedTensor::BoundedTensor(Tensor zeros, bool wantsBound)
    : values(std::move(zeros)), cells(values.mutableData()),
      storage(*getStorageType(values.getElementType())) {
  if (!wantsBound)
    return;
  bounds = Tensor(Float64Type::get(values.getElementType().getContext()), values.getShape());
  boundCells = bounds->mutableData();
}

void BoundedTensor::moveTo(BoundedResults &results) && {
  results.values.push_back(std::move(values));
  if (bounds)
    results.bounds.push_back(std::move(*bounds));
}
