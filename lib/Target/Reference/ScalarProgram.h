// Blocks of scalar code as flat programs on registers: mask and score regions, linalg bodies.
#pragma once

#include "Frame.h"
#include "ScalarOps.h"

#include "mlir/IR/Block.h"

namespace attnc::reference {

/// What a tensor.extract outside its tensor does: read the nearest element (0 of an empty tensor),
/// as mask and score regions are defined, or fail with an error.
enum class OutOfRange { Clamp, Refuse };

/// A block compiled once, to be run for many elements. Not thread-safe: it owns its registers.
class ScalarProgram {
public:
  /// Compiles a block of arith and math ops on scalars, tensor.extract and linalg.index that ends
  /// with a yield. Values from outside the block are taken from `frame` now. Emits an error for
  /// anything else.
  static llvm::FailureOr<ScalarProgram> compile(mlir::Block &body, const Frame &frame,
                                                OutOfRange outOfRange);

  unsigned getNumArguments() const { return numArguments; }
  /// The arguments of the block, to be set before a run.
  Cell &argument(unsigned index) { return registers[index]; }
  /// What linalg.index of a dimension reads.
  void setLoopIndex(unsigned dimension, int64_t value);

  /// Fails, with an error emitted, on a read that OutOfRange::Refuse forbids.
  llvm::LogicalResult run();

  /// The value yielded.
  Cell result(unsigned index) const { return registers[results[index]]; }

  /// After run(): how far a correct f32 implementation may be from result 0, when argument 0 is
  /// known up to `argumentError` and the others exactly. First-order error analysis: each op adds
  /// its own rounding to what its operands' errors do to its result.
  double computeResultError(double argumentError);

private:
  struct Read {
    Tensor tensor;
    llvm::SmallVector<int32_t, 4> indices;
    int32_t result;
    mlir::Operation *op;
  };
  /// One instruction or, when it has no function, the read of number `read`.
  struct Step {
    Instruction instruction;
    int32_t read = -1;
  };

  int32_t addRegister(Cell value = makeInteger(0));
  llvm::LogicalResult addOp(mlir::Operation &op);
  int32_t getRegister(mlir::Value value);
  llvm::LogicalResult runRead(const Read &read);

  const Frame *frame = nullptr;
  OutOfRange outOfRange = OutOfRange::Refuse;
  unsigned numArguments = 0;
  llvm::DenseMap<mlir::Value, int32_t> registerOf;
  std::vector<Cell> registers;
  std::vector<double> errors;
  std::vector<Step> steps;
  std::vector<Read> reads;
  llvm::SmallVector<std::pair<unsigned, int32_t>> loopIndices;
  llvm::SmallVector<int32_t, 2> results;
};

} // namespace attnc::reference
