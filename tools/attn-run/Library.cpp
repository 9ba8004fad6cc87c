// Loads a library, lists its functions by their ELF symbols and prints what they say of themselves.
#include "Library.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace attnrun;
using attnc::ElementType;

namespace {

constexpr char kMetadataSuffix[] = "_metadata";

/// Reads the names of the functions from the dynamic symbols of an ELF file: f for each f_metadata.
/// All offsets in the file are checked before they are followed.
class SymbolReader {
public:
  SymbolReader() = default;
  SymbolReader(const SymbolReader &) = delete;
  ~SymbolReader() {
    if (bytes)
      munmap(const_cast<char *>(bytes), size);
  }

  std::string map(const std::string &path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
      return std::strerror(errno);
    struct stat status = {};
    const bool isFile = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0;
    void *mapped =
        isFile ? mmap(nullptr, size_t(status.st_size), PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    close(fd);
    if (mapped == MAP_FAILED)
      return "not a 64-bit ELF shared library";
    bytes = static_cast<const char *>(mapped);
    size = size_t(status.st_size);
    return "";
  }

  std::string read(std::vector<std::string> &names) {
    Elf64_Ehdr header;
    if (!load(0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
        header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_type != ET_DYN)
      return "not a 64-bit ELF shared library";
    for (unsigned i = 0; i < header.e_shnum; ++i) {
      Elf64_Shdr section, strings;
      if (!load(header.e_shoff + i * sizeof(section), section))
        return "its section table is damaged";
      if (section.sh_type != SHT_DYNSYM)
        continue;
      if (!load(header.e_shoff + section.sh_link * sizeof(strings), strings))
        return "its section table is damaged";
      readSymbols(section, strings, names);
    }
    std::sort(names.begin(), names.end());
    return "";
  }

private:
  template <typename T> bool load(uint64_t offset, T &value) const {
    if (offset > size || size - offset < sizeof(T))
      return false;
    std::memcpy(&value, bytes + offset, sizeof(T));
    return true;
  }

  void readSymbols(const Elf64_Shdr &table, const Elf64_Shdr &strings,
                   std::vector<std::string> &names) const {
    for (uint64_t offset = 0; offset < table.sh_size; offset += sizeof(Elf64_Sym)) {
      Elf64_Sym symbol;
      if (!load(table.sh_offset + offset, symbol))
        return;
      const uint64_t start = strings.sh_offset + symbol.st_name;
      if (symbol.st_shndx == SHN_UNDEF || start >= size)
        continue;
      const std::string name(bytes + start, strnlen(bytes + start, size - start));
      const size_t suffix = sizeof(kMetadataSuffix) - 1;
      if (name.size() > suffix && name.compare(name.size() - suffix, suffix, kMetadataSuffix) == 0)
        names.push_back(name.substr(0, name.size() - suffix));
    }
  }

  const char *bytes = nullptr;
  size_t size = 0;
};

struct DLTypeOf {
  DLDataType dl;
  ElementType type;
};

constexpr uint8_t kDLBoolCode = 6; // newer than the oldest dlpack.h that attnc takes

constexpr DLTypeOf kDLTypes[] = {
    {{kDLFloat, 64, 1}, ElementType::F64},   {{kDLFloat, 32, 1}, ElementType::F32},
    {{kDLFloat, 16, 1}, ElementType::F16},   {{kDLBfloat, 16, 1}, ElementType::BF16},
    {{kDLInt, 8, 1}, ElementType::I8},       {{kDLInt, 16, 1}, ElementType::I16},
    {{kDLInt, 32, 1}, ElementType::I32},     {{kDLInt, 64, 1}, ElementType::I64},
    {{kDLUInt, 8, 1}, ElementType::U8},      {{kDLUInt, 16, 1}, ElementType::U16},
    {{kDLUInt, 32, 1}, ElementType::U32},    {{kDLUInt, 64, 1}, ElementType::U64},
    {{kDLBoolCode, 8, 1}, ElementType::Bool}};

std::string formatType(const attnc_metadata &metadata, const attnc_arg &argument) {
  std::string text;
  for (int32_t dim = 0; dim < argument.ndim; ++dim) {
    const int64_t size = argument.shape[dim];
    text += (size < 0 ? getSymbol(metadata, size).name : std::to_string(size)) + "x";
  }
  const std::optional<ElementType> type = getElementType(argument.dtype);
  return text + (type ? attnc::getName(*type) : "?");
}

const char *getKindName(int32_t kind) {
  return kind == ATTNC_ARG_INPUT ? "input" : kind == ATTNC_ARG_OUTPUT ? "output" : "scalar";
}

void printText(const Function &function) {
  const attnc_metadata &metadata = *function.metadata;
  std::printf("%s\n", metadata.name);
  for (int32_t i = 0; i < metadata.num_args; ++i)
    std::printf("  %d %-6s %-12s %s\n", i, getKindName(metadata.args[i].kind),
                metadata.args[i].name, formatType(metadata, metadata.args[i]).c_str());
  std::printf("  scratch per worker: %lld bytes\n", (long long)metadata.scratch_bytes);
  std::printf("  made by %s for %s%s%s\n", metadata.producer, metadata.triple,
              *metadata.cpu_features ? " with " : "", metadata.cpu_features);
}

void printJson(const Function &function, bool isFirst) {
  const attnc_metadata &metadata = *function.metadata;
  std::printf("%s{\"name\": \"%s\", \"producer\": \"%s\", \"triple\": \"%s\", "
              "\"cpu_features\": \"%s\", \"scratch_bytes\": %lld, \"args\": [",
              isFirst ? "" : ", ", metadata.name, metadata.producer, metadata.triple,
              metadata.cpu_features, (long long)metadata.scratch_bytes);
  for (int32_t i = 0; i < metadata.num_args; ++i)
    std::printf("%s{\"name\": \"%s\", \"kind\": \"%s\", \"type\": \"%s\"}", i ? ", " : "",
                metadata.args[i].name, getKindName(metadata.args[i].kind),
                formatType(metadata, metadata.args[i]).c_str());
  std::printf("]}");
}

} // namespace

Library::~Library() {
  if (handle)
    dlclose(handle);
}

std::string Library::open(const std::string &requested) {
  path = requested.find('/') == std::string::npos ? "./" + requested : requested;
  SymbolReader reader;
  std::string error = reader.map(path);
  if (error.empty())
    error = reader.read(names);
  if (!error.empty())
    return path + ": " + error;
  handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  return handle ? "" : dlerror();
}

std::string Library::find(const std::string &name, Function &function) const {
  if (name.empty() && names.size() != 1) {
    std::string list;
    for (const std::string &known : names)
      list += (list.empty() ? "" : ", ") + known;
    return path + (names.empty() ? ": no function that attnc made"
                                 : ": several functions, choose one by --function: " + list);
  }
  const std::string found = name.empty() ? names.front() : name;
  using GetMetadata = const attnc_metadata *();
  const auto getMetadata =
      reinterpret_cast<GetMetadata *>(dlsym(handle, (found + kMetadataSuffix).c_str()));
  function.call =
      reinterpret_cast<decltype(function.call)>(dlsym(handle, (found + "_argv").c_str()));
  function.getWorkspace = reinterpret_cast<decltype(function.getWorkspace)>(
      dlsym(handle, (found + "_workspace").c_str()));
  if (!getMetadata || !function.call || !function.getWorkspace)
    return path + ": no function '" + found + "' (it needs " + found + "_metadata, " + found +
           "_argv and " + found + "_workspace)";
  function.metadata = getMetadata();
  return "";
}

std::string Library::getLastError() const {
  using GetError = const char *();
  const auto getError = reinterpret_cast<GetError *>(dlsym(handle, "attnc_last_error"));
  return getError ? getError() : "the library does not say why";
}

std::string attnrun::checkAbi(const Function &function) {
  if (function.metadata->abi_version == ATTNC_ABI_VERSION)
    return "";
  return std::string(function.metadata->name) + ": made for ABI version " +
         std::to_string(function.metadata->abi_version) + ", attn-run knows " +
         std::to_string(ATTNC_ABI_VERSION);
}

Symbol attnrun::getSymbol(const attnc_metadata &metadata, int64_t size) {
  const bool hasSymbols = metadata.size >= offsetof(attnc_metadata, symbols) + sizeof(void *);
  if (!hasSymbols || -size > metadata.num_symbols)
    return {"N" + std::to_string(-size), size, 0};
  const attnc_symbol &symbol = metadata.symbols[-1 - size];
  return {symbol.name, symbol.base ? symbol.base : size, symbol.plus};
}

std::optional<ElementType> attnrun::getElementType(DLDataType type) {
  for (const DLTypeOf &known : kDLTypes)
    if (known.dl.code == type.code && known.dl.bits == type.bits && type.lanes == 1)
      return known.type;
  return std::nullopt;
}

DLDataType attnrun::getDLType(ElementType type) {
  for (const DLTypeOf &known : kDLTypes)
    if (known.type == type)
      return known.dl;
  return {};
}

std::string attnrun::printInfo(const Library &library, bool json) {
  std::vector<Function> functions;
  for (const std::string &name : library.getFunctionNames()) {

    std::string error = library.find(name, functions.emplace_back());
    if (error.empty())
      error = checkAbi(functions.back());
    if (!error.empty())
      return error;
  }
  if (json)
    std::printf("{\"functions\": [");
  for (const Function &function : functions) {
    if (json)
      printJson(function, &function == &functions.front());
    else
      printText(function);
  }
  if (json)
    std::printf("]}\n");
  return "";
}
