// What the calls of an attention model get: sizes, layouts and values, by family.
#include "AttentionModel.h"

#include <algorithm>
#include <limits>

using namespace grid;
using attnc::ElementType;

namespace {
/// Families of values of Q, K and V.
enum class Family {
  Normal,        // N(0, 1)
  Peaked,        // Q eight times as large
  Uniform,       // Q = 0 and integer V: counts keys
  Needle,        // one key per row far above the others, at an edge of a tile
  Rising,        // scores rise by more than 90 per 32 keys
  Falling,       // and fall
  Integers,      // so small that f32 sums are exact
  ConstantValue, // all values of a column equal: the output, too, where there is no sink
  Large,         // scores in the thousands, of dot products that do not cancel
  EqualKeys,     // all keys are one vector
  NonFinite      // NaN in a few rows of Q and of K
};
constexpr int kNumFamilies = 11;

/// Sizes and layouts of one call.
struct Point {
  int64_t number = 0;
  Family family = Family::Normal;
  int64_t batch = 1, queries = 1, keys = 1;
  int64_t queryOffset = 0, keyOffset = 0;
  int32_t threads = 1;
  Layout queryLayout = Layout::Compact, keyLayout = Layout::Compact, valueLayout = Layout::Compact,
         outputLayout = Layout::Compact, lseLayout = Layout::Compact;

  /// "B2 Sq33 Sk300 needle q_offset 7 ..."
  std::string describe() const;
};

/// Streams of random numbers of one point.
enum Stream : uint64_t { kSizes = 1 << 20, kValues = 2 << 20 };
} // namespace

static const char *getName(Family family) {
  static const char *const names[kNumFamilies] = {
      "normal",   "peaked",         "uniform", "needle",     "rising",    "falling",
      "integers", "constant_value", "large",   "equal_keys", "non_finite"};
  return names[int(family)];
}

