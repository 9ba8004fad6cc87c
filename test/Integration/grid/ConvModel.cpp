// The text of a convolution model, and what its calls get.
#include "ConvModel.h"

#include <limits>

using namespace grid;
using attnc::ElementType;

std::string ConvModel::getText() const {
  const std::string x = makeTensorType({getStaticBatch(), staticLength, channels}, type);
  const std::string window = makeTensorType({getStaticStates(), width - 1, channels}, type);
  FunctionText text;
  text.addOperand("x", x);
  text.addOperand("weight",
                  makeTensorType({channels, width}, isWeightF32 ? ElementType::F32 : type));
  if (hasBias)
    text.addOption("bias", makeTensorType({channels}, isBiasF32 ? ElementType::F32 : type));
  if (hasInit)
    text.addOption("init", window);
  addSequenceOptions(text);
  if (hasSilu)
    text.addAttribute("silu");
  text.addResult(x);
  if (hasLastWindow)
    text.addResult(window);
  return text.build("conv", "attn.causal_conv1d");
}

namespace {
enum class Family { Normal, Integers, HeavyTailed, NonFinite };
constexpr int kNumFamilies = 4;
} // namespace

static const char *getName(Family family) {
  static const char *const names[kNumFamilies] = {"normal", "integers", "heavy_tailed",
                                                  "non_finite"};
  return names[int(family)];
}

static double makeValue(Family family, Random &random) {
  switch (family) {
  case Family::Integers:
    return double(random.range(-8, 8));
  case Family::HeavyTailed:
    return random.normal() * std::exp(2 * random.normal());
  case Family::NonFinite:
    return random.oneIn(200) ? std::numeric_limits<double>::quiet_NaN() : random.normal();
  case Family::Normal:
    break;
  }
  return random.normal();
}

Call ConvModel::makeCall(uint64_t seed, int64_t point) const {
  Random random(seed, uint64_t(number), uint64_t(point));
  const Family family = Family((number + point) % kNumFamilies);
  const Sequences sequences(*this, point, channels * width, random);
  Call call;
  call.threads = int32_t(random.pick<int64_t>({1, 1, 2, 3}));
  call.description =
      sequences.describe() + " " + ::getName(family) + ", threads " + std::to_string(call.threads);
  call.isDefined = sequences.areOrdered;
  const auto add = [&](ElementType elementType, std::vector<int64_t> shape, Layout layout,
                       Family values) {
    call.description += std::string(" ") + grid::getName(layout);
    call.tensors.emplace_back(elementType, std::move(shape), layout, random);
    fillTensor(call.tensors.back(), [&](int64_t) { return makeValue(values, random); });
  };
  const std::vector<int64_t> window = {sequences.states, width - 1, channels};
  const Family ofWeights = family == Family::Integers ? family : Family::Normal;
  add(type, {sequences.batch, sequences.length, channels}, chooseInputLayout(random), family);
  add(isWeightF32 ? ElementType::F32 : type, {channels, width},
      random.pick({Layout::Compact, Layout::Padded}), ofWeights);
  if (hasBias)
    add(isBiasF32 ? ElementType::F32 : type, {channels}, Layout::Compact, ofWeights);
  if (hasInit)
    add(type, window, chooseInputLayout(random), family);
  sequences.addTensors(*this, random, call);

  const auto addResult = [&](std::vector<int64_t> shape, Rule rule) {
    call.results.push_back(
        {StridedTensor(type, std::move(shape), chooseOutputLayout(random), random), rule,
         /*hasRelativeLimit=*/rule == Rule::Bound});
  };
  addResult({sequences.batch, sequences.length, channels}, Rule::Bound);
  if (hasLastWindow)
    addResult(window, Rule::Copy);
  return call;
}
