// Mutated models: whatever the text, the front half of the compiler answers and does not break.
#include "attnc/Driver/Limits.h"
#include "attnc/Driver/Model.h"
#include "attnc/Driver/PassFailure.h"
#include "attnc/InitAll.h"
#include "attnc/Pipelines.h"
#include "attnc/Target/CPU/ResolveTarget.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringExtras.h"
#include "gtest/gtest.h"

#include <cstdlib>
#include <random>

using namespace attnc;
using namespace mlir;

namespace {

constexpr llvm::StringLiteral kSeeds[] = {
    R"(
!q = tensor<?x4x?x16xf32>
!k = tensor<?x2x?x16xf32>
func.func @attend(%q: !q, %k: !k, %v: !k, %offset: index) -> (!q, tensor<?x4x?xf32>) {
  %o, %lse = attn.attention %q, %k, %v q_offset(%offset) {scale = 0.125 : f64}
    mask = [#attn.causal, #attn.any<[#attn.sinks<4>, #attn.window<64>, #attn.not<#attn.dilated<2>>]>]
    : (!q, !k, !k, index) -> (!q, tensor<?x4x?xf32>)
  return %o, %lse : !q, tensor<?x4x?xf32>
}
)",
    R"(
func.func @regions(%q: tensor<1x2x?x8xbf16>, %k: tensor<1x2x?x8xbf16>, %doc: tensor<1x?xi32>,
                   %slopes: tensor<2xf32>) -> tensor<1x2x?x8xbf16> {
  %o = attn.attention %q, %k, %k
    mask (%b, %h, %i, %j) {
      %di = tensor.extract %doc[%b, %i] : tensor<1x?xi32>
      %dj = tensor.extract %doc[%b, %j] : tensor<1x?xi32>
      %same = arith.cmpi eq, %di, %dj : i32
      attn.yield %same : i1
    } score (%s, %b, %h, %i, %j) {
      %slope = tensor.extract %slopes[%h] : tensor<2xf32>
      %distance = arith.subi %j, %i : index
      %narrow = arith.index_cast %distance : index to i32
      %float = arith.sitofp %narrow : i32 to f32
      %bias = arith.mulf %slope, %float : f32
      %sum = arith.addf %s, %bias : f32
      attn.yield %sum : f32
    } : (tensor<1x2x?x8xbf16>, tensor<1x2x?x8xbf16>, tensor<1x2x?x8xbf16>) -> tensor<1x2x?x8xbf16>
  return %o : tensor<1x2x?x8xbf16>
}
)",
    R"(
func.func @elementwise(%x: tensor<?x8xf32>, %y: tensor<?x8xf32>, %n: index) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %size = tensor.dim %x, %c0 : tensor<?x8xf32>
  %init = tensor.empty(%size) : tensor<?x8xf32>
  %z = linalg.map ins(%x, %y : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>)
    (%a: f32, %b: f32, %c: f32) {
      %m = arith.mulf %a, %b : f32
      %e = math.exp %m : f32
      linalg.yield %e : f32
    }
  return %z : tensor<?x8xf32>
}
)",
};

/// Words, numbers, sigiled names, strings, blanks and single characters.
std::vector<std::string> tokenize(llvm::StringRef text) {
  std::vector<std::string> tokens;
  auto isWord = [](char c) { return llvm::isAlnum(c) || c == '_' || c == '.'; };
  while (!text.empty()) {
    size_t length = 1;
    if (isWord(text[0]) || StringRef("%#!@^").contains(text[0]))
      while (length < text.size() && isWord(text[length]))
        ++length;
    tokens.push_back(text.take_front(length).str());
    text = text.drop_front(length);
  }
  return tokens;
}

class Mutator {
public:
  explicit Mutator(unsigned seed) : random(seed) {
    for (llvm::StringRef text : kSeeds) {
      seeds.push_back(tokenize(text));
      dictionary.insert(dictionary.end(), seeds.back().begin(), seeds.back().end());
    }
    for (const char *word : {"0",
                             "-1",
                             "9223372036854775807",
                             "4294967296",
                             "i1",
                             "i64",
                             "f16",
                             "f64",
                             "vector",
                             "memref",
                             "complex",
                             "none",
                             "*",
                             "dense",
                             "\"",
                             "{",
                             "}",
                             "<",
                             ">",
                             "(",
                             ")",
                             "->",
                             "#attn.document",
                             "#attn.prefix<3>",
                             "sink",
                             "kv_offset",
                             "arith.divsi",
                             "scf.for",
                             "func.call"})
      dictionary.push_back(word);
  }

  std::string make() {
    std::vector<std::string> tokens = seeds[pick(seeds.size())];
    for (size_t count = 1 + pick(3); count > 0; --count)
      mutate(tokens);
    return llvm::join(tokens, "");
  }

private:
  size_t pick(size_t size) { return random() % size; }

  void mutate(std::vector<std::string> &tokens) {
    size_t at = pick(tokens.size());
    switch (pick(5)) {
    case 0:
      tokens[at] = dictionary[pick(dictionary.size())];
      break;
    case 1:
      tokens[at] = std::to_string(pick(300));
      break;
    case 2:
      tokens.erase(tokens.begin() + at);
      break;
    case 3:
      tokens.insert(tokens.begin() + at, dictionary[pick(dictionary.size())]);
      break;
    case 4:
      std::swap(tokens[at], tokens[pick(tokens.size())]);
      break;
    }
  }

  std::mt19937 random;
  std::vector<std::vector<std::string>> seeds;
  std::vector<std::string> dictionary;
};

// linalg.generic stays out: its parser takes attributes of the wrong kind at their word.

/// Parses `text` and, where that succeeds, runs the stages up to buffers. Returns "" or what broke.
std::string compileFront(llvm::StringRef text, const DialectRegistry &registry,
                         const std::vector<Stage> &stages) {
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  std::string diagnostics;
  llvm::raw_string_ostream os(diagnostics);
  DiagnosticPrinter printer(&context, text, "mutated.mlir", os);
  OwningOpRef<ModuleOp> module;
  if (parseModel(printer, module) != ExitCode::Success)
    return diagnostics.empty() ? "refused without a message" : "";
  for (const Stage &stage : stages) {
    PassManager manager(&context);
    stage.addPasses(manager);
    PassFailure failure(&context);
    manager.addInstrumentation(failure.makeInstrumentation());
    if (failed(manager.run(*module)))
      return failure.getReason().str();
    if (stage.name == "buffers")
      break;
  }
  return "";
}

TEST(Mutation, IsAnsweredByADiagnosticOrCode) {
  const char *given = std::getenv("ATTNC_TEST_SEED");
  unsigned seed = given ? std::strtoul(given, nullptr, 10) : 20261124;
  RecordProperty("seed", seed);
  DialectRegistry registry;
  registerAllDialects(registry);
  std::vector<Stage> stages = getCpuStages(llvm::cantFail(resolveCpuTarget("", "")));
  Mutator mutator(seed);
  for (unsigned count = 0; count < 4000; ++count) {
    std::string text = mutator.make();
    ASSERT_EQ(compileFront(text, registry, stages), "")
        << "seed " << seed << ", model " << count << ":\n"
        << text;
  }
}

} // namespace
