// Calls of a function through the runtime: every way to call it wrongly gets its status and its
// sentence and leaves the outputs alone; every right way reaches the entry with the right views.
#include "lib/Runtime/invoke.h"

#include <cfloat>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <vector>

namespace {

// f(q: f32[B, 2, S, 4], k: bf16[B, 2, T, 4], mask: i1[T], scale: f32)
//   -> (o: f32[B, 2, S, 4], lse: f32[B, 2, S])
constexpr int64_t kQShape[] = {-1, 2, -2, 4};
constexpr int64_t kKShape[] = {-1, 2, -3, 4};
constexpr int64_t kMaskShape[] = {-3};
constexpr int64_t kLseShape[] = {-1, 2, -2};
constexpr DLDataType kF32{kDLFloat, 32, 1};
constexpr DLDataType kBF16{kDLBfloat, 16, 1};
constexpr DLDataType kBool{6, 8, 1};
const attnc_arg kArgs[] = {
    {"q", ATTNC_ARG_INPUT, kF32, 4, kQShape},        {"k", ATTNC_ARG_INPUT, kBF16, 4, kKShape},
    {"mask", ATTNC_ARG_INPUT, kBool, 1, kMaskShape}, {"scale", ATTNC_ARG_SCALAR, kF32, 0, nullptr},
    {"o", ATTNC_ARG_OUTPUT, kF32, 4, kQShape},       {"lse", ATTNC_ARG_OUTPUT, kF32, 3, kLseShape}};

/// Metadata are static data of a library, and the runtime remembers by their address which it has
/// checked: each test gets some of its own that stay.
attnc_metadata &makeMetadata(const char *cpuFeatures = "") {
  static std::deque<attnc_metadata> all;
  return all.emplace_back(attnc_metadata{sizeof(attnc_metadata), ATTNC_ABI_VERSION, "f", "test",
                                         "test", cpuFeatures, 6, kArgs, 128, 0, nullptr});
}

struct Tensor {
  DLTensor view{};
  std::vector<int64_t> shape, strides;

  Tensor(void *data, DLDataType dtype, std::vector<int64_t> sizes) : shape(std::move(sizes)) {
    view.data = data;
    view.device = {kDLCPU, 0};
    view.ndim = int(shape.size());
    view.dtype = dtype;
    view.shape = shape.data();
  }
  Tensor(const Tensor &) = delete;

  void setStrides(std::vector<int64_t> values) {
    strides = std::move(values);
    view.strides = strides.data();
  }
};

/// What the entry saw of the last call.
struct Seen {
  int calls = 0;
  std::vector<std::vector<int64_t>> sizes, strides;
  std::vector<void *> data;
  float scale = 0;
  int64_t workers = 0;
  void *scratch = nullptr;
  double subnormal = 0;
} seen;

void recordEntry(void **arguments) {
  ++seen.calls;
  seen.sizes.clear();
  seen.strides.clear();
  seen.data.clear();
  for (int i = 0; i < 6; ++i) {
    if (kArgs[i].kind == ATTNC_ARG_SCALAR) {
      seen.scale = *static_cast<float *>(arguments[i]);
      continue;
    }
    const auto *view = static_cast<attnc_memref *>(arguments[i]);
    const int64_t *sizes = view->sizes_and_strides;
    const int rank = kArgs[i].ndim;
    seen.sizes.emplace_back(sizes, sizes + rank);
    seen.strides.emplace_back(sizes + rank, sizes + 2 * rank);
    seen.data.push_back(view->aligned);
    EXPECT_EQ(view->offset, 0);
    EXPECT_EQ(view->allocated, view->aligned);
  }
  seen.workers = attnc_rt_workers();
  seen.scratch = attnc_rt_scratch();
  volatile double smallest = DBL_MIN;
  seen.subnormal = smallest / 2;
}

class Invoke : public testing::Test {
protected:
  Invoke() { seen = {}; }
  ~Invoke() override { unsetenv("ATTNC_NUM_THREADS"); }

