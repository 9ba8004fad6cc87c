// Random calls, most of them wrong: whatever the runtime lets through must be safe, which is found
// out by listing every byte that the views of the entry could touch.
#include "lib/Runtime/invoke.h"

#include <gtest/gtest.h>
#include <random>
#include <set>
#include <vector>

namespace {

constexpr int kArguments = 3; // x, y -> z
constexpr int kRank = 3;
constexpr int64_t kElementBytes = 2;
// x: [A, B, 2], y: [B, A, C] -> z: [A, C, 2]
constexpr int64_t kShapes[kArguments][kRank] = {{-1, -2, 2}, {-2, -1, -3}, {-1, -3, 2}};
constexpr DLDataType kI16{kDLInt, 16, 1};
const attnc_arg kArgs[kArguments] = {{"x", ATTNC_ARG_INPUT, kI16, kRank, kShapes[0]},
                                     {"y", ATTNC_ARG_INPUT, kI16, kRank, kShapes[1]},
                                     {"z", ATTNC_ARG_OUTPUT, kI16, kRank, kShapes[2]}};
const attnc_metadata kMetadata{
    sizeof(attnc_metadata), ATTNC_ABI_VERSION, "f", "", "", "", kArguments, kArgs, 0, 0, nullptr};

constexpr int kArenaBytes = 160;
alignas(64) char arena[kArenaBytes];
/// What the entry saw: how often it ran, and the elements of each view of the last call.
int entered;
std::vector<int64_t> seen[kArguments];

/// The first byte of each element of a view, relative to the arena, in order.
std::vector<int64_t> listElements(const int64_t *sizes, const int64_t *strides, int64_t start) {
  std::vector<int64_t> elements;
  for (int64_t i = 0; i < sizes[0]; ++i)
    for (int64_t j = 0; j < sizes[1]; ++j)
      for (int64_t k = 0; k < sizes[2]; ++k)
        elements.push_back(start +
                           (i * strides[0] + j * strides[1] + k * strides[2]) * kElementBytes);
  return elements;
}

void checkEntry(void **arguments) {
  ++entered;
  std::set<int64_t> read;
  for (int a = 0; a < kArguments; ++a) {
    const auto *view = static_cast<attnc_memref *>(arguments[a]);
    const int64_t *sizes = view->sizes_and_strides, *strides = sizes + kRank;
    seen[a] = listElements(sizes, strides, static_cast<char *>(view->aligned) - arena);
    // Vector code loads along the last axis.
    ASSERT_EQ(strides[kRank - 1], 1);
    std::set<int64_t> written;
    for (int64_t element : seen[a]) {
      ASSERT_EQ(element % kElementBytes, 0);
      if (a < 2) {
        read.insert(element);
        continue;
      }
      ASSERT_TRUE(written.insert(element).second) << "an output element is written twice";
      ASSERT_EQ(read.count(element), 0u) << "an input is overwritten";
    }
  }
}

struct RandomTensor {
  DLTensor view{};
  int64_t shape[kRank], strides[kRank];

  template <typename Random> void make(Random &random, const int64_t *sizes) {
    const auto oneIn = [&](int n) { return random() % n == 0; };
    int64_t compact = 1;
    for (int dim = kRank; dim-- > 0;) {
      shape[dim] = oneIn(30) ? int64_t(random() % 5) - 1 : sizes[dim];
      strides[dim] = oneIn(12) ? int64_t(random() % 12) - 1 : compact;
      compact *= shape[dim] < 1 ? 1 : shape[dim];
    }
    view.data = oneIn(40) ? nullptr : arena + random() % 80;
    if (!oneIn(8))
      view.data = reinterpret_cast<void *>(uintptr_t(view.data) / 2 * 2);
    view.byte_offset = oneIn(3) ? random() % 8 : 0;
    if (!oneIn(8))
      view.byte_offset = view.byte_offset / 2 * 2;
    view.device = {oneIn(50) ? kDLCUDA : kDLCPU, 0};
    view.ndim = oneIn(50) ? int(random() % 5) - 1 : kRank;
    view.dtype = kI16;
    if (oneIn(50))
      view.dtype.bits = 32;
    view.shape = shape;
    view.strides = oneIn(3) ? nullptr : strides;
  }
};

/// The elements as the caller described them.
std::vector<int64_t> listElements(const RandomTensor &tensor) {
  const int64_t compact[kRank] = {tensor.shape[1] * tensor.shape[2], tensor.shape[2], 1};
  const char *start = static_cast<char *>(tensor.view.data) + tensor.view.byte_offset;
  return listElements(tensor.shape, tensor.view.strides ? tensor.strides : compact, start - arena);
}

TEST(RandomCall, whatPassesIsSafe) {
  std::mt19937 random(20260101);
  entered = 0;
  constexpr int kCalls = 300000;
  int refused = 0;
  for (int i = 0; i < kCalls && !HasFatalFailure(); ++i) {
    const int64_t a = int64_t(random() % 4), b = int64_t(random() % 4), c = int64_t(random() % 4);
    const int64_t sizes[kArguments][kRank] = {{a, b, 2}, {b, a, c}, {a, c, 2}};
    RandomTensor tensors[kArguments];
    void *argv[kArguments];
    for (int t = 0; t < kArguments; ++t) {
      tensors[t].make(random, sizes[t]);
      argv[t] = random() % 100 ? &tensors[t].view : nullptr;
    }
    const int before = entered;
    const int status = attnc_rt_invoke(&kMetadata, checkEntry, argv, nullptr);
    ASSERT_EQ(entered - before, status == ATTNC_OK);
    refused += status != ATTNC_OK;
    if (status != ATTNC_OK) {
      ASSERT_NE(*attnc_last_error(), '\0');
      continue;
    }
    for (int t = 0; t < kArguments; ++t)
      ASSERT_EQ(seen[t], listElements(tensors[t]));
  }
  // The numbers say that both answers are common, so that the test means something.
  EXPECT_GT(entered, kCalls / 50);
  EXPECT_GT(refused, kCalls / 50);
}

} // namespace
