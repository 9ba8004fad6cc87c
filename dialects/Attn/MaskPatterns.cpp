// Mask pattern attributes: syntax, verification, simplification and the predicates they build.
#include "dialects/Attn/Attn.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace attnc::attn;

#include "dialects/Attn/AttnInterfaces.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Attn/AttnAttrs.cpp.inc"

void AttnDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Attn/AttnAttrs.cpp.inc"
      >();
}

namespace {
/// Builds predicates on index values with few words. Where two arguments of a call are built, they
/// are built in statements of their own: the order of ops must not depend on the host compiler.
struct PredicateBuilder {
  OpBuilder &builder;
  Location loc;

  Value constant(int64_t value) { return arith::ConstantIndexOp::create(builder, loc, value); }
  Value add(Value a, Value b) { return arith::AddIOp::create(builder, loc, a, b); }
  Value sub(Value a, Value b) { return arith::SubIOp::create(builder, loc, a, b); }
  Value floorDiv(Value a, int64_t b) {
    return arith::FloorDivSIOp::create(builder, loc, a, constant(b));
  }
  Value compare(arith::CmpIPredicate predicate, Value a, Value b) {
    return arith::CmpIOp::create(builder, loc, predicate, a, b);
  }
  Value lessThan(Value a, Value b) { return compare(arith::CmpIPredicate::slt, a, b); }
  Value atMost(Value a, Value b) { return compare(arith::CmpIPredicate::sle, a, b); }
  Value equal(Value a, Value b) { return compare(arith::CmpIPredicate::eq, a, b); }
  Value both(Value a, Value b) { return arith::AndIOp::create(builder, loc, a, b); }
  Value either(Value a, Value b) { return arith::OrIOp::create(builder, loc, a, b); }
  Value truth(bool value) {
    return arith::ConstantOp::create(builder, loc, builder.getBoolAttr(value));
  }
  /// The number of the block of `query` minus that of `key`, for blocks of `size`.
  Value blockDistance(const MaskCoordinates &coords, int64_t size) {
    Value ofQuery = floorDiv(coords.query, size);
    Value ofKey = floorDiv(coords.key, size);
    return sub(ofQuery, ofKey);
  }
  /// Whether `a` is a multiple of `divisor`; a truncating remainder of 0 is exact for any sign.
  Value isMultiple(Value a, int64_t divisor) {
    Value remainder = arith::RemSIOp::create(builder, loc, a, constant(divisor));
    return equal(remainder, constant(0));
  }
};
} // namespace

static LogicalResult checkAtLeast(function_ref<InFlightDiagnostic()> emitError, StringRef what,
                                  int64_t least, int64_t got) {
  if (got >= least)
    return success();
  return emitError() << what << " must be at least " << least << ", got " << got;
}

//===----------------------------------------------------------------------===//
// causal
//===----------------------------------------------------------------------===//

Attribute CausalAttr::parse(AsmParser &parser, Type) {
  bool bottomRight = false;
  if (succeeded(parser.parseOptionalLess())) {
    if (parser.parseKeyword("bottom_right", ": #attn.causal or #attn.causal<bottom_right>") ||
        parser.parseGreater())
      return {};
    bottomRight = true;
  }
  return CausalAttr::get(parser.getContext(), bottomRight);
}

void CausalAttr::print(AsmPrinter &printer) const {
  if (getBottomRight())
    printer << "<bottom_right>";
}

bool CausalAttr::keepsEverything(int64_t queryLength, int64_t keyLength) const {
  // One key is the first of all; one query is the last of all.
  int64_t deciding = getBottomRight() ? queryLength : keyLength;
  return deciding == 0 || deciding == 1;
}

Value CausalAttr::buildPredicate(OpBuilder &builder, Location loc,
                                 const MaskCoordinates &coords) const {
  PredicateBuilder b{builder, loc};
  Value query = coords.query;
  if (getBottomRight())
    query = b.add(query, b.sub(coords.keyEnd, coords.queryEnd));
  return b.atMost(coords.key, query);
}

//===----------------------------------------------------------------------===//
// window
//===----------------------------------------------------------------------===//

Attribute WindowAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  int64_t left, right = -1;
  auto emitError = [&] { return parser.emitError(loc); };
  if (parser.parseLess())
    return {};
  if (succeeded(parser.parseOptionalKeyword("left"))) {
    if (parser.parseEqual() || parser.parseInteger(left) || parser.parseComma() ||
        parser.parseKeyword("right") || parser.parseEqual() || parser.parseInteger(right) ||
        failed(checkAtLeast(emitError, "window right", 0, right)))
      return {};
  } else {
    int64_t width;
    if (parser.parseInteger(width) || failed(checkAtLeast(emitError, "window width", 1, width)))
      return {};
    left = width - 1;
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<WindowAttr>(loc, parser.getContext(), left, right);
}

