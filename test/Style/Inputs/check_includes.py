"""Checks who may include whom: the layers of the tree, the C-only parts, the LLVM-free parts."""
import re

import tree

# A module may include itself, modules of a lower rank, and what EXTRA names. Modules of one rank
# do not know each other.
RANK = {"dialects": 0, "Analysis": 1, "Interface": 1, "Transforms": 2, "Conversion": 2, "Target": 2,
        "Pipelines": 3, "Driver": 4, "CAPI": 5, "tools": 6}
# Dependencies between dialects: the shared pieces only.
SHARED_DIALECT = "dialects/Common"
# Includes of these need no LLVM, and neither do the modules themselves.
WITHOUT_LLVM = ("lib/Support/", "include/attnc/Support/", "lib/Runtime/", "include/attnc-c/",
                "tools/attn-run/")
C_ONLY = ("lib/Runtime/", "include/attnc-c/")
# The headers of ISO C and POSIX that the C-only parts may use, and the one other: the exchange
# format of tensors.
C_HEADERS = set("""assert.h ctype.h errno.h fenv.h float.h inttypes.h limits.h locale.h math.h
    pthread.h sched.h signal.h stdalign.h stdarg.h stdatomic.h stdbool.h stddef.h stdint.h stdio.h
    stdlib.h stdnoreturn.h string.h strings.h time.h unistd.h dlfcn.h fcntl.h cpuid.h
    sys/auxv.h sys/mman.h sys/stat.h sys/syscall.h sys/time.h sys/types.h dlpack/dlpack.h""".split())
# Registers everything MLIR has: seconds of compile time, for the mains of tools only.
EVERYTHING = re.compile(r"mlir/InitAll(Dialects|Passes|Extensions|Translations)\.h")
INCLUDE = re.compile(r'^\s*#?\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def module_of(path):
    """The module that a file of the tree or an included path belongs to; None for others."""
    parts = path.split("/")
    if parts[0] in ("dialects", "tools"):
        return parts[0]
    if parts[0] in ("lib", "attnc"):
        name = parts[1]
    elif parts[:2] == ["include", "attnc"]:
        name = parts[2]
    else:
        return None
    # Headers at the top of include/attnc belong to the layer that implements them.
    return {"Pipelines.h": "Pipelines", "InitAll.h": "Pipelines"}.get(name, name)


def complain(path, quote, included):
    """Why `path` must not include `included`, or None."""
    if path.startswith(C_ONLY):
        own = quote == '"' and ("/" not in included or included.startswith("attnc-c/"))
        if not own and included not in C_HEADERS:
            return "only libc, dlpack and attnc-c may be included here"
        return None
    if path.startswith(WITHOUT_LLVM):
        if included.startswith(("llvm/", "llvm-c/", "mlir/", "mlir-c/", "lld/", "dialects/")):
            return "this part must build and run without LLVM"
    if path.startswith("lib/") and EVERYTHING.match(included):
        return "only the main files of tools may include it"
    if path.startswith("dialects/") and included.startswith("dialects/"):
        own = "/".join(path.split("/")[:2]) + "/"
        if not included.startswith((own, SHARED_DIALECT + "/")):
            return f"dialects do not know each other; shared pieces live in {SHARED_DIALECT}"
    source, target = module_of(path), module_of(included)
    if source in RANK and target in RANK and source != target and RANK[source] <= RANK[target]:
        return f"{source} is not above {target}"
    if source == "Support" and target not in (None, "Support"):
        return "Support stands alone"
    return None


def check(root):
    sources = tree.files(root, (".c", ".h", ".cpp", ".td"),
                         ("dialects", "include", "lib", "tools"))
    for path, text in sources:
        for match in INCLUDE.finditer(text):
            reason = complain(path, *match.groups())
            if reason:
                line = text.count("\n", 0, match.start(2)) + 1
                yield f"{path}:{line}: includes '{match.group(2)}': {reason}"


tree.run(check)
