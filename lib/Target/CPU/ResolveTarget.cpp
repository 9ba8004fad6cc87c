// Knows which targets and CPUs there are, and completes what the user says of them.
#include "attnc/Target/CPU/ResolveTarget.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/AArch64TargetParser.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"
#include "llvm/TargetParser/X86TargetParser.h"

using namespace llvm;
using namespace attnc;

static Expected<Triple> resolveTriple(StringRef spelling) {
  Triple triple(
      Triple::normalize(spelling.empty() ? sys::getDefaultTargetTriple() : spelling.str()));
  bool isKnown = triple.getArch() == Triple::x86_64 || triple.getArch() == Triple::aarch64;
  if (!isKnown || !triple.isOSLinux() || triple.isX32())
    return createStringError("target '%s' is not supported; wanted x86_64-linux-gnu or "
                             "aarch64-linux-gnu",
                             triple.str().c_str());
  return triple;
}

static SmallVector<StringRef> listCpuNames(const Triple &triple) {
  SmallVector<StringRef> names;
  if (triple.getArch() == Triple::x86_64)
    X86::fillValidCPUArchList(names, /*Only64Bit=*/true);
  else
    AArch64::fillValidCPUArchList(names);
  return names;
}

/// Up to three names that the user may have meant, nearest first.
static std::string suggestCpuNames(const Triple &triple, StringRef march) {
  constexpr unsigned kFarthest = 4;
  constexpr size_t kMost = 3;
  SmallVector<std::pair<unsigned, StringRef>> near;
  for (StringRef name : listCpuNames(triple)) {
    unsigned distance = march.edit_distance(name, /*AllowReplacements=*/true, kFarthest);
    if (distance <= kFarthest)
      near.emplace_back(distance, name);
  }
  llvm::sort(near);
  std::string text;
  for (auto [distance, name] : ArrayRef(near).take_front(kMost))
    text += (text.empty() ? "; did you mean " : ", ") + name.str();
  return text.empty() ? "; --print-supported-cpus lists all" : text + "?";
}

/// LLVM's feature string, in an order that does not depend on the map.
static std::string joinFeatures(const StringMap<bool> &features) {
  SmallVector<std::string> list;
  for (const auto &feature : features)
    list.push_back((feature.second ? "+" : "-") + feature.first().str());
  llvm::sort(list);
  return join(list, ",");
}

/// The features of a CPU by name with all that they imply, or nothing where there is no such CPU.
static std::optional<std::string> getFeatures(const Triple &triple, StringRef cpu) {
  StringMap<bool> features;
  if (triple.getArch() == Triple::x86_64) {
    if (X86::parseArchX86(cpu, /*Only64Bit=*/true) == X86::CK_None)
      return std::nullopt;
    SmallVector<StringRef> named;
    X86::getFeaturesForCPU(cpu, named);
    for (StringRef feature : named) {
      features[feature] = true;
      X86::updateImpliedFeatures(feature, /*Enabled=*/true, features);
    }
    return joinFeatures(features);
  }
  std::optional<AArch64::CpuInfo> info = AArch64::parseCpu(cpu);
  if (!info)
    return std::nullopt;
  AArch64::ExtensionSet extensions;
  extensions.addCPUDefaults(*info);
  std::vector<StringRef> list;
  extensions.toLLVMFeatureList(list);
  for (StringRef feature : list)
    features[feature.drop_front()] = feature.starts_with("+");
  return joinFeatures(features);
}

/// Kernels are written for vectors of 256 bits or more with fused multiply-add.
static Error checkVectorUnit(const Triple &triple, const CpuTarget &target) {
  if (triple.getArch() != Triple::x86_64)
    return Error::success();
  SmallVector<StringRef> features;
  StringRef(target.features).split(features, ',');
  for (StringRef needed : {"+avx2", "+fma", "+f16c", "+bmi2"})
    if (!is_contained(features, needed))
      return createStringError("CPU '%s' lacks %s: attnc needs AVX2 and FMA, x86-64-v3 or newer",
                               target.cpu.c_str(), needed.drop_front().upper().c_str());
  return Error::success();
}

Expected<CpuTarget> attnc::resolveCpuTarget(StringRef spelling, StringRef march) {
  Expected<Triple> triple = resolveTriple(spelling);
  if (!triple)
    return triple.takeError();
  CpuTarget target;
  target.triple = triple->str();
  if (march == "native") {
    Triple host(sys::getProcessTriple());
    if (host.getArch() != triple->getArch())
      return createStringError("-march=native: this machine is %s, the target is %s",
                               host.getArchName().str().c_str(), target.triple.c_str());
    target.cpu = sys::getHostCPUName().str();
    target.features = joinFeatures(sys::getHostCPUFeatures());
  } else {
    StringRef fallback = triple->getArch() == Triple::x86_64 ? "x86-64-v3" : "generic";
    target.cpu = march.empty() ? fallback.str() : march.str();
    std::optional<std::string> features = getFeatures(*triple, target.cpu);
    if (!features)
      return createStringError("unknown CPU '%s' for %s%s", target.cpu.c_str(),
                               target.triple.c_str(), suggestCpuNames(*triple, target.cpu).c_str());
    target.features = std::move(*features);
  }
  if (Error error = checkVectorUnit(*triple, target))
    return error;
  return target;
}

Expected<std::vector<std::string>> attnc::getCpuNames(StringRef spelling) {
  Expected<Triple> triple = resolveTriple(spelling);
  if (!triple)
    return triple.takeError();
  std::vector<std::string> names;
  for (StringRef name : listCpuNames(*triple))
    if (getFeatures(*triple, name))
      names.push_back(name.str());
  return names;
}