void WindowAttr::print(AsmPrinter &printer) const {
  if (isOneSided())
    printer << '<' << getLeft() + 1 << '>';
  else
    printer << "<left = " << getLeft() << ", right = " << getRight() << '>';
}

LogicalResult WindowAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t left,
                                 int64_t right) {
  if (failed(checkAtLeast(emitError, "window left", 0, left)))
    return failure();
  return checkAtLeast(emitError, "window right", -1, right);
}

Value WindowAttr::buildPredicate(OpBuilder &builder, Location loc,
                                 const MaskCoordinates &coords) const {
  PredicateBuilder b{builder, loc};
  Value distance = b.sub(coords.query, coords.key);
  Value left = b.atMost(distance, b.constant(getLeft()));
  if (isOneSided())
    return left;
  return b.both(left, b.atMost(b.constant(-getRight()), distance));
}

bool WindowAttr::keepsEverything(int64_t queryLength, int64_t keyLength) const {
  bool left = queryLength >= 0 && getLeft() >= queryLength - 1;
  bool right = isOneSided() || (keyLength >= 0 && getRight() >= keyLength - 1);
  return left && right;
}

//===----------------------------------------------------------------------===//
// sinks, prefix, global
//===----------------------------------------------------------------------===//

LogicalResult SinksAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t count) {
  return checkAtLeast(emitError, "number of sinks", 0, count);
}

Value SinksAttr::buildPredicate(OpBuilder &builder, Location loc,
                                const MaskCoordinates &coords) const {
  PredicateBuilder b{builder, loc};
  return b.lessThan(coords.key, b.constant(getCount()));
}

bool SinksAttr::keepsEverything(int64_t, int64_t keyLength) const {
  return keyLength >= 0 && getCount() >= keyLength;
}

LogicalResult PrefixAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t length) {
  return checkAtLeast(emitError, "prefix length", 0, length);
}

Value PrefixAttr::buildPredicate(OpBuilder &builder, Location loc,
                                 const MaskCoordinates &coords) const {
  PredicateBuilder b{builder, loc};
  Value causal = b.atMost(coords.key, coords.query);
  Value inPrefix = b.lessThan(coords.key, b.constant(getLength()));
  return b.either(causal, inPrefix);
}

bool PrefixAttr::keepsEverything(int64_t, int64_t keyLength) const {
  return keyLength >= 0 && (keyLength <= 1 || getLength() >= keyLength);
}

LogicalResult GlobalAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t count) {
  return checkAtLeast(emitError, "number of global positions", 0, count);
}

Value GlobalAttr::buildPredicate(OpBuilder &builder, Location loc,
                                 const MaskCoordinates &coords) const {
  PredicateBuilder b{builder, loc};
  Value count = b.constant(getCount());
  Value isQueryGlobal = b.lessThan(coords.query, count);
  Value isKeyGlobal = b.lessThan(coords.key, count);
  return b.either(isQueryGlobal, isKeyGlobal);
}

bool GlobalAttr::keepsEverything(int64_t queryLength, int64_t keyLength) const {
  return (queryLength >= 0 && getCount() >= queryLength) ||
         (keyLength >= 0 && getCount() >= keyLength);
}

//===----------------------------------------------------------------------===//
// chunked, dilated, strided, block_local
//===----------------------------------------------------------------------===//

LogicalResult ChunkedAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t size) {
  return checkAtLeast(emitError, "chunk size", 1, size);
}

Value ChunkedAttr::buildPredicate(OpBuilder &builder, Location loc,
                                  const MaskCoordinates &coords) const {
  PredicateBuilder b{builder, loc};
  Value chunkOfQuery = b.floorDiv(coords.query, getSize());
  Value chunkOfKey = b.floorDiv(coords.key, getSize());
  return b.equal(chunkOfQuery, chunkOfKey);
}

bool ChunkedAttr::keepsEverything(int64_t queryLength, int64_t keyLength) const {
  return queryLength >= 0 && keyLength >= 0 && getSize() >= std::max(queryLength, keyLength);
}

LogicalResult DilatedAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t rate) {
  return checkAtLeast(emitError, "dilation rate", 1, rate);
}

