// The text of a scan model.
#include "ScanModel.h"

#include <cmath>
#include <cstdio>
#include <cstring>

using namespace grid;
using attnc::ElementType;

std::vector<int64_t> ScanModel::getChannelSizes() const {
  return hasHeads ? std::vector<int64_t>{deltas, headDim} : std::vector<int64_t>{deltas};
}

std::vector<int64_t> ScanModel::getStateSizes() const {
  std::vector<int64_t> sizes = getChannelSizes();
  sizes.push_back(numStates);
  return sizes;
}

float ScanModel::getConstantRate(int64_t channel, int64_t state) const {
  // Of many magnitudes, with all bits of a float in use.
  const float first = -0.3f - 1.3f * float(channel % 7) / 7.1f;
  const float rate = float(state + 1) * first;
  const bool isOff =
      decay == Decay::AlmostPowers && channel == deltas / 2 && state == numStates - 1;
  return isOff ? std::nextafterf(rate, 0) : rate;
}

/// The rates as a constant: the bytes of the floats in hexadecimal.
static std::string makeConstantText(const ScanModel &model) {
  std::string text = "arith.constant dense<\"0x";
  for (int64_t channel = 0; channel < model.deltas; ++channel)
    for (int64_t state = 0; state < model.numStates; ++state) {
      const float rate = model.getConstantRate(channel, state);
      unsigned char bytes[sizeof(rate)];
      std::memcpy(bytes, &rate, sizeof(rate));
      for (unsigned char byte : bytes) {
        char digits[3];
        std::snprintf(digits, sizeof(digits), "%02X", byte);
        text += digits;
      }
    }
  return text + "\">";
}

static std::string formatAttribute(double value) {
  if (std::isinf(value))
    return "0x7FF0000000000000";
  char text[40];
  std::snprintf(text, sizeof(text), "%.17e", value);
  return text;
}

static void addAttributes(const ScanModel &model, FunctionText &text) {
  if (model.hasSoftplus)
    text.addAttribute("delta_softplus");
  if (model.threshold)
    text.addAttribute("softplus_threshold = " + formatAttribute(*model.threshold) + " : f64");
  if (model.limits)
    text.addAttribute("delta_limits = array<f64: " + formatAttribute(model.limits->first) + ", " +
                      formatAttribute(model.limits->second) + ">");
  if (model.isReversed)
    text.addAttribute("reverse");
}

std::string ScanModel::getText() const {
  const std::vector<int64_t> time = {getStaticBatch(), staticLength};
  const auto overTime = [&](const std::vector<int64_t> &sizes, bool isF32) {
    return makeTensorType(joinSizes(time, sizes), pickType(isF32));
  };
  const auto makeF32 = [](const std::vector<int64_t> &sizes) {
    return makeTensorType(sizes, ElementType::F32);
  };
  const std::string u = overTime(getChannelSizes(), false);
  const std::string state = makeF32(joinSizes({getStaticStates()}, getStateSizes()));
  FunctionText text;
  text.addOperand("u", u);
  text.addOperand("delta", overTime({deltas}, isDeltaF32));
  if (hasConstantDecay())
    text.addConstant("A", makeF32({deltas, numStates}), makeConstantText(*this));
  else
    text.addOperand("A", makeF32(decay == Decay::PerState ? std::vector<int64_t>{deltas, numStates}
                                                          : std::vector<int64_t>{deltas}));
  text.addOperand("B", hasConstantB ? makeF32({deltas, numStates})
                                    : overTime({groups, numStates}, isBF32));
  text.addOperand("C", hasConstantC ? makeF32({deltas, numStates})
                                    : overTime({groups, numStates}, isCF32));
  if (skip != Skip::None)
    text.addOption("skip", makeF32(skip == Skip::PerChannel ? getChannelSizes()
                                                            : std::vector<int64_t>{deltas}));
  if (hasGate)
    text.addOption("gate", overTime(getChannelSizes(), isGateF32));
  if (hasBias)
    text.addOption("delta_bias", makeF32({deltas}));
  if (hasInit)
    text.addOption("init", state);
  addSequenceOptions(text);
  addAttributes(*this, text);
  text.addResult(u);
  if (hasLastState)
    text.addResult(state);
  return text.build("scan", "attn.selective_scan");
}
