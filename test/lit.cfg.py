"""How lit runs attnc's tests: what is a test, where the tools are, what this machine can do."""
import os
import platform
import subprocess

import lit.formats

config.name = "attnc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test", ".c", ".py"]
# Inputs/ holds what tests read, lib/ the code of test passes. Unit/ is a suite of its own.
config.excludes = ["Inputs", "lib", "CMakeLists.txt", "lit.cfg.py", "Unit"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.attnc_build, "test")

bin_dir = os.path.join(config.attnc_build, "bin")
config.environment["PATH"] = os.pathsep.join(
    [bin_dir, config.llvm_tools_dir, config.environment["PATH"]])
config.environment["PYTHONPATH"] = os.path.join(config.attnc_root, "python")
config.environment["PYTHONDONTWRITEBYTECODE"] = "1"

python = config.python
# A longer name comes before a name that it begins with: lit replaces in order.
config.substitutions += [
    ("%attnc_root", config.attnc_root),
    ("%attnc_build", config.attnc_build),
    ("%attnc_include", f"-I{config.attnc_root}/include -I{config.dlpack_include}"),
    ("%llvm_prefix", os.path.dirname(config.llvm_tools_dir)),
    ("%python", python),
    ("%cmake", config.cmake),
    ("%cxx", config.cxx),
    ("%cc", config.cc),
]


def succeeds(*command):
    """Whether `command` can be run and exits with 0."""
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=120).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def cpu_flags():
    """The CPU's instruction sets as Linux names them."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            for line in info:
                if line.startswith(("flags", "Features")):
                    return set(line.split(":", 1)[1].split())
    except OSError:
        pass
    return set()


def provide(feature, available, reason):
    """Makes `feature` available to REQUIRES lines, or says once why it is not."""
    if available:
        config.available_features.add(feature)
    else:
        lit_config.note(f"tests that need '{feature}' are skipped: {reason}")


flags = cpu_flags()
machine = platform.machine()
config.available_features.add(machine)
if config.sanitized:
    config.available_features.add("asan")
    # LLVM's allocators poison memory in code of ours that its own code, built without sanitizers,
    # then uses; and the thread pool lives as long as the process.
    config.environment["ASAN_OPTIONS"] = (
        "detect_leaks=0:allow_user_poisoning=0:detect_container_overflow=0")
provide("numpy", succeeds(python, "-c", "import numpy"), f"{python} has no NumPy")
provide("torch", succeeds(python, "-c", "import torch"), f"{python} has no PyTorch")
if hasattr(os, "sched_getaffinity"):
    provide("two-cpus", len(os.sched_getaffinity(0)) >= 2, "it may use one CPU only")
if machine == "x86_64":
    provide("avx2", {"avx2", "fma", "f16c", "bmi2"} <= flags, "this CPU lacks AVX2 or FMA")
    provide("avx512", {"avx512f", "avx512bw", "avx512vl", "avx512dq"} <= flags,
            "this CPU lacks AVX-512")
    provide("avx512bf16", "avx512_bf16" in flags, "this CPU lacks AVX-512 BF16")

# A test that hangs must end. lit needs psutil to kill a whole process tree.
supported, reason = lit_config.maxIndividualTestTimeIsSupported
if supported:
    lit_config.maxIndividualTestTime = lit_config.maxIndividualTestTime or 600
else:
    lit_config.note("no time limit per test: Python's psutil is not installed")