Value DilatedAttr::buildPredicate(OpBuilder &builder, Location loc,
                                  const MaskCoordinates &coords) const {
  PredicateBuilder b{builder, loc};
  return b.isMultiple(b.sub(coords.query, coords.key), getRate());
}

bool DilatedAttr::keepsEverything(int64_t, int64_t) const { return getRate() == 1; }

LogicalResult StridedAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t stride,
                                  int64_t block) {
  if (failed(checkAtLeast(emitError, "stride", 1, stride)))
    return failure();
  return checkAtLeast(emitError, "block size", 1, block);
}

Value StridedAttr::buildPredicate(OpBuilder &builder, Location loc,
                                  const MaskCoordinates &coords) const {
  PredicateBuilder b{builder, loc};
  return b.isMultiple(b.blockDistance(coords, getBlock()), getStride());
}

bool StridedAttr::keepsEverything(int64_t, int64_t) const { return getStride() == 1; }

LogicalResult BlockLocalAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t size,
                                     int64_t neighbours) {
  if (failed(checkAtLeast(emitError, "block size", 1, size)))
    return failure();
  return checkAtLeast(emitError, "number of neighbour blocks", 0, neighbours);
}

Value BlockLocalAttr::buildPredicate(OpBuilder &builder, Location loc,
                                     const MaskCoordinates &coords) const {
  PredicateBuilder b{builder, loc};
  Value distance = b.blockDistance(coords, getSize());
  Value notTooFarLeft = b.atMost(distance, b.constant(getNeighbours()));
  Value notTooFarRight = b.atMost(b.constant(-getNeighbours()), distance);
  return b.both(notTooFarLeft, notTooFarRight);
}

bool BlockLocalAttr::keepsEverything(int64_t queryLength, int64_t keyLength) const {
  if (queryLength < 0 || keyLength < 0)
    return false;
  int64_t lastBlock = (std::max<int64_t>(std::max(queryLength, keyLength), 1) - 1) / getSize();
  return getNeighbours() >= lastBlock;
}

//===----------------------------------------------------------------------===//
// document
//===----------------------------------------------------------------------===//

Value DocumentAttr::buildPredicate(OpBuilder &builder, Location loc,
                                   const MaskCoordinates &coords) const {
  Value ofQuery = tensor::ExtractOp::create(builder, loc, coords.documentIds,
                                            ValueRange{coords.batch, coords.query});
  Value ofKey = tensor::ExtractOp::create(builder, loc, coords.documentIds,
                                          ValueRange{coords.batch, coords.key});
  return PredicateBuilder{builder, loc}.equal(ofQuery, ofKey);
}

bool DocumentAttr::readsDocumentIds() const { return true; }

//===----------------------------------------------------------------------===//
// any, all, not
//===----------------------------------------------------------------------===//

static LogicalResult checkArePatterns(function_ref<InFlightDiagnostic()> emitError,
                                      ArrayRef<Attribute> patterns) {
  for (Attribute pattern : patterns)
    if (!isa<MaskPatternAttrInterface>(pattern))
      return emitError() << "expected a mask pattern such as #attn.causal, got " << pattern;
  return success();
}

Attribute attnc::attn::getEveryPairPattern(MLIRContext *context) {
  return AllOfAttr::get(context, {});
}

Attribute attnc::attn::getNoPairPattern(MLIRContext *context) {
  return AnyOfAttr::get(context, {});
}

/// Simplifies `patterns` joined by the operation of `List`, whose neutral element vanishes and
/// whose absorbing element wins; nested lists of the same kind are flattened.
template <typename List>
static Attribute simplifyList(ArrayRef<Attribute> patterns, int64_t queryLength, int64_t keyLength,
                              Attribute neutral, Attribute absorbing) {
  llvm::SmallSetVector<Attribute, 4> kept;
  for (Attribute pattern : patterns) {
    Attribute simple = cast<MaskPatternAttrInterface>(pattern).simplify(queryLength, keyLength);
    if (simple == absorbing)
      return absorbing;
    if (auto nested = dyn_cast<List>(simple))
      kept.insert_range(nested.getPatterns());
    else
      kept.insert(simple);
  }
  if (kept.empty())
    return neutral;
  return kept.size() == 1 ? kept.front() : List::get(neutral.getContext(), kept.getArrayRef());
}

static bool readsIds(Attribute pattern) {
  return cast<MaskPatternAttrInterface>(pattern).readsDocumentIds();
}

LogicalResult AnyOfAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                ArrayRef<Attribute> patterns) {
  return checkArePatterns(emitError, patterns);
}

