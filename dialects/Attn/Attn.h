// The attn dialect: include this file to use its ops and attributes.
#pragma once

#include "dialects/Common/MergeableState.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/TilingInterface.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"

namespace attnc::attn {

/// What a mask pattern may build its predicate from. Positions are in the whole sequence.
struct MaskCoordinates {
  mlir::Value batch, head, query, key;
  /// One past the last query and key position (offset + length), as index values.
  mlir::Value queryEnd, keyEnd;
  /// `tensor<B x S x i32>` or null.
  mlir::Value documentIds;
};

class AttentionOp;

/// `#attn.all<[]>`, which allows every pair, and `#attn.any<[]>`, which allows none.
mlir::Attribute getEveryPairPattern(mlir::MLIRContext *context);
mlir::Attribute getNoPairPattern(mlir::MLIRContext *context);

/// Fills the empty `region` with the mask that the patterns of `op` describe. Values that it needs
/// from outside are built at the insertion point of `builder`, which is kept.
void buildMaskRegion(mlir::OpBuilder &builder, AttentionOp op, mlir::Region &region);

/// How many sequences the boundaries `cuSeqlens` (one more than sequences) describe.
mlir::OpFoldResult reifyNumSequences(mlir::OpBuilder &builder, mlir::Location loc,
                                     mlir::Value cuSeqlens);

/// Bounds a size of a result of a scan or convolution over `rows`: its `output` is as large as
/// rows, a state or window is there for each sequence. Other axes of states are static.
void boundSequenceResult(mlir::Value result, int64_t axis, mlir::Value output, mlir::Value rows,
                         mlir::Value cuSeqlens, mlir::ValueBoundsConstraintSet &bounds);

/// Argument counts of the regions: (batch, head, query, key), and the score before them.
inline constexpr unsigned kNumMaskArguments = 4;
inline constexpr unsigned kNumScoreArguments = 5;

/// The most ops of a region: more than any mask needs, and few enough to inline and analyse.
inline constexpr size_t kMaxRegionOps = 4096;

/// Lets the tiled ops be bufferized by one-shot-bufferize.
void registerBufferizationModels(mlir::DialectRegistry &registry);

} // namespace attnc::attn

#include "dialects/Attn/AttnDialect.h.inc"
#include "dialects/Attn/AttnInterfaces.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Attn/AttnAttrs.h.inc"
#define GET_OP_CLASSES
#include "dialects/Attn/AttnOps.h.inc"
