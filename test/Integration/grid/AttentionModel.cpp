// The list of attention models and their texts.
#include "AttentionModel.h"

#include <cstdio>

using namespace grid;
using attnc::ElementType;

//===----------------------------------------------------------------------===//
// Model text
//===----------------------------------------------------------------------===//

static void replaceTypes(std::string &text, const std::vector<Capture> &captures, int64_t heads) {
  for (const Capture &capture : captures) {
    const std::string mark = "$" + capture.name;
    for (size_t at; (at = text.find(mark)) != std::string::npos;)
      text.replace(at, mark.size(), capture.getType(heads));
  }
}

std::string AttentionModel::getText() const {
  const auto tensor = [&](int64_t heads, int64_t size) {
    return "tensor<?x" + std::to_string(heads) + "x?x" + std::to_string(size) + "x" +
           attnc::getName(type) + ">";
  };
  const std::string q = tensor(queryHeads, headDim), k = tensor(keyHeads, headDim);
  const std::string v = tensor(keyHeads, valueDim), o = tensor(queryHeads, valueDim);
  const std::string lse = "tensor<?x" + std::to_string(queryHeads) + "x?xf32>";

  std::string arguments = "%q: " + q + ", %k: " + k + ", %v: " + v, operands = "%q, %k, %v";
  std::string types = q + ", " + k + ", " + v;
  const auto addOperand = [&](const std::string &word, const std::string &name,
                              const std::string &type) {
    arguments += ", %" + name + ": " + type;
    operands += " " + word + "(%" + name + ")";
    types += ", " + type;
  };
  if (hasOffsets) {
    addOperand("q_offset", "qo", "index");
    addOperand("kv_offset", "ko", "index");
  }
  if (readsDocumentIds)
    addOperand("document_ids", "ids", "tensor<?x?xi32>");
  if (hasSink)
    addOperand("sink", "sink", "tensor<" + std::to_string(queryHeads) + "xf32>");
  for (const Capture &capture : captures)
    arguments += ", %" + capture.name + ": " + capture.getType(queryHeads);
  if (scale) {
    char text[64];
    std::snprintf(text, sizeof(text), " {scale = %.17e : f64}", *scale);
    operands += text;
  }
  std::string regions = mask + " " + score;
  replaceTypes(regions, captures, queryHeads);
  return "func.func @attention(" + arguments + ") -> (" + o + ", " + lse +
         ") {\n  %o, %lse = attn.attention " + operands + " " + regions + "\n    : (" + types +
         ") -> (" + o + ", " + lse + ")\n  return %o, %lse : " + o + ", " + lse + "\n}\n";
}

//===----------------------------------------------------------------------===//
// The fixed list
//===----------------------------------------------------------------------===//

static constexpr ElementType kTypes[] = {ElementType::F32, ElementType::BF16, ElementType::F16};

static void setSizes(AttentionModel &model, int64_t headDim, int64_t valueDim, int64_t queryHeads,
                     int64_t keyHeads) {
  model.headDim = headDim;
  model.valueDim = valueDim;
  model.queryHeads = queryHeads;
  model.keyHeads = keyHeads;
}

static void addCaptures(AttentionModel &model, const std::vector<Capture> &captures) {
  for (const Capture &capture : captures) {
    bool isKnown = false;
    for (const Capture &known : model.captures)
      isKnown |= known.kind == capture.kind;
    if (!isKnown)
      model.captures.push_back(capture);
  }
}

static void setMask(AttentionModel &model, const RegionText &region) {
  model.mask = region.text;
  addCaptures(model, region.captures);
}

static void setScore(AttentionModel &model, const RegionText &region) {
  model.score = region.text;
  addCaptures(model, region.captures);
}

namespace {
/// Collects models; types take turns unless one is asked for.
class List {
public:
  AttentionModel &add(const std::string &name, std::optional<ElementType> type = std::nullopt) {
    const size_t number = models.size();
    models.push_back(std::make_unique<AttentionModel>());
    AttentionModel &model = *models.back();
    model.number = int64_t(number);
    model.name = name;
    model.type = type.value_or(kTypes[number % 3]);
    // A spread of ordinary sizes where the size is not the point.
    const int64_t dims[] = {64, 32, 40, 80, 16}, heads[][2] = {{2, 1}, {1, 1}, {4, 2}, {3, 3}};
    const int64_t headDim = dims[number % 5];
    const auto &headPair = heads[number % 4];
    setSizes(model, headDim, headDim, headPair[0], headPair[1]);
    return model;
  }
  std::vector<std::unique_ptr<AttentionModel>> models;
};
} // namespace

static void addHeadDims(List &list) {
  for (ElementType type : kTypes)
    for (int64_t dim : {40, 64, 80, 96, 128})
      setSizes(list.add("head_dim", type), dim, dim, 2, 1);
  for (int64_t dim : {1, 2, 3, 5, 7, 8, 13, 16, 17, 24, 31, 33, 48, 72, 100, 127, 160, 192, 255})
    setSizes(list.add("head_dim"), dim, dim, 1, 1);
  for (int64_t dim : {256, 464})
    for (ElementType type : {ElementType::F32, ElementType::BF16})
      setSizes(list.add("head_dim", type), dim, dim, 1, 1);
  const int64_t pairs[][2] = {{64, 128}, {192, 128}, {40, 17}, {1, 64}, {96, 1}, {576 - 64, 464}};
  for (const auto &pair : pairs)
    setSizes(list.add("value_dim"), pair[0], pair[1], 2, 1);
}