Value AnyOfAttr::buildPredicate(OpBuilder &builder, Location loc,
                                const MaskCoordinates &coords) const {
  PredicateBuilder b{builder, loc};
  Value result;
  for (Attribute pattern : getPatterns()) {
    Value allowed = cast<MaskPatternAttrInterface>(pattern).buildPredicate(builder, loc, coords);
    result = result ? b.either(result, allowed) : allowed;
  }
  return result ? result : b.truth(false);
}

bool AnyOfAttr::readsDocumentIds() const { return llvm::any_of(getPatterns(), readsIds); }

Attribute AnyOfAttr::simplify(int64_t queryLength, int64_t keyLength) const {
  return simplifyList<AnyOfAttr>(getPatterns(), queryLength, keyLength,
                                 /*neutral=*/getNoPairPattern(getContext()),
                                 /*absorbing=*/getEveryPairPattern(getContext()));
}

LogicalResult AllOfAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                ArrayRef<Attribute> patterns) {
  return checkArePatterns(emitError, patterns);
}

Value AllOfAttr::buildPredicate(OpBuilder &builder, Location loc,
                                const MaskCoordinates &coords) const {
  PredicateBuilder b{builder, loc};
  Value result;
  for (Attribute pattern : getPatterns()) {
    Value allowed = cast<MaskPatternAttrInterface>(pattern).buildPredicate(builder, loc, coords);
    result = result ? b.both(result, allowed) : allowed;
  }
  return result ? result : b.truth(true);
}

bool AllOfAttr::readsDocumentIds() const { return llvm::any_of(getPatterns(), readsIds); }

Attribute AllOfAttr::simplify(int64_t queryLength, int64_t keyLength) const {
  return simplifyList<AllOfAttr>(getPatterns(), queryLength, keyLength,
                                 /*neutral=*/getEveryPairPattern(getContext()),
                                 /*absorbing=*/getNoPairPattern(getContext()));
}

LogicalResult NoneOfAttr::verify(function_ref<InFlightDiagnostic()> emitError, Attribute pattern) {
  return checkArePatterns(emitError, pattern);
}

Value NoneOfAttr::buildPredicate(OpBuilder &builder, Location loc,
                                 const MaskCoordinates &coords) const {
  PredicateBuilder b{builder, loc};
  Value allowed = cast<MaskPatternAttrInterface>(getPattern()).buildPredicate(builder, loc, coords);
  return arith::XOrIOp::create(builder, loc, allowed, b.truth(true));
}

bool NoneOfAttr::readsDocumentIds() const { return readsIds(getPattern()); }

Attribute NoneOfAttr::simplify(int64_t queryLength, int64_t keyLength) const {
  Attribute everyPair = getEveryPairPattern(getContext()), noPair = getNoPairPattern(getContext());
  Attribute simple = cast<MaskPatternAttrInterface>(getPattern()).simplify(queryLength, keyLength);
  if (simple == everyPair)
    return noPair;
  if (simple == noPair)
    return everyPair;
  if (auto inner = dyn_cast<NoneOfAttr>(simple))
    return inner.getPattern();
  return NoneOfAttr::get(getContext(), simple);
}

//===----------------------------------------------------------------------===//
// The region of a list of patterns
//===----------------------------------------------------------------------===//

/// One past the last position of an axis: its length, plus the offset where there is one.
static Value buildEnd(OpBuilder &builder, Location loc, Value sequence, Value offset) {
  Value length = tensor::DimOp::create(builder, loc, sequence, 2);
  return offset ? arith::AddIOp::create(builder, loc, offset, length).getResult() : length;
}

void attnc::attn::buildMaskRegion(OpBuilder &builder, AttentionOp op, Region &region) {
  Location loc = op.getLoc();
  MaskCoordinates coords;
  coords.queryEnd = buildEnd(builder, loc, op.getQuery(), op.getQOffset());
  coords.keyEnd = buildEnd(builder, loc, op.getKey(), op.getKvOffset());
  coords.documentIds = op.getDocumentIds();

  OpBuilder::InsertionGuard guard(builder);
  SmallVector<Type> types(kNumMaskArguments, builder.getIndexType());
  SmallVector<Location> locations(kNumMaskArguments, loc);
  Block *body = builder.createBlock(&region, region.end(), types, locations);
  coords.batch = body->getArgument(0);
  coords.head = body->getArgument(1);
  coords.query = body->getArgument(2);
  coords.key = body->getArgument(3);
  auto all = AllOfAttr::get(op.getContext(), op.getMaskPatternsAttr().getValue());
  YieldOp::create(builder, loc, all.buildPredicate(builder, loc, coords));
}