  int invoke() {
    void *argv[] = {qArgument, &k.view, &mask.view, scaleArgument, &o.view, &lse.view};
    return attnc_rt_invoke(&metadata, recordEntry, argv, callArgument);
  }

  attnc_metadata &metadata = makeMetadata();
  alignas(64) char bytes[6][1024] = {};
  // B = 1, S = 3, T = 5
  Tensor q{bytes[0], kF32, {1, 2, 3, 4}};
  Tensor k{bytes[1], kBF16, {1, 2, 5, 4}};
  Tensor mask{bytes[2], kBool, {5}};
  float scale = 0.5f;
  Tensor o{bytes[3], kF32, {1, 2, 3, 4}};
  Tensor lse{bytes[4], kF32, {1, 2, 3}};
  attnc_call call{sizeof(attnc_call), nullptr, 0, 0};

  void *qArgument = &q.view;
  void *scaleArgument = &scale;
  const attnc_call *callArgument = &call;
};

TEST_F(Invoke, goodCallReachesTheEntry) {
  ASSERT_EQ(invoke(), ATTNC_OK);
  EXPECT_EQ(seen.calls, 1);
  EXPECT_EQ(seen.scale, 0.5f);
  EXPECT_EQ(seen.sizes[0], (std::vector<int64_t>{1, 2, 3, 4}));
  EXPECT_EQ(seen.strides[0], (std::vector<int64_t>{24, 12, 4, 1}));
  EXPECT_EQ(seen.strides[4], (std::vector<int64_t>{6, 3, 1}));
  EXPECT_EQ(seen.data[1], bytes[1]);
  EXPECT_GE(seen.workers, 1);
  EXPECT_NE(seen.scratch, nullptr);
  EXPECT_EQ(uintptr_t(seen.scratch) % 64, 0u);
}

TEST_F(Invoke, aNullCallMeansDefaults) {
  callArgument = nullptr;
  EXPECT_EQ(invoke(), ATTNC_OK);
}

TEST_F(Invoke, stridedViewsAndByteOffset) {
  // A slice of (batch, sequence, heads, head_dim) seen as (batch, heads, sequence, head_dim).
  q.setStrides({64, 4, 16, 1});
  q.view.byte_offset = 32;
  o.setStrides({64, 4, 8, 1});
  ASSERT_EQ(invoke(), ATTNC_OK);
  // Batch has one element: its stride is never used and made compact.
  EXPECT_EQ(seen.strides[0], (std::vector<int64_t>{24, 4, 16, 1}));
  EXPECT_EQ(seen.data[0], bytes[0] + 32);
  EXPECT_EQ(seen.strides[3], (std::vector<int64_t>{24, 4, 8, 1}));
}

TEST_F(Invoke, broadcastInputsAreFine) {
  k.setStrides({0, 0, 4, 1});
  q.setStrides({0, 0, 0, 1});
  EXPECT_EQ(invoke(), ATTNC_OK);
  EXPECT_EQ(seen.strides[0], (std::vector<int64_t>{24, 0, 0, 1}));
}

TEST_F(Invoke, oneTensorMayBeSeveralInputs) {
  k.view.data = bytes[0];
  EXPECT_EQ(invoke(), ATTNC_OK);
}

TEST_F(Invoke, neighboursDoNotOverlap) {
  o.view.data = bytes[0] + 96; // q has 96 bytes
  lse.view.data = bytes[0] + 96 + 96;
  EXPECT_EQ(invoke(), ATTNC_OK);
}

TEST_F(Invoke, emptyTensorsNeedNoMemory) {
  q.shape = o.shape = {1, 2, 0, 4};
  lse.shape = {1, 2, 0};
  q.view.shape = q.shape.data();
  o.view.shape = o.shape.data();
  lse.view.shape = lse.shape.data();
  q.view.data = o.view.data = lse.view.data = nullptr;
  o.setStrides({-7, 0, 0, -3});
  EXPECT_EQ(invoke(), ATTNC_OK);
  EXPECT_EQ(seen.sizes[3], (std::vector<int64_t>{1, 2, 0, 4}));
  EXPECT_EQ(seen.strides[3], (std::vector<int64_t>{8, 4, 4, 1}));
}

TEST_F(Invoke, uint8IsTakenForBool) {
  mask.view.dtype = {kDLUInt, 8, 1};
  EXPECT_EQ(invoke(), ATTNC_OK);
}

TEST_F(Invoke, workspaceOfTheCaller) {
  alignas(64) static char memory[256];
  call.num_threads = 2;
  call.workspace = memory;
  call.workspace_bytes = attnc_rt_workspace(&metadata, &call);
  ASSERT_EQ(call.workspace_bytes, 256);
  ASSERT_EQ(invoke(), ATTNC_OK);
  EXPECT_EQ(seen.scratch, memory);
  EXPECT_EQ(seen.workers, 2);
}

TEST_F(Invoke, noWorkspaceIsNeeded) {
  metadata.scratch_bytes = 0;
  EXPECT_EQ(attnc_rt_workspace(&metadata, &call), 0);
  EXPECT_EQ(invoke(), ATTNC_OK);
  EXPECT_EQ(seen.scratch, nullptr);
}

TEST_F(Invoke, workersComeFromTheEnvironment) {
  setenv("ATTNC_NUM_THREADS", "7", 1);
  EXPECT_EQ(attnc_rt_workspace(&metadata, nullptr), 7 * 128);
  call.num_threads = 3; // what the call says comes first
  EXPECT_EQ(invoke(), ATTNC_OK);
  EXPECT_EQ(seen.workers, 3);
  setenv("ATTNC_NUM_THREADS", "many", 1);
  EXPECT_EQ(invoke(), ATTNC_OK);
  EXPECT_EQ(attnc_rt_workspace(&metadata, nullptr), -1);
}

TEST_F(Invoke, aNewerCallerMayPassUnsetOptions) {
  struct {
    attnc_call known;
    int64_t future;
  } newer{{sizeof(newer), nullptr, 0, 1}, 0};
  callArgument = &newer.known;
  EXPECT_EQ(invoke(), ATTNC_OK);
  newer.future = 1;
  EXPECT_EQ(invoke(), ATTNC_UNSUPPORTED);
  EXPECT_STREQ(attnc_last_error(), "attnc_call: byte 32 is set, an option of a newer version than "
                                   "this library, which knows 32 bytes");
}

TEST_F(Invoke, errorsBelongToTheirThread) {
  scaleArgument = nullptr;
  ASSERT_EQ(invoke(), ATTNC_INVALID_ARGUMENT);
  std::thread([] { EXPECT_STREQ(attnc_last_error(), ""); }).join();
  EXPECT_STREQ(attnc_last_error(), "argument 3 (scale): wanted a value, got a null pointer");
}

#if defined(__x86_64__)
TEST_F(Invoke, subnormalsAreKeptWhateverTheCallerSet) {
  const unsigned before = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(before | 0x8040); // flush to zero, denormals are zero
  ASSERT_EQ(invoke(), ATTNC_OK);
  const unsigned after = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(before);
  EXPECT_EQ(seen.subnormal, DBL_MIN / 2);
  EXPECT_EQ(after & 0x8040, 0x8040u);
}

TEST_F(Invoke, everyKnownFeatureAgreesWithTheCompiler) {
  const auto runs = [](const char *feature) {
    attnc_metadata &metadata = makeMetadata(feature);
    metadata.num_args = 0;
    return attnc_rt_invoke(&metadata, [](void **) {}, nullptr, nullptr) == ATTNC_OK;
  };
#define EXPECT_FEATURE(name) EXPECT_EQ(runs(name), __builtin_cpu_supports(name) != 0) << name
  EXPECT_FEATURE("sse3");
  EXPECT_FEATURE("ssse3");
  EXPECT_FEATURE("sse4.1");
  EXPECT_FEATURE("sse4.2");
  EXPECT_FEATURE("popcnt");
  EXPECT_FEATURE("avx");
  EXPECT_FEATURE("fma");
  EXPECT_FEATURE("bmi");
  EXPECT_FEATURE("bmi2");
  EXPECT_FEATURE("avx2");
  EXPECT_FEATURE("avx512f");
  EXPECT_FEATURE("avx512dq");
  EXPECT_FEATURE("avx512cd");
  EXPECT_FEATURE("avx512bw");
  EXPECT_FEATURE("avx512vl");
  EXPECT_FEATURE("avx512ifma");
  EXPECT_FEATURE("avx512vbmi");
  EXPECT_FEATURE("avx512vbmi2");
  EXPECT_FEATURE("avx512vnni");
  EXPECT_FEATURE("avx512bitalg");
  EXPECT_FEATURE("avx512vpopcntdq");
  EXPECT_FEATURE("avx512bf16");
  EXPECT_FEATURE("avx512vp2intersect");
  EXPECT_FEATURE("gfni");
  EXPECT_FEATURE("vpclmulqdq");
#undef EXPECT_FEATURE
}

TEST_F(Invoke, everyFeatureOfAListCounts) {
  metadata.cpu_features = "sse3,ssse3,sse4.1";
  EXPECT_EQ(invoke(), ATTNC_OK);
  EXPECT_EQ(
      attnc_rt_invoke(&makeMetadata("sse3,no-such-feature,ssse3"), recordEntry, nullptr, nullptr),
      ATTNC_UNSUPPORTED);
  EXPECT_STREQ(attnc_last_error(), "this runtime cannot tell whether the CPU has "
                                   "'no-such-feature', which the library was compiled for");
}
#endif

TEST_F(Invoke, callsNest) {
  static attnc_metadata &inner = makeMetadata();
  inner.num_args = 0;
  static void *innerScratch;
  const auto outerEntry = [](void **) {
    void *scratch = attnc_rt_scratch();
    const attnc_call two{sizeof(two), nullptr, 0, 2};
    EXPECT_EQ(attnc_rt_invoke(
                  &inner, [](void **) { innerScratch = attnc_rt_scratch(); }, nullptr, &two),
              ATTNC_OK);
    EXPECT_EQ(attnc_rt_scratch(), scratch);
    EXPECT_NE(innerScratch, scratch);
    EXPECT_EQ(attnc_rt_workers(), 3);
  };
  call.num_threads = 3;
  EXPECT_EQ(attnc_rt_invoke(&inner, outerEntry, nullptr, &call), ATTNC_OK);
  EXPECT_EQ(attnc_rt_scratch(), nullptr);
}

/// Each bad call is the good one of the fixture with one thing changed.
class BadCall : public Invoke {
protected:
  void expect(int status, const char *sentence) {
    std::memset(bytes[3], 0x5a, sizeof(bytes[3]));
    std::memset(bytes[4], 0x5a, sizeof(bytes[4]));
    char before[sizeof(bytes)];
    std::memcpy(before, bytes, sizeof(bytes));
    EXPECT_EQ(invoke(), status);
    EXPECT_STREQ(attnc_last_error(), sentence);
    EXPECT_EQ(seen.calls, 0) << "the entry ran";
    EXPECT_EQ(std::memcmp(before, bytes, sizeof(bytes)), 0) << "memory was written";
  }
};

TEST_F(BadCall, nullTensor) {
  qArgument = nullptr;
  expect(ATTNC_INVALID_ARGUMENT, "argument 0 (q): wanted a DLTensor, got a null pointer");
}

TEST_F(BadCall, nullScalar) {
  scaleArgument = nullptr;
  expect(ATTNC_INVALID_ARGUMENT, "argument 3 (scale): wanted a value, got a null pointer");
}

TEST_F(BadCall, nullArgv) {
  EXPECT_EQ(attnc_rt_invoke(&metadata, recordEntry, nullptr, &call), ATTNC_INVALID_ARGUMENT);
  EXPECT_STREQ(attnc_last_error(), "argv: wanted 6 arguments, got a null pointer");
}

TEST_F(BadCall, nullShape) {
  k.view.shape = nullptr;
  expect(ATTNC_INVALID_ARGUMENT, "argument 1 (k): wanted a shape of rank 4, got a null pointer");
}

TEST_F(BadCall, nullData) {
  k.view.data = nullptr;
  expect(ATTNC_INVALID_ARGUMENT, "argument 1 (k): wanted 40 elements, got a null data pointer");
}

TEST_F(BadCall, nullDataOfAnOutput) {
  lse.view.data = nullptr;
  expect(ATTNC_INVALID_ARGUMENT, "argument 5 (lse): wanted 6 elements, got a null data pointer");
}

TEST_F(BadCall, device) {
  q.view.device = {kDLCUDA, 0};
  expect(ATTNC_INVALID_ARGUMENT, "argument 0 (q): wanted device CPU (1), got device type 2");
}

TEST_F(BadCall, dtypeBits) {
  q.view.dtype.bits = 64;
  expect(ATTNC_INVALID_ARGUMENT, "argument 0 (q): wanted dtype f32, got f64");
}

TEST_F(BadCall, dtypeCode) {
  k.view.dtype = {kDLFloat, 16, 1};
  expect(ATTNC_INVALID_ARGUMENT, "argument 1 (k): wanted dtype bf16, got f16");
}

TEST_F(BadCall, dtypeLanes) {
  o.view.dtype.lanes = 4;
  expect(ATTNC_INVALID_ARGUMENT, "argument 4 (o): wanted dtype f32, got f32x4");
}

TEST_F(BadCall, dtypeUnknown) {
  mask.view.dtype = {77, 8, 1};
  expect(ATTNC_INVALID_ARGUMENT, "argument 2 (mask): wanted dtype bool8, got code 77 of 8 bits");
}

TEST_F(BadCall, rank) {
  q.view.ndim = 3;
  expect(ATTNC_INVALID_ARGUMENT, "argument 0 (q): wanted rank 4, got 3");
}

TEST_F(BadCall, negativeRank) {
  q.view.ndim = -1;
  expect(ATTNC_INVALID_ARGUMENT, "argument 0 (q): wanted rank 4, got -1");
}

TEST_F(BadCall, staticSize) {
  k.shape[3] = 8;
  expect(ATTNC_INVALID_ARGUMENT, "argument 1 (k), dim 3: wanted 4, got 8");
}

TEST_F(BadCall, negativeSize) {
  q.shape[2] = -3;
  expect(ATTNC_INVALID_ARGUMENT, "argument 0 (q), dim 2: wanted a size of 0 or more, got -3");
}

TEST_F(BadCall, sharedSizeOfInputs) {
  k.shape[0] = 2;
  expect(ATTNC_INVALID_ARGUMENT,
         "argument 1 (k), dim 0: wanted 1, the size of argument 0 (q), dim 0, got 2");
}

TEST_F(BadCall, sharedSizeOfACapture) {
  mask.shape[0] = 4;
  expect(ATTNC_INVALID_ARGUMENT,
         "argument 2 (mask), dim 0: wanted 5, the size of argument 1 (k), dim 2, got 4");
}

TEST_F(BadCall, sharedSizeOfAnOutput) {
  o.shape[2] = 2;
  expect(ATTNC_INVALID_ARGUMENT,
         "argument 4 (o), dim 2: wanted 3, the size of argument 0 (q), dim 2, got 2");
}

TEST_F(BadCall, sharedSizeWithinOneTensor) {
  const int64_t square[] = {-1, -1};
  const attnc_arg args[] = {{"square", ATTNC_ARG_INPUT, kF32, 2, square}};
  metadata.args = args;
  metadata.num_args = 1;
  Tensor tensor(bytes[0], kF32, {3, 4});
  void *argv[] = {&tensor.view};
  EXPECT_EQ(attnc_rt_invoke(&metadata, recordEntry, argv, nullptr), ATTNC_INVALID_ARGUMENT);
  EXPECT_STREQ(attnc_last_error(), "argument 0 (square), dim 1: wanted 3, the size of argument 0 "
                                   "(square), dim 0, got 4");
}

/// f(init: f32[S], numbers: i32[S + 1], more: i32[S + 3]): S is a size in one call and not in
/// another.
class Sum : public Invoke {
protected:
  Sum() {
    metadata.args = args;
    metadata.num_args = 3;
    metadata.num_symbols = 3;
    metadata.symbols = symbols;
  }

