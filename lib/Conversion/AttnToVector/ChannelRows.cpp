// Loads and stores rows of channels in full vectors and, where they end, one by one.
#include "ChannelRows.h"
#include "RowCopy.h"
#include "ScratchAllocator.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace attnc;

ChannelRows::ChannelRows(VectorBuilder &vb, Operation *op, Value rows, int64_t capacity)
    : vb(vb), channels(memref::DimOp::create(vb.builder, vb.loc, rows, 1)),
      numVectors(llvm::divideCeil(capacity, vb.lanes())) {
  int64_t size = cast<MemRefType>(rows.getType()).getDimSize(1);
  staticChannels = ShapedType::isDynamic(size) ? -1 : size;
  if (staticChannels < 0 || staticChannels % vb.lanes() != 0)
    partial =
        ScratchAllocator(op).allocate(vb.builder, vb.loc, {vb.lanes()}, vb.builder.getF32Type());
}

Value ChannelRows::count() { return vb.divide(vb.add(channels, vb.lanes() - 1), vb.lanes()); }

void ChannelRows::forEach(function_ref<void(Lanes)> body) {
  Value fullVectors = vb.divide(channels, vb.lanes());
  if (staticChannels < 0 || staticChannels >= vb.lanes())
    vb.forLoop(vb.index(0), fullVectors, 1, [&](Value vector) {
      body({vector, vb.mul(vector, vb.lanes()), /*isPartial=*/false});
    });
  if (!partial)
    return;
  Value firstPartial = vb.mul(fullVectors, vb.lanes());
  Value isLeft =
      arith::CmpIOp::create(vb.builder, vb.loc, arith::CmpIPredicate::slt, firstPartial, channels);
  auto branch = scf::IfOp::create(vb.builder, vb.loc, isLeft, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(vb.builder);
  vb.builder.setInsertionPoint(branch.thenYield());
  body({fullVectors, firstPartial, /*isPartial=*/true});
}

void ChannelRows::forEachPartialChannel(Lanes lanes, function_ref<void(Value)> body) {
  vb.forLoop(vb.index(0), vb.sub(channels, lanes.channel), 1, body);
}

static SmallVector<Value> append(ValueRange indices, Value last) {
  SmallVector<Value> all(indices);
  all.push_back(last);
  return all;
}

Value ChannelRows::load(Value source, ValueRange indices, Lanes lanes) {
  auto type = cast<MemRefType>(source.getType());
  if (type.getShape().back() == 1 && staticChannels != 1)
    return vb.broadcast(loadScalar(vb, source, append(indices, vb.index(0))));
  if (!lanes.isPartial) {
    Value piece =
        vb.load(vb.vectorOf(type.getElementType()), source, append(indices, lanes.channel));
    return convertFloat(vb, piece, vb.builder.getF32Type());
  }
  forEachPartialChannel(lanes, [&](Value lane) {
    Value scalar = loadScalar(vb, source, append(indices, vb.add(lanes.channel, lane)));
    memref::StoreOp::create(vb.builder, vb.loc, scalar, partial, lane);
  });
  return vb.load(partial, {vb.index(0)});
}

void ChannelRows::store(Value vector, Value target, ValueRange indices, Lanes lanes) {
  Type element = cast<MemRefType>(target.getType()).getElementType();
  if (!lanes.isPartial)
    return vb.store(convertFloat(vb, vector, element), target, append(indices, lanes.channel));
  vb.store(vector, partial, {vb.index(0)});
  forEachPartialChannel(lanes, [&](Value lane) {
    Value scalar = memref::LoadOp::create(vb.builder, vb.loc, partial, lane);
    if (!element.isF32())
      scalar = arith::TruncFOp::create(vb.builder, vb.loc, element, scalar);
    memref::StoreOp::create(vb.builder, vb.loc, scalar, target,
                            append(indices, vb.add(lanes.channel, lane)));
  });
}

void ChannelRows::prefetch(Value tile, Value row, Lanes lanes, bool forWriting) {
  OpBuilder &b = vb.builder;
  auto type = cast<MemRefType>(tile.getType());
  auto metadata = memref::ExtractStridedMetadataOp::create(b, vb.loc, tile);
  Value inRow = type.getShape().back() == 1 ? vb.index(0) : lanes.channel;
  Value inTile = arith::MulIOp::create(b, vb.loc, row, metadata.getStrides()[0]);
  Value element = vb.add(metadata.getOffset(), vb.add(inTile, inRow));
  Value base = memref::ExtractAlignedPointerAsIndexOp::create(b, vb.loc, tile);
  Value address = vb.add(base, vb.mul(element, type.getElementTypeBitWidth() / 8));
  address = arith::IndexCastOp::create(b, vb.loc, b.getI64Type(), address);
  auto pointer =
      LLVM::IntToPtrOp::create(b, vb.loc, LLVM::LLVMPointerType::get(b.getContext()), address);
  // What is read goes to the second-level cache: rows that lie multiples of a page apart would
  // throw each other out of the first. What is written can be asked for in the first only.
  constexpr uint32_t kSecondLevel = 2, kAllLevels = 3, kDataCache = 1;
  LLVM::Prefetch::create(b, vb.loc, pointer, forWriting, forWriting ? kAllLevels : kSecondLevel,
                         kDataCache);
}
