// Texts of masks and score changes, fixed and random.
#include "RegionText.h"

#include <algorithm>
#include <map>

using namespace grid;

std::string Capture::getType(int64_t heads) const {
  switch (kind) {
  case Kind::Slopes:
    return "tensor<" + std::to_string(heads) + "xf32>";
  case Kind::Windows:
    return "tensor<" + std::to_string(heads) + "xi32>";
  case Kind::Bias:
    return "tensor<?x?xf32>";
  case Kind::Table:
    return "tensor<?xf32>";
  case Kind::Allowed:
    return "tensor<?x?xi1>";
  }
  return "";
}

//===----------------------------------------------------------------------===//
// Random masks
//===----------------------------------------------------------------------===//

namespace {
/// Writes ops one by one; every op gets a fresh name.
class MaskWriter {
public:
  explicit MaskWriter(Random &random) : random(random) {}

  std::string write() {
    const std::string result = writeCondition(3);
    return "mask (%b, %h, %i, %j) {\n" + body + "    attn.yield " + result + " : i1\n  }";
  }

private:
  std::string add(const std::string &op) {
    const std::string name = "%x" + std::to_string(count++);
    body += "    " + name + " = " + op + "\n";
    return name;
  }

  /// Not 0: the verifier refuses a constant divisor of 0. As a value it comes from subtractions.
  std::string writeConstant() {
    const int64_t value = random.pick<int64_t>({1, 2, 3, 4, 7, 8, 16, 31, 32, 64, 96, 128, -1});
    return add("arith.constant " + std::to_string(value) + " : index");
  }

  std::string writeInteger(int depth) {
    if (depth == 0 || random.oneIn(4))
      return random.oneIn(4) ? writeConstant()
                             : random.pick<std::string>({"%i", "%j", "%i", "%j", "%h", "%b"});
    if (random.oneIn(8)) {
      const std::string condition = writeCondition(depth - 1);
      const std::string yes = writeInteger(depth - 1), no = writeInteger(depth - 1);
      return add("arith.select " + condition + ", " + yes + ", " + no + " : index");
    }
    const std::string op =
        random.pick<std::string>({"addi", "subi", "subi", "muli", "floordivsi", "divsi", "divui",
                                  "ceildivsi", "remsi", "remui", "maxsi", "minsi", "andi", "xori"});
    const bool isDivision = op.find("div") != std::string::npos || op[0] == 'r';
    const std::string left = writeInteger(depth - 1);
    const std::string right =
        isDivision && !random.oneIn(5) ? writeConstant() : writeInteger(depth - 1);
    return add("arith." + op + " " + left + ", " + right + " : index");
  }

  std::string writeCondition(int depth) {
    if (depth > 0 && random.oneIn(2)) {
      const std::string op = random.pick<std::string>({"andi", "ori", "ori", "xori"});
      const std::string left = writeCondition(depth - 1), right = writeCondition(depth - 1);
      return add("arith." + op + " " + left + ", " + right + " : i1");
    }
    const std::string predicate =
        random.pick<std::string>({"eq", "ne", "slt", "sle", "sgt", "sge", "ult", "uge"});
    const std::string left = writeInteger(2), right = writeInteger(2);
    return add("arith.cmpi " + predicate + ", " + left + ", " + right + " : index");
  }

  Random &random;
  std::string body;
  int count = 0;
};
} // namespace

RegionText grid::makeRandomMask(Random &random) { return {MaskWriter(random).write(), {}}; }

RegionText grid::makeNamedMask(const std::string &name) {
  if (name == "head_window")
    return {R"(mask (%b, %h, %i, %j) {
    %w = tensor.extract %windows[%h] : $windows
    %w64 = arith.index_cast %w : i32 to index
    %d = arith.subi %i, %j : index
    %r = arith.cmpi slt, %d, %w64 : index
    attn.yield %r : i1
  })",
            {{Capture::Kind::Windows, "windows"}}};
  if (name == "allowed")
    return {R"(mask (%b, %h, %i, %j) {
    %r = tensor.extract %allowed[%i, %j] : $allowed
    attn.yield %r : i1
  })",
            {{Capture::Kind::Allowed, "allowed"}}};
  return {R"(mask (%b, %h, %i, %j) {
    %c2 = arith.constant 2 : index
    %s = arith.addi %j, %b : index
    %p = arith.remsi %s, %c2 : index
    %c0 = arith.constant 0 : index
    %r = arith.cmpi eq, %p, %c0 : index
    attn.yield %r : i1
  })",
          {}};
}

//===----------------------------------------------------------------------===//
// Score changes
//===----------------------------------------------------------------------===//

namespace {
/// A change reads $s and defines $r; other names end in $n.
struct ScoreChange {
  std::string body;
  std::vector<Capture> captures;
};
} // namespace

