// Tests of what C++ code that builds attn ops relies on: inferred types and value bounds.
#include "dialects/Attn/Attn.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Verifier.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace attnc::attn;

namespace {
class BuildersTest : public ::testing::Test {
protected:
  BuildersTest() {
    context.loadDialect<AttnDialect, memref::MemRefDialect>();
    module = ModuleOp::create(UnknownLoc::get(&context));
    builder.setInsertionPointToStart(module->getBody());
  }

  /// A value of this type that nothing is known about.
  Value unknown(Type type) {
    return UnrealizedConversionCastOp::create(builder, builder.getUnknownLoc(), type, ValueRange())
        .getResult(0);
  }
  Value tensor(ArrayRef<int64_t> shape, Type elementType) {
    return unknown(RankedTensorType::get(shape, elementType));
  }

  static constexpr int64_t kDynamic = ShapedType::kDynamic;
  MLIRContext context;
  OpBuilder builder{&context};
  OwningOpRef<ModuleOp> module;
};

TEST_F(BuildersTest, InfersTheOutputFromQueryAndValue) {
  Value query = tensor({kDynamic, 8, 5, 16}, builder.getBF16Type());
  Value key = tensor({kDynamic, 2, kDynamic, 16}, builder.getBF16Type());
  Value value = tensor({kDynamic, 2, kDynamic, 32}, builder.getBF16Type());
  auto op = AttentionOp::create(builder, builder.getUnknownLoc(), query, key, value);
  EXPECT_EQ(op.getOutput().getType(),
            RankedTensorType::get({kDynamic, 8, 5, 32}, builder.getBF16Type()));
  EXPECT_FALSE(op.getLse());
  EXPECT_FALSE(op.getScale());
  EXPECT_DOUBLE_EQ(op.getEffectiveScale(), 0.25);
  EXPECT_TRUE(succeeded(verify(op)));
}

TEST_F(BuildersTest, InfersTheLseOnRequest) {
  Value query = tensor({1, 8, kDynamic, 16}, builder.getF16Type());
  Value ids = tensor({1, kDynamic}, builder.getI32Type());
  Value sink = tensor({8}, builder.getF32Type());
  Value first = unknown(builder.getIndexType());
  ArrayAttr patterns = builder.getArrayAttr(DocumentAttr::get(&context));
  auto op = AttentionOp::create(builder, builder.getUnknownLoc(), query, query, query,
                                /*withLse=*/true, patterns, builder.getF64FloatAttr(3.0),
                                /*qOffset=*/first, /*kvOffset=*/Value(), ids, sink);
  EXPECT_EQ(op.getLse().getType(), RankedTensorType::get({1, 8, kDynamic}, builder.getF32Type()));
  EXPECT_EQ(op.getQOffset(), first);
  EXPECT_FALSE(op.getKvOffset());
  EXPECT_EQ(op.getDocumentIds(), ids);
  EXPECT_EQ(op.getSink(), sink);
  EXPECT_EQ(op.getMaskPatternsAttr(), patterns);
  EXPECT_DOUBLE_EQ(op.getEffectiveScale(), 3.0);
  EXPECT_TRUE(succeeded(verify(op)));
}

TEST_F(BuildersTest, BoundsResultsByOperands) {
  Value query = tensor({kDynamic, 8, kDynamic, 16}, builder.getF32Type());
  Value key = tensor({kDynamic, 2, kDynamic, 16}, builder.getF32Type());
  Value value = tensor({kDynamic, 2, kDynamic, 24}, builder.getF32Type());
  auto op = AttentionOp::create(builder, builder.getUnknownLoc(), query, key, value,
                                /*withLse=*/true);
  auto areEqual = [](Value a, int64_t i, Value b, int64_t j) {
    FailureOr<bool> equal = ValueBoundsConstraintSet::areEqual({a, i}, {b, j});
    return succeeded(equal) && *equal;
  };
  for (Value result : op->getResults()) {
    EXPECT_TRUE(areEqual(result, 0, query, 0));
    EXPECT_TRUE(areEqual(result, 1, query, 1));
    EXPECT_TRUE(areEqual(result, 2, query, 2));
    EXPECT_FALSE(areEqual(result, 2, key, 2));
  }
  EXPECT_TRUE(areEqual(op.getOutput(), 3, value, 3));
}

TEST_F(BuildersTest, InfersTheStateOfASteponTensorsAndNoneOnMemrefs) {
  auto build = [&](function_ref<Type(ArrayRef<int64_t>)> type) {
    Value tile = unknown(type({kDynamic, 8})), acc = unknown(type({1, 8, 16}));
    Value lanes = unknown(type({1, 16})), index = unknown(builder.getIndexType());
    return OnlineStepOp::create(builder, builder.getUnknownLoc(), tile, tile, tile, index, index,
                                index, index, acc, lanes, lanes, builder.getF64FloatAttr(1.0),
                                builder.getI64IntegerAttr(16));
  };
  auto onTensors = build([&](ArrayRef<int64_t> shape) -> Type {
    return RankedTensorType::get(shape, builder.getF32Type());
  });
  EXPECT_EQ(TypeRange(onTensors.getState()), TypeRange(onTensors.getDpsInits()));
  EXPECT_EQ(onTensors.getNumPanels(), 1);
  EXPECT_EQ(onTensors.getPanelWidth(), 16);
  EXPECT_TRUE(succeeded(verify(onTensors)));

  auto onMemrefs = build([&](ArrayRef<int64_t> shape) -> Type {
    return MemRefType::get(shape, builder.getF32Type());
  });
  EXPECT_EQ(onMemrefs->getNumResults(), 0u);
  EXPECT_TRUE(succeeded(verify(onMemrefs)));
}
} // namespace
