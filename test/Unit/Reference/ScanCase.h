// A selective scan of any form as a model of one function, for the tests of its reference.
#pragma once

#include "Model.h"

#include <random>

namespace attnc::reference {

/// Sizes, options and operands; an operand without elements is left out unless it is required.
struct ScanCase {
  int64_t batch = 1, steps = 1, channels = 1, states = 1, groups = 1;
  /// P of the heads form, where `channels` counts heads; 0 for the channels form.
  int64_t headSize = 0;
  bool hasConstantB = false, hasConstantC = false, hasOneRate = false, hasSkipPerPlace = false;
  std::string attributes, type = "f32", dataType = "f32";
  std::vector<double> u, delta, A, B, C, skip, gate, bias, init;
  std::vector<int64_t> reset, cuSeqlens;

  struct Result {
    std::vector<double> output, lastState, outputBound, stateBound;
    std::string error;
  };

  int64_t getPlaces() const { return channels * std::max<int64_t>(headSize, 1); }
  int64_t getSequences() const {
    return cuSeqlens.empty() ? batch : static_cast<int64_t>(cuSeqlens.size()) - 1;
  }

  Result run(bool computeBounds = false) const {
    Model model(getText());
    std::vector<Tensor> arguments;
    visitOperands([&](const Operand &operand, const auto &values) {
      if constexpr (std::is_same_v<decltype(values), const std::vector<double> &>)
        arguments.push_back(model.reals(operand.shape, values, operand.elementType));
      else
        arguments.push_back(model.integers(operand.elementType, operand.shape, values));
    });
    std::vector<Output> outputs = model.run(arguments, computeBounds);
    Result result;
    result.error = model.errors;
    if (outputs.size() != 2)
      return result;
    result.output = getReals(outputs[0].value);
    result.lastState = getReals(outputs[1].value);
    if (computeBounds) {
      result.outputBound = getReals(*outputs[0].bound);
      result.stateBound = getReals(*outputs[1].bound);
    }
    return result;
  }

private:
  using Shape = std::vector<int64_t>;

  /// An operand; the axes [firstDynamicAxis, dynamicAxes) are dynamic in its type.
  struct Operand {
    const char *keyword; // empty where it is required
    Shape shape;
    size_t dynamicAxes;
    std::string elementType;
    size_t firstDynamicAxis = 0;

    std::string getTypeText() const {
      std::string text = "tensor<";
      for (size_t axis = 0; axis < shape.size(); ++axis)
        text +=
            (axis >= firstDynamicAxis && axis < dynamicAxes ? "?" : std::to_string(shape[axis])) +
            "x";
      return text + elementType + ">";
    }
  };

  Operand getRows() const {
    Shape shape = {batch, steps, channels};
    if (headSize > 0)
      shape.push_back(headSize);
    return {"", shape, 2, type, /*firstDynamicAxis=*/size_t(cuSeqlens.empty() ? 0 : 1)};
  }
  Operand getStates() const {
    Shape shape = getRows().shape;
    shape.erase(shape.begin() + 1);
    shape.front() = getSequences();
    shape.push_back(states);
    return {"init", shape, 1, "f32"};
  }
  Operand getProjection(bool isConstant) const {
    if (isConstant)
      return {"", {channels, states}, 0, "f32"};
    return {"", {batch, steps, groups, states}, 2, dataType};
  }

  /// Calls `visit` with each operand and its values.
  template <typename Visit> void visitOperands(Visit visit) const {
    const bool hasVector = hasOneRate || headSize > 0;
    visit(getRows(), u);
    visit(Operand{"", {batch, steps, channels}, 2, dataType}, delta);
    visit(Operand{"", hasVector ? Shape{channels} : Shape{channels, states}, 0, "f32"}, A);
    visit(getProjection(hasConstantB), B);
    visit(getProjection(hasConstantC), C);
    const auto visitOptional = [&](const Operand &operand, const auto &values) {
      if (!values.empty())
        visit(operand, values);
    };
    visitOptional({"skip", hasSkipPerPlace ? Shape{channels, headSize} : Shape{channels}, 0, "f32"},
                  skip);
    visitOptional({"gate", getRows().shape, 2, dataType}, gate);
    visitOptional({"delta_bias", {channels}, 0, "f32"}, bias);
    visitOptional(getStates(), init);
    visitOptional({"reset", {batch, steps}, 2, "i1"}, reset);
    visitOptional({"cu_seqlens", {static_cast<int64_t>(cuSeqlens.size())}, 1, "i32"}, cuSeqlens);
  }

  std::string getText() const {
    std::string operands, types, parameters;
    visitOperands([&](const Operand &operand, const auto &) {
      const std::string separator = types.empty() ? "" : ", ";
      const std::string name = "%v" + std::to_string(types.size()), keyword = operand.keyword;
      operands += keyword.empty() ? separator + name : " " + keyword + "(" + name + ")";
      parameters += separator + name + ": " + operand.getTypeText();
      types += separator + operand.getTypeText();
    });
    const std::string rows = getRows().getTypeText(), state = getStates().getTypeText();
    const std::string results = "(" + rows + ", " + state + ")";
    return "func.func @main(" + parameters + ") -> " + results +
           " {\n  %y, %h = attn.selective_scan " + operands + " {" + attributes + "}\n    : (" +
           types + ") -> " + results + "\n  return %y, %h : " + rows + ", " + state + "\n}\n";
  }
};

/// A case with random operands of all kinds but those that divide time; step sizes are positive.
inline ScanCase makeRandomScan(ScanCase scan, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::uniform_real_distribution<float> uniform(0, 1);
  const int64_t deltas = scan.batch * scan.steps * scan.channels;
  const int64_t rows = scan.batch * scan.steps * scan.getPlaces();
  const auto fill = [&](std::vector<double> &values, int64_t count, auto draw) {
    for (int64_t i = 0; i < count; ++i)
      values.push_back(draw());
  };
  const auto drawNormal = [&] { return normal(random); };
  const int64_t projection = scan.batch * scan.steps * scan.groups * scan.states;
  const int64_t constant = scan.channels * scan.states;
  const bool isVector = scan.hasOneRate || scan.headSize > 0;
  fill(scan.u, rows, drawNormal);
  fill(scan.delta, deltas, [&] { return uniform(random); });
  fill(scan.A, isVector ? scan.channels : constant, [&] { return -2 * uniform(random); });
  fill(scan.B, scan.hasConstantB ? constant : projection, drawNormal);
  fill(scan.C, scan.hasConstantC ? constant : projection, drawNormal);
  fill(scan.skip, scan.hasSkipPerPlace ? scan.getPlaces() : scan.channels, drawNormal);
  fill(scan.gate, rows, drawNormal);
  fill(scan.bias, scan.channels, drawNormal);
  fill(scan.init, scan.getSequences() * scan.getPlaces() * scan.states, drawNormal);
  return scan;
}

} // namespace attnc::reference