static const std::map<std::string, ScoreChange> &getChangeTexts() {
  static const std::map<std::string, ScoreChange> changes = {
      {"alibi",
       {R"(    %slope$n = tensor.extract %slopes[%h] : $slopes
    %d$n = arith.subi %j, %i : index
    %e$n = arith.index_cast %d$n : index to i32
    %f$n = arith.sitofp %e$n : i32 to f32
    %g$n = arith.mulf %slope$n, %f$n : f32
    $r = arith.addf $s, %g$n : f32
)",
        {{Capture::Kind::Slopes, "slopes"}}}},
      {"softcap",
       {R"(    %cap$n = arith.constant 30.0 : f32
    %d$n = arith.divf $s, %cap$n : f32
    %t$n = math.tanh %d$n : f32
    $r = arith.mulf %t$n, %cap$n : f32
)",
        {}}},
      {"bias",
       {R"(    %a$n = tensor.extract %bias[%i, %j] : $bias
    $r = arith.addf $s, %a$n : f32
)",
        {{Capture::Kind::Bias, "bias"}}}},
      {"table",
       {R"(    %c$n = arith.constant 32 : index
    %d$n = arith.subi %j, %i : index
    %e$n = arith.addi %d$n, %c$n : index
    %a$n = tensor.extract %table[%e$n] : $table
    $r = arith.addf $s, %a$n : f32
)",
        {{Capture::Kind::Table, "table"}}}},
      {"head_scale",
       {R"(    %c$n = arith.constant 0.25 : f32
    %one$n = arith.constant 1.0 : f32
    %d$n = arith.index_cast %h : index to i32
    %e$n = arith.sitofp %d$n : i32 to f32
    %f$n = math.fma %e$n, %c$n, %one$n : f32
    $r = arith.mulf $s, %f$n : f32
)",
        {}}},
      {"abs", {"    $r = math.absf $s : f32\n", {}}},
      {"lifted_mask",
       {R"(    %c$n = arith.constant 3 : index
    %d$n = arith.addi %i, %j : index
    %e$n = arith.remui %d$n, %c$n : index
    %z$n = arith.constant 0 : index
    %keep$n = arith.cmpi ne, %e$n, %z$n : index
    %inf$n = arith.constant 0xFF800000 : f32
    $r = arith.select %keep$n, $s, %inf$n : f32
)",
        {}}},
      {"log1p",
       {R"(    %a$n = math.absf $s : f32
    %l$n = math.log1p %a$n : f32
    $r = math.copysign %l$n, $s : f32
)",
        {}}},
      {"erf",
       {R"(    %e$n = math.erf $s : f32
    $r = arith.addf $s, %e$n : f32
)",
        {}}},
  };
  return changes;
}

const std::vector<std::string> &grid::getScoreChanges() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> names;
    for (const auto &entry : getChangeTexts())
      names.push_back(entry.first);
    return names;
  }();
  return names;
}

static void replaceAll(std::string &text, const std::string &from, const std::string &to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

RegionText grid::makeScore(const std::vector<std::string> &changes) {
  RegionText region;
  std::string score = "%s";
  region.text = "score (%s, %b, %h, %i, %j) {\n";
  for (size_t n = 0; n < changes.size(); ++n) {
    const ScoreChange &change = getChangeTexts().at(changes[n]);
    const std::string number = std::to_string(n), result = "%r" + number;
    std::string body = change.body;
    replaceAll(body, "$n", number);
    replaceAll(body, "$s ", score + " ");
    replaceAll(body, "$s,", score + ",");
    replaceAll(body, "$r", result);
    region.text += body;
    score = result;
    for (const Capture &capture : change.captures)
      if (std::none_of(region.captures.begin(), region.captures.end(),
                       [&](const Capture &other) { return other.kind == capture.kind; }))
        region.captures.push_back(capture);
  }
  region.text += "    attn.yield " + score + " : f32\n  }";
  return region;
}

//===----------------------------------------------------------------------===//
// Random patterns
//===----------------------------------------------------------------------===//

static std::string makeRandomPattern(Random &random, int depth, bool &readsDocumentIds) {
  const auto number = [&](int64_t least, int64_t most) {
    return std::to_string(random.range(least, most));
  };
  if (depth > 0 && random.oneIn(2)) {
    if (random.oneIn(4))
      return "#attn.not<" + makeRandomPattern(random, depth - 1, readsDocumentIds) + ">";
    std::string text = random.oneIn(2) ? "#attn.any<[" : "#attn.all<[";
    for (int64_t n = 0, e = random.range(1, 3); n < e; ++n)
      text += (n ? ", " : "") + makeRandomPattern(random, depth - 1, readsDocumentIds);
    return text + "]>";
  }
  switch (random.range(0, 11)) {
  case 0:
    return "#attn.causal";
  case 1:
    return "#attn.causal<bottom_right>";
  case 2:
    return "#attn.window<" + number(1, 130) + ">";
  case 3:
    return "#attn.window<left = " + number(0, 70) + ", right = " + number(0, 70) + ">";
  case 4:
    return "#attn.sinks<" + number(0, 40) + ">";
  case 5:
    return "#attn.prefix<" + number(0, 100) + ">";
  case 6:
    return "#attn.chunked<" + number(1, 140) + ">";
  case 7:
    return "#attn.dilated<" + number(1, 9) + ">";
  case 8:
    return "#attn.strided<" + number(1, 5) + ", block = " + number(1, 40) + ">";
  case 9:
    return "#attn.block_local<" + number(1, 70) + ", neighbours = " + number(0, 2) + ">";
  case 10:
    return "#attn.global<" + number(0, 20) + ">";
  default:
    readsDocumentIds = true;
    return "#attn.document";
  }
}

std::string grid::makeRandomPatterns(Random &random, bool &readsDocumentIds) {
  std::string text = "mask = [";
  for (int64_t n = 0, e = random.range(1, 3); n < e; ++n)
    text += (n ? ", " : "") + makeRandomPattern(random, 2, readsDocumentIds);
  return text + "]";
}
