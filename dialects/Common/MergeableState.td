// The interface of ops that carry a small mergeable state along a reduced or scanned axis.
#ifndef ATTNC_COMMON_MERGEABLESTATE_TD
#define ATTNC_COMMON_MERGEABLESTATE_TD

include "mlir/IR/OpBase.td"

def MergeableStateOpInterface : OpInterface<"MergeableStateOpInterface"> {
  let cppNamespace = "::attnc";
  let description = [{
    A step op reads part of an axis and folds it into a state: `(m, l, acc)` for softmax
    attention, `(decay, h)` for the selective scan. Two states of disjoint parts merge into the
    state of their union, so an axis may be cut anywhere: into tiles, splits, chunks or ranks.
    The state operands are the first of the op's destination operands, tied to its first results
    one to one; further destinations hold what the part itself gives, such as rows of output.
  }];
  let methods = [
    InterfaceMethod<"The destination operands that hold the state.",
      "::mlir::OperandRange", "getStateOperands">,
    InterfaceMethod<"The state before any part was folded in, one value for each state operand.",
      "::llvm::SmallVector<::mlir::Value>", "buildIdentity",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc)>,
    InterfaceMethod<[{
        The state of two parts together; `first` and `second` hold one value for each state
        operand. Ops whose `isCommutative` is false need `first` to come before `second`.
      }],
      "::llvm::SmallVector<::mlir::Value>", "buildMerge",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "::mlir::ValueRange":$first, "::mlir::ValueRange":$second)>,
    InterfaceMethod<"Whether the parts may be merged in any order.",
      "bool", "isCommutative">,
  ];
}

#endif // ATTNC_COMMON_MERGEABLESTATE_TD
