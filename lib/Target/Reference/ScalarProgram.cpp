// Compiles blocks of scalar code to register programs and runs them.
#include "ScalarProgram.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <cmath>

using namespace mlir;
using namespace attnc;
using namespace attnc::reference;

//===----------------------------------------------------------------------===//
// Compilation
//===----------------------------------------------------------------------===//

FailureOr<ScalarProgram> ScalarProgram::compile(Block &body, const Frame &frame,
                                                OutOfRange outOfRange) {
  ScalarProgram program;
  program.frame = &frame;
  program.outOfRange = outOfRange;
  program.numArguments = body.getNumArguments();
  for (BlockArgument argument : body.getArguments()) {
    if (!isComputable(argument.getType()))
      return emitUnsupported(body.getParentOp());
    program.registerOf[argument] = program.addRegister();
  }
  for (Operation &op : body.without_terminator())
    if (failed(program.addOp(op)))
      return failure();
  for (Value yielded : body.getTerminator()->getOperands())
    program.results.push_back(program.getRegister(yielded));
  program.frame = nullptr;
  program.registerOf.clear();
  return program;
}

int32_t ScalarProgram::addRegister(Cell value) {
  registers.push_back(value);
  return static_cast<int32_t>(registers.size() - 1);
}

/// The register of a value; one from outside the block becomes a constant of the program.
int32_t ScalarProgram::getRegister(Value value) {
  auto [entry, isNew] = registerOf.try_emplace(value, 0);
  if (isNew)
    entry->second = addRegister(frame->at(value).getScalar());
  return entry->second;
}

LogicalResult ScalarProgram::addOp(Operation &op) {
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    if (!isComputable(constant.getType()))
      return emitUnsupported(&op);
    registerOf[constant.getResult()] = addRegister(makeCell(constant.getValue()));
    return success();
  }
  if (auto index = dyn_cast<linalg::IndexOp>(op)) {
    int32_t result = addRegister();
    registerOf[index.getResult()] = result;
    loopIndices.emplace_back(index.getDim(), result);
    return success();
  }
  if (auto extract = dyn_cast<tensor::ExtractOp>(op)) {
    auto captured = frame->find(extract.getTensor());
    if (captured == frame->end())
      return emitUnsupported(&op);
    Read read{captured->second, {}, 0, &op};
    for (Value index : extract.getIndices())
      read.indices.push_back(getRegister(index));
    read.result = addRegister();
    registerOf[extract.getResult()] = read.result;
    Step step;
    step.read = static_cast<int32_t>(reads.size());
    steps.push_back(step);
    reads.push_back(std::move(read));
    return success();
  }
  if (op.getNumResults() == 0)
    return emitUnsupported(&op);
  for (OpResult result : op.getResults()) {
    std::optional<Instruction> instruction = makeInstruction(&op, result.getResultNumber());
    if (!instruction || !isComputable(result.getType()))
      return emitUnsupported(&op);
    for (auto [k, operand] : llvm::enumerate(op.getOperands()))
      instruction->operands[k] = getRegister(operand);
    instruction->result = addRegister();
    registerOf[result] = instruction->result;
    Step step;
    step.instruction = *instruction;
    steps.push_back(step);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Execution
//===----------------------------------------------------------------------===//

void ScalarProgram::setLoopIndex(unsigned dimension, int64_t value) {
  for (auto [loop, target] : loopIndices)
    if (loop == dimension)
      registers[target] = makeInteger(value);
}

LogicalResult ScalarProgram::runRead(const Read &read) {
  int64_t position = 0;
  for (auto [axis, source] : llvm::enumerate(read.indices)) {
    int64_t index = registers[source].integer, size = read.tensor.getDim(axis);
    if (index < 0 || index >= size) {
      if (outOfRange == OutOfRange::Refuse)
        return read.op->emitError() << "reads index " << index << " of dim " << axis
                                    << ", which has " << size << " elements";
      if (size == 0) {
        registers[read.result] = makeInteger(0); // also the bits of 0.0
        return success();
      }
      index = index < 0 ? 0 : size - 1;
    }
    position = position * size + index;
  }
  registers[read.result] = read.tensor.data()[position];
  return success();
}

LogicalResult ScalarProgram::run() {
  for (const Step &step : steps) {
    if (step.read < 0)
      registers[step.instruction.result] =
          step.instruction.evaluate({step.instruction, registers.data()});
    else if (failed(runRead(reads[step.read])))
      return failure();
  }
  return success();
}

double ScalarProgram::computeResultError(double argumentError) {
  errors.assign(registers.size(), 0.0);
  errors[0] = argumentError;
  for (const Step &step : steps) {
    const Instruction &instruction = step.instruction;
    if (step.read >= 0 || !instruction.isResultReal)
      continue;
    double value = registers[instruction.result].real;
    if (!std::isfinite(value))
      continue;
    double error = instruction.relativeError * std::fabs(value);
    for (int k = 0; k < instruction.numOperands; ++k) {
      int32_t operand = instruction.operands[k];
      // An operand that occurs twice is moved once, in both places.
      bool isRepeated = llvm::is_contained(ArrayRef(instruction.operands, k), operand);
      if (!(instruction.realOperands >> k & 1) || isRepeated || errors[operand] == 0)
        continue;
      Cell saved = registers[operand];
      double change = 0;
      for (double side : {-errors[operand], errors[operand]}) {
        registers[operand].real = saved.real + side;
        double moved = instruction.evaluate({instruction, registers.data()}).real;
        if (std::isfinite(moved))
          change = std::max(change, std::fabs(moved - value));
      }
      registers[operand] = saved;
      error += change;
    }
    errors[instruction.result] = error;
  }
  return errors[results[0]];
}