std::string Point::describe() const {
  const auto number = [](const char *name, int64_t value) { return name + std::to_string(value); };
  std::string text = number("B", batch) + number(" Sq", queries) + number(" Sk", keys) + " " +
                     getName(family) + number(", threads ", threads);
  if (queryOffset || keyOffset)
    text += number(", offsets ", queryOffset) + number(" and ", keyOffset);
  text += ", layouts";
  for (Layout layout : {queryLayout, keyLayout, valueLayout, outputLayout, lseLayout})
    text += std::string(" ") + grid::getName(layout);
  return text;
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

/// Edges of the tiles that schedules use, primes, the smallest, and longer ones.
static const std::vector<int64_t> &getLengths() {
  static const std::vector<int64_t> lengths = {0,   1,   2,   3,   7,   13,  31,  32,  33, 47,  48,
                                               49,  61,  63,  64,  65,  89,  95,  96,  97, 113, 127,
                                               128, 129, 151, 191, 192, 193, 251, 300, 385};
  return lengths;
}

/// Multiply-adds that a point may cost: the reference does them one by one.
static constexpr int64_t kMaxWork = 12 << 20;

static void chooseSizes(const AttentionModel &model, Random &random, Point &point) {
  const std::vector<int64_t> &lengths = getLengths();
  // Every model walks the lengths of queries from another start, so that all occur.
  const size_t turn = size_t(model.number * 5 + point.number * 3);
  point.queries = lengths[turn % lengths.size()];
  point.keys = random.oneIn(4) ? point.queries : random.pick(lengths);
  point.batch = random.oneIn(20) ? 0 : random.range(1, 3);
  const auto getWork = [&] {
    return point.batch * model.queryHeads * point.queries * point.keys *
           (model.headDim + model.valueDim);
  };
  while (getWork() > kMaxWork) {
    if (point.batch > 1)
      --point.batch;
    else
      (point.queries > point.keys ? point.queries : point.keys) = random.pick(lengths);
  }
}

static void chooseOffsets(const AttentionModel &model, Random &random, Point &point) {
  if (!model.hasOffsets)
    return;
  if (model.hasFarOffsets && random.oneIn(2))
    point.queryOffset = point.keyOffset = (int64_t(1) << 33) - random.range(0, 64);
  switch (random.range(0, 4)) {
  case 0: // decoding, or a chunk of a prefill: the ends meet
    point.queryOffset += std::max<int64_t>(point.keys - point.queries, 0);
    break;
  case 1: // a ring's shard
    point.queryOffset += random.range(0, 200);
    point.keyOffset += random.range(0, 200);
    break;
  case 2:
    point.queryOffset -= random.range(0, 40);
    break;
  case 3:
    point.keyOffset += random.range(0, 60);
    break;
  default:
    break;
  }
}

static Point makePoint(const AttentionModel &model, uint64_t seed, int64_t number) {
  Random random(seed + kSizes, uint64_t(model.number), uint64_t(number));
  Point point;
  point.number = number;
  point.family = Family((model.number * 3 + number) % kNumFamilies);
  chooseSizes(model, random, point);
  chooseOffsets(model, random, point);
  point.threads = int32_t(random.pick<int64_t>({1, 1, 2, 3}));
  const std::vector<Layout> inputs = {Layout::Compact, Layout::Compact,    Layout::Transposed,
                                      Layout::Fused,   Layout::Padded,     Layout::SharedHead,
                                      Layout::Padded,  Layout::SharedBatch};
  point.queryLayout = random.pick(inputs);
  point.keyLayout = random.pick(inputs);
  point.valueLayout = random.pick(inputs);
  point.outputLayout =
      random.pick({Layout::Compact, Layout::Transposed, Layout::Fused, Layout::Padded});
  point.lseLayout = random.pick({Layout::Compact, Layout::Padded});
  return point;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

namespace {
/// Fills Q, K and V of one point. The value of an element is a function of where it is.
class ValueFiller {
public:
  ValueFiller(const AttentionModel &model, const Point &point, Random &random)
      : family(point.family), keys(point.keys), random(random) {
    // Of many magnitudes, so that the roundings of a dot product do not all go one way.
    double square = 0;
    for (int64_t d = 0; d < model.headDim; ++d) {
      direction.push_back((random.oneIn(2) ? 1 : -1) * (0.5 + random.uniform()));
      square += direction.back() * direction.back();
    }
    for (int64_t d = 0; d < model.valueDim; ++d)
      constants.push_back(random.normal());
    isConstant = family == Family::ConstantValue && !model.hasSink;
    // What makes a score of one of a dot product of `direction` with itself.
    const double scale = model.scale.value_or(1 / std::sqrt(double(model.headDim)));
    perScore = scale == 0 ? 0 : 1 / (scale * square);
    needle = random.pick<int64_t>({0, 31, 32, 47, 48, 63, 64, 95, 96, 127, 128, keys - 1});
    needle = std::min(needle, std::max<int64_t>(keys - 1, 0));
    poisonedQuery = random.range(0, std::max<int64_t>(point.queries - 1, 0));
    poisonedKey = random.range(0, std::max<int64_t>(keys - 1, 0));
  }

  double makeQuery(int64_t row, int64_t d) {
    switch (family) {
    case Family::Peaked:
      return 8 * random.normal();
    case Family::Uniform:
      return 0;
    case Family::Needle:
    case Family::Rising:
    case Family::Falling:
      return direction[size_t(d)];
    case Family::Integers:
      return double(random.range(-2, 2));
    case Family::Large:
      return direction[size_t(d)] * (row % 2 ? -60 : 60);
    case Family::NonFinite:
      if (row == poisonedQuery && d == 0)
        return std::numeric_limits<double>::quiet_NaN();
      return random.normal();
    default:
      return random.normal();
    }
  }

  double makeKey(int64_t row, int64_t d) {
    switch (family) {
    case Family::Needle:
      return direction[size_t(d)] * perScore * (row == needle ? 30 : 0) + 0.1 * random.normal();
    case Family::Rising:
      return direction[size_t(d)] * perScore * 3 * double(row);
    case Family::Falling:
      return direction[size_t(d)] * perScore * 3 * double(keys - row);
    case Family::Integers:
      return double(random.range(-2, 2));
    case Family::Large: // up to 60 * 50, of either sign
      return direction[size_t(d)] * perScore * double((row * 37 % 101) - 50);
    case Family::EqualKeys:
      return 0.75 * direction[size_t(d)];
    case Family::NonFinite:
      if (row == poisonedKey && d == 0)
        return std::numeric_limits<double>::quiet_NaN();
      return random.normal();
    default:
      return random.normal();
    }
  }

  double makeValue(int64_t d) {
    if (family == Family::Uniform || family == Family::Integers)
      return double(random.range(-8, 8));
    return isConstant ? constants[size_t(d)] : random.normal();
  }

private:
  Family family;
  int64_t keys;
  Random &random;
  std::vector<double> direction, constants;
  bool isConstant = false;
  double perScore = 0;
  int64_t needle = 0, poisonedQuery = 0, poisonedKey = 0;
};
} // namespace

/// Calls `make` with the row and column of every element of a rank-4 tensor.
template <typename Make> static void fillRows(const StridedTensor &tensor, Make make) {
  const int64_t rows = tensor.getShape()[2], columns = tensor.getShape()[3];
  for (int64_t i = 0, e = tensor.getNumElements(); i < e; ++i)
    attnc::storeElement(tensor.getType(), tensor.at(i), make(i / columns % rows, i % columns));
}

static void fill(const StridedTensor &tensor, double (*make)(Random &, int64_t), Random &random) {
  for (int64_t i = 0, e = tensor.getNumElements(); i < e; ++i)
    attnc::storeElement(tensor.getType(), tensor.at(i), make(random, i));
}

static StridedTensor makeDocumentIds(const Point &point, Random &random) {
  // Long enough for most positions; reads beyond are clamped.
  const int64_t length = random.range(0, std::max(point.queries, point.keys) + 100);
  StridedTensor ids(ElementType::I32, {point.batch, length}, Layout::Compact, random);
  const bool isSorted = random.oneIn(2);
  int64_t id = 0;
  for (int64_t i = 0, e = ids.getNumElements(); i < e; ++i) {
    id += random.oneIn(20);
    attnc::storeElement(ElementType::I32, ids.at(i), double(isSorted ? id : random.range(0, 2)));
  }
  return ids;
}

static StridedTensor makeCapture(const Capture &capture, const AttentionModel &model,
                                 const Point &point, Random &random) {
  const auto make = [&](ElementType type, std::vector<int64_t> shape) {
    return StridedTensor(type, std::move(shape), Layout::Compact, random);
  };
  // Of positions: sometimes too short, so that reads are clamped, sometimes empty.
  const int64_t rows = random.oneIn(8) ? 0 : random.range(1, point.queries + 50);
  const int64_t columns = random.range(1, point.keys + 50);
  switch (capture.kind) {
  case Capture::Kind::Slopes: {
    StridedTensor slopes = make(ElementType::F32, {model.queryHeads});
    fill(slopes, [](Random &, int64_t head) { return std::ldexp(1.0, -1 - int(head)); }, random);
    return slopes;
  }
  case Capture::Kind::Windows: {
    StridedTensor windows = make(ElementType::I32, {model.queryHeads});
    fill(windows, [](Random &r, int64_t) { return double(r.range(0, 90)); }, random);
    return windows;
  }
  case Capture::Kind::Table: {
    StridedTensor table = make(ElementType::F32, {64});
    fill(table, [](Random &r, int64_t) { return r.normal(); }, random);
    return table;
  }
  case Capture::Kind::Bias: {
    StridedTensor bias = make(ElementType::F32, {rows, columns});
    fill(bias, [](Random &r, int64_t) { return r.normal(); }, random);
    return bias;
  }
  case Capture::Kind::Allowed:
    break;
  }
  StridedTensor allowed = make(ElementType::Bool, {rows, columns});
  fill(allowed, [](Random &r, int64_t) { return double(r.range(0, 1)); }, random);
  return allowed;
}

Call AttentionModel::makeCall(uint64_t seed, int64_t number) const {
  const Point point = makePoint(*this, seed, number);
  Random random(seed + kValues, uint64_t(this->number), uint64_t(number));
  Call call;
  call.description = point.describe();
  call.threads = point.threads;
  const auto addTensor = [&](int64_t heads, int64_t length, int64_t dim, Layout layout) {
    call.tensors.emplace_back(type, std::vector<int64_t>{point.batch, heads, length, dim}, layout,
                              random);
  };
  addTensor(queryHeads, point.queries, headDim, point.queryLayout);
  addTensor(keyHeads, point.keys, headDim, point.keyLayout);
  addTensor(keyHeads, point.keys, valueDim, point.valueLayout);
  ValueFiller filler(*this, point, random);
  fillRows(call.tensors[0], [&](int64_t row, int64_t d) { return filler.makeQuery(row, d); });
  fillRows(call.tensors[1], [&](int64_t row, int64_t d) { return filler.makeKey(row, d); });
  fillRows(call.tensors[2], [&](int64_t, int64_t d) { return filler.makeValue(d); });

  if (hasOffsets)
    call.scalars = {point.queryOffset, point.keyOffset};
  if (readsDocumentIds)
    call.tensors.push_back(makeDocumentIds(point, random));
  if (hasSink) {
    call.tensors.emplace_back(ElementType::F32, std::vector<int64_t>{queryHeads}, Layout::Compact,
                              random);
    fill(call.tensors.back(), [](Random &r, int64_t) { return 2 * r.normal(); }, random);
  }
  for (const Capture &capture : captures)
    call.tensors.push_back(makeCapture(capture, *this, point, random));

  call.results.push_back({StridedTensor(type, {point.batch, queryHeads, point.queries, valueDim},
                                        point.outputLayout, random),
                          Rule::Bound});
  call.results.push_back({StridedTensor(ElementType::F32, {point.batch, queryHeads, point.queries},
                                        point.lseLayout, random),
                          Rule::Lse});
  return call;
}
