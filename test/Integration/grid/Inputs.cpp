// Chooses the sizes and layouts of points and fills their inputs.
#include "Inputs.h"

#include <algorithm>
#include <limits>

using namespace grid;
using attnc::ElementType;

/// Streams of random numbers of one point.
enum Stream : uint64_t { kSizes = 1 << 20, kValues = 2 << 20 };

const char *grid::getName(Family family) {
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
    text += std::string(" ") + std::initializer_list<const char *>{"compact",     "transposed",
                                                                   "fused",       "padded",
                                                                   "shared_head", "shared_batch"}
                                   .begin()[int(layout)];
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

static void chooseSizes(const Configuration &configuration, Random &random, Point &point) {
  const std::vector<int64_t> &lengths = getLengths();
  // Every configuration walks the lengths of queries from another start, so that all occur.
  const size_t turn = size_t(configuration.number * 5 + point.number * 3);
  point.queries = lengths[turn % lengths.size()];
  point.keys = random.oneIn(4) ? point.queries : random.pick(lengths);
  point.batch = random.oneIn(20) ? 0 : random.range(1, 3);
  const auto getWork = [&] {
    return point.batch * configuration.queryHeads * point.queries * point.keys *
           (configuration.headDim + configuration.valueDim);
  };
  while (getWork() > kMaxWork) {
    if (point.batch > 1)
      --point.batch;
    else
      (point.queries > point.keys ? point.queries : point.keys) = random.pick(lengths);
  }
}

static void chooseOffsets(const Configuration &configuration, Random &random, Point &point) {
  if (!configuration.hasOffsets)
    return;
  if (configuration.hasFarOffsets && random.oneIn(2))
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

Point grid::makePoint(const Configuration &configuration, uint64_t seed, int64_t number) {
  Random random(seed + kSizes, uint64_t(configuration.number), uint64_t(number));
  Point point;
  point.number = number;
  point.family = Family((configuration.number * 3 + number) % kNumFamilies);
  chooseSizes(configuration, random, point);
  chooseOffsets(configuration, random, point);
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
  ValueFiller(const Configuration &configuration, const Point &point, Random &random)
      : family(point.family), keys(point.keys), random(random) {
    // Of many magnitudes, so that the roundings of a dot product do not all go one way.
    double square = 0;
    for (int64_t d = 0; d < configuration.headDim; ++d) {
      direction.push_back((random.oneIn(2) ? 1 : -1) * (0.5 + random.uniform()));
      square += direction.back() * direction.back();
    }
    for (int64_t d = 0; d < configuration.valueDim; ++d)
      constants.push_back(random.normal());
    isConstant = family == Family::ConstantValue && !configuration.hasSink;
    // What makes a score of one of a dot product of `direction` with itself.
    const double scale = configuration.scale.value_or(1 / std::sqrt(double(configuration.headDim)));
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

static StridedTensor makeCapture(const Capture &capture, const Configuration &configuration,
                                 const Point &point, Random &random) {
  const auto make = [&](ElementType type, std::vector<int64_t> shape) {
    return StridedTensor(type, std::move(shape), Layout::Compact, random);
  };
  // Of positions: sometimes too short, so that reads are clamped, sometimes empty.
  const int64_t rows = random.oneIn(8) ? 0 : random.range(1, point.queries + 50);
  const int64_t columns = random.range(1, point.keys + 50);
  switch (capture.kind) {
  case Capture::Kind::Slopes: {
    StridedTensor slopes = make(ElementType::F32, {configuration.queryHeads});
    fill(slopes, [](Random &, int64_t head) { return std::ldexp(1.0, -1 - int(head)); }, random);
    return slopes;
  }
  case Capture::Kind::Windows: {
    StridedTensor windows = make(ElementType::I32, {configuration.queryHeads});
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

Inputs grid::makeInputs(const Configuration &configuration, const Point &point, uint64_t seed) {
  Random random(seed + kValues, uint64_t(configuration.number), uint64_t(point.number));
  Inputs inputs;
  const auto addTensor = [&](int64_t heads, int64_t length, int64_t dim, Layout layout) {
    inputs.tensors.emplace_back(
        configuration.type, std::vector<int64_t>{point.batch, heads, length, dim}, layout, random);
  };
  addTensor(configuration.queryHeads, point.queries, configuration.headDim, point.queryLayout);
  addTensor(configuration.keyHeads, point.keys, configuration.headDim, point.keyLayout);
  addTensor(configuration.keyHeads, point.keys, configuration.valueDim, point.valueLayout);
  ValueFiller filler(configuration, point, random);
  fillRows(inputs.tensors[0], [&](int64_t row, int64_t d) { return filler.makeQuery(row, d); });
  fillRows(inputs.tensors[1], [&](int64_t row, int64_t d) { return filler.makeKey(row, d); });
  fillRows(inputs.tensors[2], [&](int64_t, int64_t d) { return filler.makeValue(d); });

  if (configuration.hasOffsets)
    inputs.offsets = {point.queryOffset, point.keyOffset};
  if (configuration.readsDocumentIds)
    inputs.tensors.push_back(makeDocumentIds(point, random));
  if (configuration.hasSink) {
    inputs.tensors.emplace_back(ElementType::F32, std::vector<int64_t>{configuration.queryHeads},
                                Layout::Compact, random);
    fill(inputs.tensors.back(), [](Random &r, int64_t) { return 2 * r.normal(); }, random);
  }
  for (const Capture &capture : configuration.captures)
    inputs.tensors.push_back(makeCapture(capture, configuration, point, random));
  for (StridedTensor &tensor : inputs.tensors)
    tensor.freeze();
  return inputs;
}
