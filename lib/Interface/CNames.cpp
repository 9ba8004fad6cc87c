// Knows the names that C, C++, the C library and our own headers have taken.
#include "CNames.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Analysis/TargetLibraryInfo.h"
#include "llvm/TargetParser/Triple.h"

using namespace llvm;

/// Linkers and debuggers carry longer names, people do not.
constexpr size_t kLongestName = 256;

/// Whether `name`, which holds no space, is one of the words in ` a list like this `.
static bool isOneOf(StringRef words, StringRef name) {
  return words.contains((" " + name + " ").str());
}

/// C99 to C23 and C++17 to C++20, with the macros that compilers define without being asked.
constexpr StringLiteral kKeywords =
    " alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t "
    "char32_t char8_t class co_await co_return co_yield compl concept const const_cast "
    "consteval constexpr constinit continue decltype default delete do double dynamic_cast "
    "else enum explicit export extern false float for friend goto if inline int linux long "
    "mutable namespace new noexcept not not_eq nullptr operator or or_eq private protected "
    "public register reinterpret_cast requires restrict return short signed sizeof static "
    "static_assert static_cast struct switch template this thread_local throw true try "
    "typedef typeid typename typeof typeof_unqual union unix unsigned using virtual void "
    "volatile wchar_t while xor xor_eq ";

/// Names of libc and libm that LLVM has no opinion on.
constexpr StringLiteral kOtherLibraryNames =
    " main abort accept assert at_quick_exit atexit bind brk bsearch clock close connect div "
    "dladdr dlclose dlerror dlopen dlsym drem dup dup2 environ errno execve exit fork gamma "
    "getauxval getenv index isfinite isinf isnan j0 j1 jn kill ldiv lgamma listen lldiv "
    "localeconv longjmp mmap mprotect munmap nan nanf nanosleep pipe poll quick_exit raise "
    "rand random recv rindex sbrk sched_yield select sem_init sem_post sem_wait send setenv setjmp "
    "setlocale sigaction signal "
    "signbit significand sigprocmask sincos sincosf sleep socket srand stderr stdin stdout "
    "strsignal syscall sysconf tgamma time usleep vfork wait waitpid y0 y1 yn ";

/// Names that the generated header gets from stddef.h, stdint.h, dlpack.h and runtime.h.
static bool isDeclaredByHeaders(StringRef name) {
  if (name.starts_with("attnc_") || name.starts_with("ATTNC_") || name.starts_with("DL") ||
      name.starts_with("kDL"))
    return true;
  if (name == "NULL" || name == "offsetof" || name == "size_t" || name == "ptrdiff_t" ||
      name == "max_align_t" || name == "nullptr_t")
    return true;
  StringRef integer = name;
  integer.consume_front("u");
  return integer.consume_front("int") && integer.ends_with("_t");
}

static bool isLibraryName(StringRef name) {
  static const TargetLibraryInfoImpl library(Triple("x86_64-unknown-linux-gnu"));
  LibFunc known;
  return library.getLibFunc(name, known) || isOneOf(kOtherLibraryNames, name) ||
         name.starts_with("pthread_");
}

static bool isIdentifier(StringRef name) {
  return !name.empty() && (isAlpha(name.front()) || name.front() == '_') &&
         all_of(name, [](char c) { return isAlnum(c) || c == '_'; });
}

static std::string getNameProblem(StringRef name) {
  if (!isIdentifier(name))
    return "is not an identifier of C; wanted letters, digits and _, not beginning with a digit";
  if (name.size() > kLongestName)
    return ("has " + Twine(name.size()) + " characters; at most " + Twine(kLongestName) +
            " are allowed")
        .str();
  if (isOneOf(kKeywords, name))
    return "is a keyword or a predefined macro of C or C++";
  if (name.size() >= 2 && name[0] == '_' && (name[1] == '_' || isUpper(name[1])))
    return "is reserved for compilers: it begins with _ and a capital or a second _";
  if (isDeclaredByHeaders(name))
    return "is taken by the headers of attnc, DLPack or C";
  return "";
}

std::string attnc::getParameterNameProblem(StringRef name) {
  if (name == "call")
    return "is the name of the last parameter of every function";
  return getNameProblem(name);
}

std::string attnc::getFunctionNameProblem(StringRef name) {
  std::string problem = getNameProblem(name);
  if (problem.empty() && isLibraryName(name))
    return "is a name of the C library";
  return problem;
}

std::string attnc::makeParameterName(StringRef name) {
  std::string result;
  for (char c : name.take_front(kLongestName - 1))
    result += isAlnum(c) ? c : '_';
  if (result.empty() || isDigit(result.front()))
    return "";
  if (!getParameterNameProblem(result).empty())
    result += '_';
  return getParameterNameProblem(result).empty() ? result : "";
}
