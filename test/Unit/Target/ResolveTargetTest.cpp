// Every CPU name that is offered can be resolved, or says which instructions it lacks.
#include "attnc/Target/CPU/ResolveTarget.h"

#include <gtest/gtest.h>

using namespace attnc;

TEST(ResolveTarget, DefaultsAreTheSameOnEveryMachine) {
  auto x86 = resolveCpuTarget("x86_64-linux-gnu", "");
  ASSERT_TRUE(bool(x86)) << llvm::toString(x86.takeError());
  EXPECT_EQ(x86->cpu, "x86-64-v3");
  auto arm = resolveCpuTarget("aarch64-linux-gnu", "");
  ASSERT_TRUE(bool(arm)) << llvm::toString(arm.takeError());
  EXPECT_EQ(arm->cpu, "generic");
}

/// How many of the names of a triple can be used.
static int countUsable(const char *triple) {
  auto names = getCpuNames(triple);
  if (!names) {
    ADD_FAILURE() << llvm::toString(names.takeError());
    return 0;
  }
  int usable = 0;
  for (const std::string &name : *names) {
    auto target = resolveCpuTarget(triple, name);
    if (target) {
      EXPECT_EQ(target->cpu, name);
      ++usable;
      continue;
    }
    std::string message = llvm::toString(target.takeError());
    EXPECT_NE(message.find("attnc needs AVX2 and FMA"), std::string::npos) << message;
  }
  return usable;
}

TEST(ResolveTarget, OfferedNamesAreKnown) {
  EXPECT_GT(countUsable("x86_64-linux-gnu"), 20);
  EXPECT_GT(countUsable("aarch64-linux-gnu"), 20);
}

TEST(ResolveTarget, FeaturesHoldWhatTheyImply) {
  auto target = resolveCpuTarget("x86_64-linux-gnu", "sapphirerapids");
  ASSERT_TRUE(bool(target)) << llvm::toString(target.takeError());
  for (const char *feature : {"+avx512f,", "+avx512bf16,", "+avx2,", "+fma,", "+sse4.2,"})
    EXPECT_NE(target->features.find(feature), std::string::npos) << feature;
}