static void addMasks(List &list) {
  const char *patterns[] = {
      "#attn.causal",
      "#attn.causal<bottom_right>",
      "#attn.window<1>",
      "#attn.window<37>",
      "#attn.causal, #attn.window<64>",
      "#attn.window<left = 20, right = 9>",
      "#attn.window<left = 0, right = 0>",
      "#attn.window<9223372036854775807>",
      "#attn.sinks<5>",
      "#attn.causal, #attn.any<[#attn.sinks<4>, #attn.window<48>]>",
      "#attn.prefix<50>",
      "#attn.chunked<48>",
      "#attn.causal, #attn.chunked<64>",
      "#attn.dilated<3>",
      "#attn.causal, #attn.dilated<4>, #attn.window<90>",
      "#attn.strided<7>",
      "#attn.strided<3, block = 32>",
      "#attn.block_local<33>",
      "#attn.block_local<16, neighbours = 2>",
      "#attn.global<6>",
      "#attn.any<[#attn.global<3>, #attn.window<left = 8, right = 8>]>",
      "#attn.document",
      "#attn.causal, #attn.document",
      "#attn.not<#attn.causal>",
      "#attn.any<[]>",
      "#attn.any<[#attn.all<[#attn.not<#attn.window<20>>, #attn.chunked<100>]>, #attn.sinks<2>]>",
  };
  for (const char *pattern : patterns) {
    AttentionModel &model = list.add(std::string("mask ") + pattern);
    model.mask = std::string("mask = [") + pattern + "]";
    model.readsDocumentIds = model.mask.find("document") != std::string::npos;
    model.hasOffsets = model.number % 2 == 0;
  }
  for (const char *name : {"head_window", "allowed", "batch_parity"})
    setMask(list.add(std::string("mask region ") + name), makeNamedMask(name));
}

static void addScores(List &list) {
  for (const std::string &change : getScoreChanges())
    setScore(list.add("score " + change), makeScore({change}));
  AttentionModel &both = list.add("score alibi+softcap");
  both.mask = "mask = [#attn.causal]";
  setScore(both, makeScore({"alibi", "softcap"}));
}

static void addOptions(List &list) {
  for (const char *mask : {"", "#attn.causal", "#attn.causal<bottom_right>", "#attn.window<40>"}) {
    AttentionModel &model = list.add("offsets");
    model.hasOffsets = true;
    if (*mask)
      model.mask = std::string("mask = [") + mask + "]";
  }
  for (const char *mask : {"#attn.causal", "#attn.causal, #attn.chunked<64>"}) {
    AttentionModel &model = list.add("far offsets");
    model.hasOffsets = model.hasFarOffsets = true;
    model.mask = std::string("mask = [") + mask + "]";
  }
  for (const char *mask : {"", "#attn.causal", "#attn.any<[]>"}) {
    AttentionModel &model = list.add("sink");
    model.hasSink = true;
    if (*mask)
      model.mask = std::string("mask = [") + mask + "]";
  }
  for (double scale : {0.0, 1.0, -0.3, 0.015625})
    list.add("scale").scale = scale;
  const int64_t heads[][2] = {{8, 1}, {6, 2}, {5, 5}};
  for (const auto &pair : heads)
    setSizes(list.add("heads"), 32, 32, pair[0], pair[1]);
}

static List makeFixedList() {
  List list;
  addHeadDims(list);
  addMasks(list);
  addScores(list);
  addOptions(list);
  return list;
}

//===----------------------------------------------------------------------===//
// Random combinations
//===----------------------------------------------------------------------===//

static void randomize(AttentionModel &model, Random &random) {
  model.type = random.pick({ElementType::F32, ElementType::BF16, ElementType::F16});
  const int64_t keyHeads = random.range(1, 3), group = random.range(1, 3);
  const int64_t headDim = random.oneIn(3) ? random.range(1, 144) : 16 * random.range(1, 8);
  setSizes(model, headDim, random.oneIn(3) ? random.range(1, 144) : headDim, keyHeads * group,
           keyHeads);
  model.hasOffsets = random.oneIn(2);
  model.hasSink = random.oneIn(4);
  if (random.oneIn(5))
    model.scale = random.normal() * 0.2;
  if (!random.oneIn(4)) {
    if (random.oneIn(2))
      setMask(model, makeRandomMask(random));
    else
      model.mask = makeRandomPatterns(random, model.readsDocumentIds);
  }
  if (random.oneIn(2)) {
    std::vector<std::string> changes;
    for (int64_t n = 0, e = random.range(1, 3); n < e; ++n)
      changes.push_back(random.pick(getScoreChanges()));
    setScore(model, makeScore(changes));
  }
}

static void describeSizes(AttentionModel &model) {
  const auto number = [](int64_t value) { return std::to_string(value); };
  model.name += std::string(" ") + attnc::getName(model.type) + " d" + number(model.headDim) +
                (model.valueDim != model.headDim ? "/" + number(model.valueDim) : "") + " h" +
                number(model.queryHeads) + "/" + number(model.keyHeads);
}

ModelList grid::makeAttentionModels(uint64_t seed, int64_t count) {
  List list = makeFixedList();
  while (int64_t(list.models.size()) < count) {
    AttentionModel &model = list.add("random");
    Random random(seed, uint64_t(model.number));
    randomize(model, random);
  }
  ModelList models;
  for (std::unique_ptr<AttentionModel> &model : list.models) {
    describeSizes(*model);
    models.push_back(std::move(model));
  }
  return models;
}
