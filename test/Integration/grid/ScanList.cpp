// The list of scan and convolution models.
#include "ConvModel.h"
#include "ScanModel.h"

#include <functional>
#include <limits>

using namespace grid;
using attnc::ElementType;

static constexpr ElementType kTypes[] = {ElementType::F32, ElementType::BF16, ElementType::F16};

namespace {
/// Collects models; types take turns unless one is asked for.
class List {
public:
  ScanModel &addScan(const std::string &name, std::optional<ElementType> type = std::nullopt) {
    ScanModel &model = add<ScanModel>("scan " + name);
    model.type = type.value_or(kTypes[model.number % 3]);
    // A spread of ordinary sizes where the size is not the point.
    const int64_t sizes[][2] = {{24, 16}, {17, 8}, {40, 5}, {64, 4}};
    model.deltas = sizes[model.number % 4][0];
    model.numStates = sizes[model.number % 4][1];
    return model;
  }

  /// With heads of `headDim` channels.
  ScanModel &addHeads(const std::string &name, int64_t heads, int64_t headDim) {
    ScanModel &model = addScan(name);
    setHeads(model, heads, headDim);
    return model;
  }

  ConvModel &addConv(const std::string &name, std::optional<ElementType> type = std::nullopt) {
    ConvModel &model = add<ConvModel>("conv " + name);
    model.type = type.value_or(kTypes[model.number % 3]);
    const int64_t channels[] = {24, 17, 64, 8};
    model.channels = channels[model.number % 4];
    return model;
  }

  static void setHeads(ScanModel &model, int64_t heads, int64_t headDim) {
    model.hasHeads = true;
    model.decay = ScanModel::Decay::Shared;
    model.deltas = heads;
    model.headDim = headDim;
  }

  ModelList models;

private:
  template <typename T> T &add(const std::string &name) {
    auto model = std::make_unique<T>();
    T &added = *model;
    added.number = int64_t(models.size());
    added.name = name;
    models.push_back(std::move(model));
    return added;
  }
};

struct ScanOption {
  const char *name;
  void (*set)(ScanModel &model);
};
} // namespace

/// Everything that a scan may have besides its operands.
static const ScanOption kScanOptions[] = {
    {"skip", [](ScanModel &m) { m.skip = ScanModel::Skip::PerDelta; }},
    {"gate", [](ScanModel &m) { m.hasGate = true; }},
    {"bias", [](ScanModel &m) { m.hasBias = true; }},
    {"softplus", [](ScanModel &m) { m.hasSoftplus = true; }},
    {"threshold",
     [](ScanModel &m) {
       m.hasSoftplus = true;
       m.threshold = 0.5;
     }},
    {"limits", [](ScanModel &m) { m.limits = {0.004, 0.05}; }},
    {"limits_open",
     [](ScanModel &m) {
       m.hasSoftplus = true;
       m.limits = {0.002, std::numeric_limits<double>::infinity()};
     }},
    {"init", [](ScanModel &m) { m.hasInit = true; }},
    {"reset", [](ScanModel &m) { m.hasReset = true; }},
    {"sequences", [](ScanModel &m) { m.hasSequences = true; }},
    {"reverse", [](ScanModel &m) { m.isReversed = true; }},
    {"constant_b", [](ScanModel &m) { m.hasConstantB = true; }},
    {"constant_c", [](ScanModel &m) { m.hasConstantC = true; }},
    {"groups", [](ScanModel &m) { m.groups = m.deltas % 2 ? m.deltas : 2; }},
    {"f32_delta", [](ScanModel &m) { m.isDeltaF32 = true; }},
    {"f32_bc", [](ScanModel &m) { m.isBF32 = m.isCF32 = true; }},
    {"f32_gate", [](ScanModel &m) { m.hasGate = m.isGateF32 = true; }},
};