  /// The sentence of the error of a call, "" if there is none.
  std::string call(int64_t first, int64_t second, int64_t third) {
    // An entry that is reached looks at nothing.
    Tensor a(bytes[0], kBool, {first}), b(bytes[1], kBool, {second}), c(bytes[2], kBool, {third});
    void *argv[] = {&a.view, &b.view, &c.view};
    const int status = attnc_rt_invoke(&metadata, [](void **) {}, argv, nullptr);
    EXPECT_TRUE(status == ATTNC_OK || status == ATTNC_INVALID_ARGUMENT);
    return status == ATTNC_OK ? "" : attnc_last_error();
  }

  int64_t shapes[3] = {-1, -2, -3};
  const attnc_symbol symbols[3] = {{"S", 0, 0}, {"S+1", -1, 1}, {"S+3", -1, 3}};
  const attnc_arg args[3] = {{"a", ATTNC_ARG_INPUT, kBool, 1, &shapes[0]},
                             {"b", ATTNC_ARG_INPUT, kBool, 1, &shapes[1]},
                             {"c", ATTNC_ARG_INPUT, kBool, 1, &shapes[2]}};
};

TEST_F(Sum, sizesThatFit) {
  EXPECT_EQ(call(3, 4, 6), "");
  EXPECT_EQ(call(0, 1, 3), "");
}

TEST_F(Sum, sizesThatDoNotFit) {
  EXPECT_EQ(call(3, 3, 6), "argument 1 (b), dim 0: wanted 4, 1 more than the size of argument 0 "
                           "(a), dim 0, got 3");
  EXPECT_EQ(call(3, 4, 5), "argument 2 (c), dim 0: wanted 6, 3 more than the size of argument 0 "
                           "(a), dim 0, got 5");
  EXPECT_EQ(call(INT64_MAX, 4, 6), "argument 1 (b), dim 0: wanted 9223372036854775808, 1 more than "
                                   "the size of argument 0 (a), dim 0, got 4");
}

TEST_F(Sum, aSumSetsTheSize) {
  shapes[0] = -2;
  EXPECT_EQ(call(3, 3, 5), "");
  EXPECT_EQ(call(3, 4, 5), "argument 1 (b), dim 0: wanted 3, the size of argument 0 (a), dim 0, "
                           "got 4");
  EXPECT_EQ(call(3, 3, 6), "argument 2 (c), dim 0: wanted 5, 2 more than the size of argument 0 "
                           "(a), dim 0, got 6");
  shapes[1] = -1;
  EXPECT_EQ(call(3, 2, 5), "");
  EXPECT_EQ(call(3, 3, 5), "argument 1 (b), dim 0: wanted 2, 1 less than the size of argument 0 "
                           "(a), dim 0, got 3");
}

TEST_F(Sum, aSumIsNotLessThanWhatItAdds) {
  shapes[0] = -3;
  EXPECT_EQ(call(3, 1, 3), "");
  EXPECT_EQ(call(2, 0, 2), "argument 0 (a), dim 0: wanted a size of 3 or more, got 2");
  EXPECT_EQ(call(-1, 0, 2), "argument 0 (a), dim 0: wanted a size of 3 or more, got -1");
}

TEST_F(BadCall, lastAxisStride) {
  q.setStrides({48, 24, 8, 2});
  expect(ATTNC_INVALID_ARGUMENT, "argument 0 (q), dim 3: wanted stride 1 on the last axis, got 2");
}

TEST_F(BadCall, lastAxisBroadcast) {
  q.setStrides({24, 12, 4, 0});
  expect(ATTNC_INVALID_ARGUMENT, "argument 0 (q), dim 3: wanted stride 1 on the last axis, got 0");
}

TEST_F(BadCall, negativeStride) {
  k.setStrides({40, 20, -4, 1});
  expect(ATTNC_INVALID_ARGUMENT, "argument 1 (k), dim 2: wanted a stride of 0 or more, got -4");
}

TEST_F(BadCall, addressNotAligned) {
  q.view.data = bytes[0] + 2;
  expect(ATTNC_INVALID_ARGUMENT, "argument 0 (q): wanted an address that is a multiple of 4 bytes, "
                                 "got one that is 2 past such");
}

TEST_F(BadCall, byteOffsetNotAligned) {
  k.view.byte_offset = 1;
  expect(ATTNC_INVALID_ARGUMENT, "argument 1 (k): wanted an address that is a multiple of 2 bytes, "
                                 "got one that is 1 past such");
}

TEST_F(BadCall, outputIsAnInput) {
  o.view.data = bytes[0];
  expect(ATTNC_INVALID_ARGUMENT,
         "argument 4 (o): wanted memory of its own, got an overlap with argument 0 (q)");
}

TEST_F(BadCall, outputTouchesTheEndOfAnInput) {
  lse.view.data = bytes[1] + 76; // k has 80 bytes
  expect(ATTNC_INVALID_ARGUMENT,
         "argument 5 (lse): wanted memory of its own, got an overlap with argument 1 (k)");
}

TEST_F(BadCall, outputsOverlap) {
  lse.view.data = bytes[3] + 92; // o has 96 bytes
  expect(ATTNC_INVALID_ARGUMENT,
         "argument 5 (lse): wanted memory of its own, got an overlap with argument 4 (o)");
}

TEST_F(BadCall, outputOverlapsAStridedInput) {
  q.setStrides({0, 128, 4, 1}); // reaches to 128 + 2 * 4 + 3 elements
  o.view.data = bytes[0] + 4 * 138;
  expect(ATTNC_INVALID_ARGUMENT,
         "argument 4 (o): wanted memory of its own, got an overlap with argument 0 (q)");
}

TEST_F(BadCall, broadcastOutput) {
  o.setStrides({24, 0, 4, 1});
  expect(ATTNC_INVALID_ARGUMENT, "argument 4 (o), dim 1: wanted an output whose elements do not "
                                 "overlap, got stride 0");
}

TEST_F(BadCall, outputRowsOverlap) {
  o.setStrides({24, 12, 3, 1});
  expect(ATTNC_INVALID_ARGUMENT, "argument 4 (o), dim 2: wanted an output whose elements do not "
                                 "overlap, got stride 3");
}

TEST_F(BadCall, outputAxesWithOneStride) {
  lse.setStrides({6, 1, 1});
  expect(ATTNC_INVALID_ARGUMENT, "argument 5 (lse), dim 1: wanted an output whose elements do not "
                                 "overlap, got stride 1");
}

TEST_F(BadCall, sizeOverflows) {
  q.shape[0] = k.shape[0] = o.shape[0] = INT64_C(1) << 40;
  q.shape[2] = INT64_C(1) << 22;
  expect(ATTNC_OUT_OF_RESOURCES,
         "argument 0 (q): its size, 1099511627776x2x4194304x4 elements, overflows 64 bits");
}

TEST_F(BadCall, sizeOverflowsBehindAZero) {
  q.shape[0] = 0;
  q.shape[2] = INT64_MAX / 2;
  expect(ATTNC_OUT_OF_RESOURCES,
         "argument 0 (q): its size, 0x2x4611686018427387903x4 elements, overflows 64 bits");
}

TEST_F(BadCall, stridesOverflow) {
  q.setStrides({0, INT64_MAX / 2, 4, 1});
  expect(ATTNC_OUT_OF_RESOURCES,
         "argument 0 (q): its strides and byte_offset 0 reach past the end of memory");
}

TEST_F(BadCall, byteOffsetOverflows) {
  q.view.byte_offset = UINT64_MAX - 3;
  expect(ATTNC_OUT_OF_RESOURCES, "argument 0 (q): its strides and byte_offset "
                                 "18446744073709551612 reach past the end of memory");
}

TEST_F(BadCall, callWithoutASize) {
  call.size = 0;
  expect(ATTNC_INVALID_ARGUMENT, "attnc_call.size: wanted sizeof(attnc_call), 32 or more, got 0");
}

TEST_F(BadCall, callWithAGarbageSize) {
  call.size = size_t(-1);
  expect(ATTNC_INVALID_ARGUMENT, "attnc_call.size: wanted sizeof(attnc_call), 32 or more, got "
                                 "18446744073709551615");
}

TEST_F(BadCall, negativeThreads) {
  call.num_threads = -1;
  expect(ATTNC_INVALID_ARGUMENT, "attnc_call.num_threads: wanted 0 to 1024, got -1");
}

TEST_F(BadCall, tooManyThreads) {
  call.num_threads = 1025;
  expect(ATTNC_INVALID_ARGUMENT, "attnc_call.num_threads: wanted 0 to 1024, got 1025");
}

TEST_F(BadCall, threadsOfTheEnvironment) {
  for (const char *text : {"two", "0", "-1", "3x", "99999999999999999999"}) {
    setenv("ATTNC_NUM_THREADS", text, 1);
    const std::string sentence =
        "ATTNC_NUM_THREADS: wanted a number from 1 to 1024, got '" + std::string(text) + "'";
    expect(ATTNC_INVALID_ARGUMENT, sentence.c_str());
  }
}

TEST_F(BadCall, workspaceTooSmall) {
  call.workspace = bytes[5];
  call.workspace_bytes = 255;
  call.num_threads = 2;
  expect(ATTNC_OUT_OF_RESOURCES, "workspace: wanted 256 bytes for 2 workers, got 255");
}

TEST_F(BadCall, workspaceNotAligned) {
  call.workspace = bytes[5] + 8;
  call.workspace_bytes = 512;
  call.num_threads = 2;
  expect(ATTNC_INVALID_ARGUMENT, "workspace: wanted an address that is a multiple of 64 bytes, got "
                                 "one that is 8 past such");
}

TEST_F(BadCall, workspaceIsAnInput) {
  call.workspace = bytes[1];
  call.workspace_bytes = 1024;
  call.num_threads = 2;
  expect(ATTNC_INVALID_ARGUMENT,
         "workspace: wanted memory of its own, got an overlap with argument 1 (k)");
}

TEST_F(BadCall, workspaceSizeOverflows) {
  metadata.scratch_bytes = INT64_MAX / 64 * 64;
  call.num_threads = 2;
  expect(ATTNC_OUT_OF_RESOURCES,
         "workspace: 2 workers x 9223372036854775744 bytes overflows 64 bits");
}

TEST_F(BadCall, noMemoryForTheWorkspace) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizer's allocator ends the program";
#endif
  metadata.scratch_bytes = INT64_C(1) << 60;
  call.num_threads = 1;
  expect(ATTNC_OUT_OF_RESOURCES,
         "workspace: no memory for 1152921504606846976 bytes for 1 workers");
}

TEST_F(BadCall, abiVersion) {
  metadata.abi_version = 2;
  expect(ATTNC_UNSUPPORTED, "f: compiled for ABI version 2, this runtime has 1");
}

TEST_F(BadCall, cpuFeature) {
  metadata.cpu_features = "a-feature-of-tomorrow";
  expect(ATTNC_UNSUPPORTED, "this runtime cannot tell whether the CPU has "
                            "'a-feature-of-tomorrow', which the library was compiled for");
}

} // namespace
