// What attn-expand-math makes of exp, log, tanh and erf, compiled for this CPU and swept densely.
#include "attnc/InitAll.h"
#include "attnc/Pipelines.h"
#include "attnc/Target/CPU/Codegen.h"
#include "attnc/Target/CPU/Link.h"
#include "attnc/Target/CPU/ResolveTarget.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <fstream>
#include <unistd.h>

using namespace attnc;

namespace {
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr double kLeastNormal = 0x1p-126;

/// MLIR's descriptor of a memref of rank 1.
struct Buffer {
  float *allocated, *aligned;
  int64_t offset, size, stride;
};

/// A function of one f32 vector op, applied to whole arrays, for this machine's CPU.
class Function {
public:
  explicit Function(const std::string &op) {
    std::string error = compile(op);
    EXPECT_EQ(error, "");
  }
  ~Function() {
    if (library)
      dlclose(library);
  }

  /// Applies the function in place to a number of elements that is a multiple of 16.
  void apply(std::vector<float> &values) const {
    Buffer buffer = {values.data(), values.data(), 0, int64_t(values.size()), 1};
    if (entry)
      entry(&buffer, &buffer);
  }
  float operator()(float x) const {
    std::vector<float> values(16, x);
    apply(values);
    return values[3];
  }

private:
  static std::string getText(const std::string &op, int64_t lanes) {
    std::string vector = "vector<" + std::to_string(lanes) + "xf32>";
    return "func.func @apply(%x: memref<?xf32>, %y: memref<?xf32>) "
           "attributes {llvm.emit_c_interface} {\n"
           "%c0 = arith.constant 0 : index\n%step = arith.constant " +
           std::to_string(lanes) +
           " : index\n%n = memref.dim %x, %c0 : memref<?xf32>\n"
           "scf.for %i = %c0 to %n step %step {\n"
           "%v = vector.load %x[%i] : memref<?xf32>, " +
           vector + "\n%r = " + op + " : " + vector +
           "\nvector.store %r, %y[%i] : memref<?xf32>, " + vector + "\n}\nreturn\n}\n";
  }

  /// An empty string, or why there is no function to call.
  std::string compile(const std::string &op) {
    auto native = resolveCpuTarget("", "native");
    if (!native)
      return llvm::toString(native.takeError());
    const CpuTarget &target = *native;
    std::string text = getText(op, getVectorUnit(target.triple, target.features).lanes);
    mlir::DialectRegistry registry;
    registerAllDialects(registry);
    mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
    auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    if (!module)
      return "cannot parse " + text;
    mlir::PassManager manager(&context, mlir::ModuleOp::getOperationName());
    getCpuStages(target).back().addPasses(manager);
    if (failed(manager.run(*module)))
      return "cannot lower " + text;
    // The stage hides what has no interface of attnc.
    auto wrapper = module->lookupSymbol<mlir::LLVM::LLVMFuncOp>("_mlir_ciface_apply");
    wrapper.setLinkage(mlir::LLVM::Linkage::External);
    auto object = compileToObject(*module, target, 2);
    if (!object)
      return llvm::toString(object.takeError());

    // dlopen knows libraries by their path: each needs its own.
    static int count = 0;
    std::string path = testing::TempDir() + "attnc-expand-math-" + std::to_string(getpid()) + "-" +
                       std::to_string(count++);
    LinkOptions options;
    options.triple = target.triple;
    options.objects = {path + ".o"};
    options.versionScript = path + ".map";
    options.output = path + ".so";
    options.exports = {"_mlir_ciface_apply"};
    auto runtime = findRuntimeLibrary(target.triple);
    if (!runtime)
      return llvm::toString(runtime.takeError());
    options.runtimeLibrary = *runtime;
    std::ofstream(options.objects.front(), std::ios::binary)
        .write(object->data(), std::streamsize(object->size()));
    llvm::Error error = linkSharedLibrary(options);
    if (!error)
      library = dlopen(options.output.c_str(), RTLD_NOW | RTLD_LOCAL);
    for (const std::string &file : {options.objects.front(), options.versionScript, options.output})
      std::remove(file.c_str());
    if (error)
      return llvm::toString(std::move(error));
    if (!library)
      return dlerror();
    entry = reinterpret_cast<Entry>(dlsym(library, "_mlir_ciface_apply"));
    return entry ? "" : "the function is missing";
  }