static void addScanSizes(List &list) {
  for (ElementType type : kTypes)
    for (int64_t states : {1, 3, 16, 64, 128, 255}) {
      ScanModel &model = list.addScan("states", type);
      model.deltas = 8;
      model.numStates = states;
      model.hasSoftplus = true;
    }
  for (int64_t channels : {1, 3, 5, 8, 16, 17, 33, 64, 100, 130}) {
    for (int64_t states : {16, 5}) {
      ScanModel &model = list.addScan("channels");
      model.deltas = channels;
      model.numStates = states;
      model.hasGate = model.hasSoftplus = states == 16;
    }
    ScanModel &model = list.addScan("channels shared_decay");
    model.deltas = channels;
    model.numStates = 6;
    model.decay = ScanModel::Decay::Shared;
  }
  for (int64_t groups : {1, 2, 6, 12}) {
    ScanModel &model = list.addScan("groups");
    model.deltas = 12;
    model.groups = groups;
    ScanModel &heads = list.addHeads("heads groups", 12, 3);
    heads.groups = groups;
  }
  const int64_t sizes[][2] = {{1, 1}, {2, 5}, {4, 64}, {3, 16}, {5, 33}, {2, 130}, {24, 8}, {7, 7}};
  for (const auto &size : sizes)
    for (int64_t states : {16, 64, 3}) {
      ScanModel &model = list.addHeads("heads", size[0], size[1]);
      model.numStates = states;
      model.hasSoftplus = model.hasBias = states != 3;
      model.skip = states == 16  ? ScanModel::Skip::PerChannel
                   : states == 3 ? ScanModel::Skip::PerDelta
                                 : ScanModel::Skip::None;
    }
}

static void addScanOptions(List &list) {
  for (const ScanOption &option : kScanOptions) {
    option.set(list.addScan(option.name, ElementType::F32));
    option.set(list.addScan(option.name));
    option.set(list.addHeads(std::string("heads ") + option.name, 4, 9));
  }
  // What changes the order or the reach of time, together.
  for (const auto &names :
       {std::vector<const char *>{"reverse", "init"},
        {"reverse", "init", "reset"},
        {"reverse", "init", "sequences"},
        {"init", "reset"},
        {"init", "sequences"},
        {"init", "sequences", "reset"},
        {"bias", "softplus", "limits", "gate", "skip"},
        {"softplus", "threshold", "init", "reverse", "sequences", "reset", "gate", "skip", "bias"},
        {"constant_b", "constant_c", "init"},
        {"f32_delta", "f32_bc", "f32_gate", "softplus"},
        {"f32_delta", "softplus", "bias"},
        {"f32_bc", "groups"}})
    for (bool hasHeads : {false, true}) {
      std::string name;
      for (const char *option : names)
        name += (name.empty() ? "" : "+") + std::string(option);
      ScanModel &model = hasHeads ? list.addHeads("heads " + name, 3, 16) : list.addScan(name);
      for (const ScanOption &option : kScanOptions)
        for (const char *wanted : names)
          if (std::string(option.name) == wanted)
            option.set(model);
    }
  for (bool hasGate : {false, true})
    for (int64_t headDim : {1, 20}) {
      ScanModel &model = headDim == 1 ? list.addScan("no_last_state")
                                      : list.addHeads("heads no_last_state", 2, headDim);
      model.hasLastState = false;
      model.hasGate = model.hasInit = hasGate;
    }
}

static void addPowers(List &list) {
  for (ScanModel::Decay decay : {ScanModel::Decay::Powers, ScanModel::Decay::AlmostPowers})
    for (int64_t states : {1, 2, 3, 4, 16, 37, 64}) {
      ScanModel &model =
          list.addScan(decay == ScanModel::Decay::Powers ? "powers" : "almost_powers",
                       states % 2 ? std::optional<ElementType>() : ElementType::F32);
      model.decay = decay;
      model.numStates = states;
      model.hasSoftplus = states != 4;
      model.hasReset = states == 16;
      model.isReversed = states == 3;
      model.hasInit = states > 2;
    }
}

static void addStaticScans(List &list) {
  const int64_t sizes[][3] = {{1, 1, 8},   {1, 31, 17}, {2, 32, 64}, {1, 33, 130},
                              {3, 64, 16}, {1, 128, 5}, {1, 100, 1}, {2, 1, 33}};
  for (const auto &size : sizes) {
    ScanModel &model = list.addScan("static");
    model.staticBatch = size[0];
    model.staticLength = size[1];
    model.deltas = size[2];
    model.hasInit = model.hasSoftplus = true;
    ScanModel &heads = list.addHeads("heads static", 2, size[2]);
    heads.staticBatch = size[0];
    heads.staticLength = size[1];
    heads.hasGate = heads.hasReset = true;
  }
  ScanModel &sequences = list.addScan("static sequences");
  sequences.hasSequences = sequences.hasInit = true;
  sequences.staticLength = 70;
  sequences.staticSequences = 3;
}

