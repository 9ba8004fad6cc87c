// Packs key tiles as bf16 pairs along the summed axis.
#include "Bf16Pairs.h"
#include "OnlineStepLowering.h"
#include "RowCopy.h"

#include "mlir/Dialect/X86Vector/X86VectorDialect.h"

using namespace mlir;
using namespace attnc;

Value attnc::packBf16Pair(VectorBuilder &vb, Value even, Value odd) {
  auto half = vb.vectorOf(vb.builder.getBF16Type());
  auto convert = [&](Value value) -> Value {
    return x86vector::CvtPackedF32ToBF16Op::create(vb.builder, vb.loc, half, value);
  };
  return vector::InterleaveOp::create(vb.builder, vb.loc, convert(even), convert(odd));
}

Value attnc::packBf16Keys(StepContext step, int64_t multiple) {
  VectorBuilder &vb = step.vb;
  int64_t dim = step.queryKeyDim, paddedDim = llvm::alignTo(dim, multiple);
  Value packed = ScratchAllocator(step.op).allocate(
      vb.builder, vb.loc, {step.keyCapacity, paddedDim}, vb.builder.getBF16Type());
  vb.forLoop(vb.index(0), step.numKeys, 1, [&](Value row) {
    if (paddedDim != dim)
      zeroRow(vb, packed, row, paddedDim);
    copyRow(vb, step.op.getKey(), row, packed, row, dim);
  });
  vb.forLoop(step.numKeys, step.paddedKeys, 1,
             [&](Value row) { zeroRow(vb, packed, row, paddedDim); });
  return packed;
}

Value attnc::packBf16ValuePairs(StepContext step) {
  VectorBuilder &vb = step.vb;
  OpBuilder &builder = vb.builder;
  Type bf16 = builder.getBF16Type();
  ScratchAllocator scratch(step.op);
  Value packed = scratch.allocate(builder, vb.loc, {step.keyCapacity / 2, 2 * step.valueDim}, bf16);
  auto storePairs = [&](Value pair, function_ref<Value(int64_t, Value, VectorType)> load) {
    forEachColumnChunk(vb, step.valueDim, vb.lanes(), [&](Value column, int64_t size) {
      auto type = VectorType::get({size}, bf16);
      Value pairs = vector::InterleaveOp::create(builder, vb.loc, load(0, column, type),
                                                 load(1, column, type));
      vb.store(pairs, packed, {pair, vb.mul(column, 2)});
    });
  };
  auto zeros = [&](VectorType type) -> Value {
    return arith::ConstantOp::create(builder, vb.loc, builder.getZeroAttr(type));
  };
  Value values = step.op.getValue();
  Value wholePairs = vb.divide(step.numKeys, 2), allPairs = vb.divide(step.paddedKeys, 2);
  vb.forLoop(vb.index(0), wholePairs, 1, [&](Value pair) {
    storePairs(pair, [&](int64_t parity, Value column, VectorType type) {
      return vb.load(type, values, {vb.add(vb.mul(pair, 2), parity), column});
    });
  });
  // A last single key, then nothing: at most one iteration of this loop reads a key.
  vb.forLoop(wholePairs, allPairs, 1, [&](Value pair) {
    Value key = vb.mul(pair, 2);
    Value isKey =
        arith::CmpIOp::create(builder, vb.loc, arith::CmpIPredicate::slt, key, step.numKeys);
    storePairs(pair, [&](int64_t parity, Value column, VectorType type) {
      if (parity == 1)
        return zeros(type);
      auto branch = scf::IfOp::create(
          builder, vb.loc, isKey,
          [&](OpBuilder &b, Location loc) {
            Value loaded = vector::LoadOp::create(b, loc, type, values, ValueRange{key, column});
            scf::YieldOp::create(b, loc, loaded);
          },
          [&](OpBuilder &b, Location loc) {
            Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
            scf::YieldOp::create(b, loc, zero);
          });
      return branch.getResult(0);
    });
  });
  return packed;
}
