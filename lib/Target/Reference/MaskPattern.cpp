// One function per mask pattern; shares nothing with the predicates that the dialect builds.
#include "MaskPattern.h"

#include "dialects/Attn/Attn.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::reference;

/// Positions may be any 64-bit integers; sums and differences wrap as index arithmetic does.
static int64_t add(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
static int64_t subtract(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}

/// The block of `size` positions that `position` lies in; blocks go on below 0.
static int64_t getBlock(int64_t position, int64_t size) {
  int64_t quotient = position / size;
  return position % size < 0 ? quotient - 1 : quotient;
}

static MaskPredicate makeCausal(attn::CausalAttr pattern, const MaskContext &context) {
  int64_t shift = pattern.getBottomRight() ? subtract(context.keyEnd, context.queryEnd) : 0;
  return [=](const MaskPosition &at) { return at.key <= add(at.query, shift); };
}

static MaskPredicate makeWindow(attn::WindowAttr pattern) {
  int64_t left = pattern.getLeft(), right = pattern.getRight();
  bool isOneSided = right < 0;
  return [=](const MaskPosition &at) {
    int64_t distance = subtract(at.query, at.key);
    return distance <= left && (isOneSided || distance >= -right);
  };
}

/// ids[b, position], with the nearest valid index in place of one out of range.
static int64_t readDocumentId(const Tensor &ids, int64_t batch, int64_t position) {
  if (ids.getNumElements() == 0)
    return 0;
  auto clampTo = [](int64_t index, int64_t size) {
    return std::min(std::max<int64_t>(index, 0), size - 1);
  };
  int64_t row = clampTo(batch, ids.getDim(0)), column = clampTo(position, ids.getDim(1));
  return ids.data()[row * ids.getDim(1) + column].integer;
}

static MaskPredicate makeDocument(const MaskContext &context) {
  if (!context.documentIds)
    return nullptr;
  return [ids = *context.documentIds](const MaskPosition &at) {
    return readDocumentId(ids, at.batch, at.query) == readDocumentId(ids, at.batch, at.key);
  };
}

/// A predicate that asks several others until one answers `decisive`.
static MaskPredicate makeCombination(ArrayRef<Attribute> patterns, bool decisive,
                                     const MaskContext &context) {
  std::vector<MaskPredicate> parts;
  for (Attribute pattern : patterns) {
    parts.push_back(makeMaskPredicate(pattern, context));
    if (!parts.back())
      return nullptr;
  }
  return [parts = std::move(parts), decisive](const MaskPosition &at) {
    for (const MaskPredicate &part : parts)
      if (part(at) == decisive)
        return decisive;
    return !decisive;
  };
}

static MaskPredicate makeNegation(Attribute pattern, const MaskContext &context) {
  MaskPredicate part = makeMaskPredicate(pattern, context);
  if (!part)
    return nullptr;
  return [part = std::move(part)](const MaskPosition &at) { return !part(at); };
}

MaskPredicate reference::makeMaskPredicate(Attribute pattern, const MaskContext &context) {
  using Position = const MaskPosition &;
  return llvm::TypeSwitch<Attribute, MaskPredicate>(pattern)
      .Case([&](attn::CausalAttr a) { return makeCausal(a, context); })
      .Case([&](attn::WindowAttr a) { return makeWindow(a); })
      .Case([&](attn::SinksAttr a) -> MaskPredicate {
        return [count = a.getCount()](Position at) { return at.key < count; };
      })
      .Case([&](attn::PrefixAttr a) -> MaskPredicate {
        return
            [length = a.getLength()](Position at) { return at.key <= at.query || at.key < length; };
      })
      .Case([&](attn::ChunkedAttr a) -> MaskPredicate {
        return [size = a.getSize()](Position at) {
          return getBlock(at.query, size) == getBlock(at.key, size);
        };
      })
      .Case([&](attn::DilatedAttr a) -> MaskPredicate {
        return [rate = a.getRate()](Position at) { return subtract(at.query, at.key) % rate == 0; };
      })
      .Case([&](attn::StridedAttr a) -> MaskPredicate {
        return [stride = a.getStride(), block = a.getBlock()](Position at) {
          return subtract(getBlock(at.query, block), getBlock(at.key, block)) % stride == 0;
        };
      })
      .Case([&](attn::BlockLocalAttr a) -> MaskPredicate {
        return [size = a.getSize(), neighbours = a.getNeighbours()](Position at) {
          int64_t distance = subtract(getBlock(at.query, size), getBlock(at.key, size));
          return -neighbours <= distance && distance <= neighbours;
        };
      })
      .Case([&](attn::GlobalAttr a) -> MaskPredicate {
        return [count = a.getCount()](Position at) { return at.query < count || at.key < count; };
      })
      .Case([&](attn::DocumentAttr) { return makeDocument(context); })
      .Case([&](attn::AnyOfAttr a) { return makeCombination(a.getPatterns(), true, context); })
      .Case([&](attn::AllOfAttr a) { return makeCombination(a.getPatterns(), false, context); })
      .Case([&](attn::NoneOfAttr a) { return makeNegation(a.getPattern(), context); })
      .Default([](Attribute) { return nullptr; });
}