static void addConvs(List &list) {
  for (ElementType type : kTypes)
    for (int64_t width = 2; width <= 8; ++width) {
      ConvModel &model = list.addConv("width", type);
      model.width = width;
      model.hasSilu = model.hasBias = width % 2 == 0;
    }
  for (int64_t channels : {1, 3, 5, 8, 16, 17, 33, 64, 100, 130})
    list.addConv("channels").channels = channels;
  const std::pair<const char *, void (*)(ConvModel &)> options[] = {
      {"bias", [](ConvModel &m) { m.hasBias = true; }},
      {"silu", [](ConvModel &m) { m.hasSilu = true; }},
      {"init", [](ConvModel &m) { m.hasInit = true; }},
      {"reset", [](ConvModel &m) { m.hasReset = true; }},
      {"init+reset", [](ConvModel &m) { m.hasInit = m.hasReset = true; }},
      {"sequences", [](ConvModel &m) { m.hasSequences = true; }},
      {"init+sequences", [](ConvModel &m) { m.hasInit = m.hasSequences = true; }},
      {"init+sequences+reset",
       [](ConvModel &m) { m.hasInit = m.hasSequences = m.hasReset = true; }},
      {"f32_weight", [](ConvModel &m) { m.isWeightF32 = m.isBiasF32 = m.hasBias = true; }},
      {"f32_bias", [](ConvModel &m) { m.isBiasF32 = m.hasBias = true; }},
      {"no_window", [](ConvModel &m) { m.hasLastWindow = false; }},
  };
  for (const auto &[name, set] : options)
    for (int64_t width : {4, 2, 7}) {
      ConvModel &model = list.addConv(name);
      model.width = width;
      set(model);
    }
  const int64_t sizes[][4] = {{1, 1, 8, 4}, {2, 2, 16, 8}, {1, 33, 64, 4}, {2, 100, 17, 3}};
  for (const auto &size : sizes) {
    ConvModel &model = list.addConv("static");
    model.staticBatch = size[0];
    model.staticLength = size[1];
    model.channels = size[2];
    model.width = size[3];
    model.hasInit = true;
  }
}

//===----------------------------------------------------------------------===//
// Random combinations
//===----------------------------------------------------------------------===//

static void randomize(ScanModel &model, Random &random) {
  model.type = random.pick({ElementType::F32, ElementType::BF16, ElementType::F16});
  if (random.oneIn(2))
    List::setHeads(model, random.range(1, 6), random.range(1, 70));
  else
    model.deltas = random.range(1, 140);
  model.numStates = random.oneIn(3) ? random.range(1, 80) : random.pick<int64_t>({4, 8, 16, 32});
  for (const ScanOption &option : kScanOptions)
    if (random.oneIn(3))
      option.set(model);
  if (model.skip != ScanModel::Skip::None && random.oneIn(2))
    model.skip = ScanModel::Skip::PerChannel;
  if (!model.hasHeads && random.oneIn(3))
    model.decay = model.deltas * model.numStates > 512
                      ? ScanModel::Decay::Shared
                      : random.pick({ScanModel::Decay::Shared, ScanModel::Decay::Powers});
}

static void randomize(ConvModel &model, Random &random) {
  model.type = random.pick({ElementType::F32, ElementType::BF16, ElementType::F16});
  model.channels = random.range(1, 140);
  model.width = random.range(2, 8);
  for (bool *option : {&model.hasBias, &model.hasSilu, &model.hasInit, &model.hasReset,
                       &model.hasSequences, &model.isWeightF32, &model.isBiasF32})
    *option = random.oneIn(2);
}

static void describeSizes(Model &model) {
  const auto number = [](const char *name, int64_t value) { return name + std::to_string(value); };
  if (const auto *scan = dynamic_cast<const ScanModel *>(&model)) {
    model.name += std::string(" ") + attnc::getName(scan->type) +
                  number(scan->hasHeads ? " H" : " D", scan->deltas) +
                  (scan->hasHeads ? number("xP", scan->headDim) : "") +
                  number(" N", scan->numStates) + number(" G", scan->groups);
  } else if (const auto *conv = dynamic_cast<const ConvModel *>(&model)) {
    model.name += std::string(" ") + attnc::getName(conv->type) + number(" D", conv->channels) +
                  number(" W", conv->width);
  }
}

ModelList grid::makeScanModels(uint64_t seed, int64_t count) {
  List list;
  addScanSizes(list);
  addScanOptions(list);
  addPowers(list);
  addStaticScans(list);
  addConvs(list);
  while (int64_t(list.models.size()) < count) {
    Random random(seed, list.models.size());
    if (random.oneIn(5))
      randomize(list.addConv("random"), random);
    else
      randomize(list.addScan("random"), random);
  }
  for (std::unique_ptr<Model> &model : list.models)
    describeSizes(*model);
  return std::move(list.models);
}