  using Entry = void (*)(Buffer *, Buffer *);
  void *library = nullptr;
  Entry entry = nullptr;
};

/// Calls check(x, f(x)) for every `stride`-th float that isWanted; with a prime stride all
/// exponents and all kinds of mantissas occur. The check returns whether it passes; the first
/// failure ends it.
template <typename Wanted, typename Check>
void sweep(const Function &function, uint32_t stride, Wanted isWanted, Check check) {
  constexpr size_t kBlock = size_t(1) << 16;
  std::vector<float> inputs, results;
  auto flush = [&] {
    while (inputs.size() % 16 != 0)
      inputs.push_back(inputs.back());
    results = inputs;
    function.apply(results);
    for (size_t n = 0; n < inputs.size(); ++n)
      if (!check(inputs[n], results[n])) {
        ADD_FAILURE() << "f(" << std::hexfloat << inputs[n] << ") = " << results[n];
        return false;
      }
    inputs.clear();
    return true;
  };
  for (uint64_t bits = 0; bits <= UINT32_MAX; bits += stride) {
    uint32_t word = uint32_t(bits);
    float x;
    std::memcpy(&x, &word, sizeof(x));
    if (isWanted(x))
      inputs.push_back(x);
    if (inputs.size() == kBlock && !flush())
      return;
  }
  if (!inputs.empty())
    flush();
}

/// Whether exp is as good as the pass says, for x where the result is a normal number.
bool isGoodExp(double x, double actual) {
  double expected = std::exp(x);
  double bound = 0x1p-22 + 0x1.4p-24 * std::fabs(x);
  if (expected < kLeastNormal)
    return actual >= 0 && actual <= kLeastNormal * (1 + bound);
  if (expected * (1 - bound) > std::numeric_limits<float>::max())
    return actual == kInfinity;
  // Next to the largest number, both are right.
  if (expected * (1 + bound) > std::numeric_limits<float>::max() && actual == kInfinity)
    return true;
  return std::fabs(actual - expected) <= bound * expected;
}
} // namespace

TEST(ExpandMath, ExpIsAccurate) {
  Function exp("math.exp %v");
  sweep(exp, 101, [](float x) { return !std::isnan(x); }, isGoodExp);
}

TEST(ExpandMath, ExpOfNonPositiveIsAccurate) {
  Function exp("math.exp %v {attnc.non_positive}");
  sweep(exp, 101, [](float x) { return x <= 0; }, isGoodExp);
}

TEST(ExpandMath, ExpAtItsEdges) {
  for (const char *op : {"math.exp %v", "math.exp %v {attnc.non_positive}"}) {
    Function exp(op);
    EXPECT_EQ(exp(0.0f), 1.0f) << op;
    EXPECT_EQ(exp(-0.0f), 1.0f) << op;
    EXPECT_EQ(exp(-kInfinity), 0.0f) << op;
    EXPECT_FALSE(std::signbit(exp(-kInfinity))) << op;
    EXPECT_EQ(exp(-1e30f), 0.0f) << op;
    EXPECT_TRUE(std::isnan(exp(std::nanf("")))) << op;
  }
  Function exp("math.exp %v");
  EXPECT_EQ(exp(kInfinity), kInfinity);
  EXPECT_EQ(exp(89.0f), kInfinity);
  EXPECT_EQ(exp(3e38f), kInfinity);
  EXPECT_LT(exp(88.7f), kInfinity);
}

// Weights of a softmax must not rise where scores fall, or the largest would not be 1.
TEST(ExpandMath, ExpIsAtMostOneForNonPositive) {
  Function exp("math.exp %v {attnc.non_positive}");
  sweep(exp, 103, [](float x) { return x <= 0; }, [](float, float y) { return y <= 1.0f; });
}

TEST(ExpandMath, LogIsAccurate) {
  Function log("math.log %v");
  sweep(
      log, 211, [](float x) { return x >= kLeastNormal && x < kInfinity; },
      [](double x, double actual) {
        double expected = std::log(x);
        return std::fabs(actual - expected) <= 0x1p-22 * std::fabs(expected) + 0x1p-26;
      });
  EXPECT_EQ(log(1.0f), 0.0f);
  EXPECT_EQ(log(0.0f), -kInfinity);
  EXPECT_EQ(log(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(log(-1.0f)));
  EXPECT_TRUE(std::isnan(log(std::nanf(""))));
}

TEST(ExpandMath, TanhAndErfAreAccurate) {
  auto isNumber = [](float x) { return !std::isnan(x); };
  Function tanh("math.tanh %v"), erf("math.erf %v");
  sweep(tanh, 211, isNumber, [](double x, double actual) {
    return std::fabs(actual - std::tanh(x)) <= 0x1p-21 * std::fabs(std::tanh(x)) + kLeastNormal;
  });
  sweep(erf, 211, isNumber, [](double x, double actual) {
    return std::fabs(actual - std::erf(x)) <= 0x1p-21 * std::fabs(std::erf(x)) + kLeastNormal;
  });
  EXPECT_TRUE(std::isnan(tanh(std::nanf(""))));
  EXPECT_TRUE(std::isnan(erf(std::nanf(""))));
}
