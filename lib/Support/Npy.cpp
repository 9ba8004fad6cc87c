// Reads and writes NumPy's .npy files (format versions 1 to 3) and checks every size first.
#include "attnc/Support/Npy.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

using namespace attnc;

namespace {

constexpr char kMagic[] = "\x93NUMPY";
constexpr size_t kMagicBytes = 6;
constexpr size_t kDataAlignment = 64;

std::string describeErrno() { return std::strerror(errno); }

/// Reads the header, a literal of a Python dict with exactly the keys descr, fortran_order and
/// shape. Every method returns false at the first mistake, which `error` then names.
class HeaderParser {
public:
  HeaderParser(const char *begin, const char *end) : cursor(begin), end(end) {}

  bool parse() {
    if (!expect('{'))
      return false;
    while (!accept('}')) {
      std::string key;
      if (!parseString(key) || !expect(':') || !parseValue(key))
        return false;
      if (!accept(',') && !peek('}'))
        return fail("expected ',' or '}'");
    }
    skipSpace();
    if (cursor != end)
      return fail("text after the header's dict");
    if (!hasDescr || !hasOrder || !hasShape)
      return fail("the header needs 'descr', 'fortran_order' and 'shape'");
    return true;
  }

  std::string descr;
  bool fortranOrder = false;
  std::vector<int64_t> shape;
  std::string error;

private:
  bool parseValue(const std::string &key) {
    if (key == "descr")
      return claim(hasDescr, key) && parseDescr();
    if (key == "fortran_order")
      return claim(hasOrder, key) && parseBool(fortranOrder);
    if (key == "shape")
      return claim(hasShape, key) && parseShape();
    return fail("unknown header key '" + key + "'");
  }

  bool claim(bool &seen, const std::string &key) {
    if (seen)
      return fail("header key '" + key + "' occurs twice");
    return seen = true;
  }

  bool parseDescr() {
    if (peek('['))
      return fail("structured dtypes are not supported");
    return parseString(descr);
  }

  bool parseShape() {
    if (!expect('('))
      return false;
    while (!accept(')')) {
      int64_t size;
      if (!parseSize(size))
        return false;
      shape.push_back(size);
      if (shape.size() > kMaxNpyRank)
        return fail("rank above " + std::to_string(kMaxNpyRank));
      if (!accept(',') && !peek(')'))
        return fail("expected ',' or ')' in the shape");
    }
    return true;
  }

  bool parseSize(int64_t &size) {
    skipSpace();
    if (cursor != end && *cursor == '-')
      return fail("negative size in the shape");
    if (cursor == end || *cursor < '0' || *cursor > '9')
      return fail("expected a size in the shape");
    size = 0;
    for (; cursor != end && *cursor >= '0' && *cursor <= '9'; ++cursor)
      if (__builtin_mul_overflow(size, int64_t(10), &size) ||
          __builtin_add_overflow(size, int64_t(*cursor - '0'), &size))
        return fail("a size in the shape overflows 64 bits");
    return true;
  }

  bool parseBool(bool &value) {
    skipSpace();
    for (bool candidate : {false, true}) {
      const char *word = candidate ? "True" : "False";
      const size_t length = std::strlen(word);
      if (size_t(end - cursor) >= length && std::memcmp(cursor, word, length) == 0) {
        cursor += length;
        value = candidate;
        return true;
      }
    }
    return fail("fortran_order must be True or False");
  }

  bool parseString(std::string &text) {
    skipSpace();
    if (cursor == end || (*cursor != '\'' && *cursor != '"'))
      return fail("expected a string in the header");
    const char quote = *cursor++;
    const void *close = std::memchr(cursor, quote, size_t(end - cursor));
    if (!close)
      return fail("a string in the header does not end");
    text.assign(cursor, static_cast<const char *>(close));
    cursor = static_cast<const char *>(close) + 1;
    return true;
  }

  void skipSpace() {
    while (cursor != end && (*cursor == ' ' || *cursor == '\n' || *cursor == '\t'))
      ++cursor;
  }

  bool peek(char c) {
    skipSpace();
    return cursor != end && *cursor == c;
  }

  bool accept(char c) {
    if (!peek(c))
      return false;
    ++cursor;
    return true;
  }

  bool expect(char c) {
    return accept(c) || fail(std::string("expected '") + c + "' in the header");
  }

  bool fail(std::string message) {
    if (error.empty())
      error = std::move(message);
    return false;
  }

  const char *cursor;
  const char *end;
  bool hasDescr = false;
  bool hasOrder = false;
  bool hasShape = false;
};

struct Descr {
  const char *text; // without the byte order
  ElementType type;
};

// BF16 is not here: it travels as u2.
constexpr Descr kDescrs[] = {
    {"f8", ElementType::F64}, {"f4", ElementType::F32}, {"f2", ElementType::F16},
    {"i1", ElementType::I8},  {"i2", ElementType::I16}, {"i4", ElementType::I32},
    {"i8", ElementType::I64}, {"u1", ElementType::U8},  {"u2", ElementType::U16},
    {"u4", ElementType::U32}, {"u8", ElementType::U64}, {"b1", ElementType::Bool}};

/// Returns an empty string, or why `descr` is refused.
std::string parseDescr(const std::string &descr, ElementType &type) {
  const char order = descr.empty() ? '\0' : descr[0];
  const std::string code = descr.empty() ? descr : descr.substr(1);
  if (code == "O")
    return "object arrays are not supported";
  if (order == '>')
    return "big-endian data ('" + descr + "') is not supported";
  for (const Descr &known : kDescrs) {
    if (code != known.text)
      continue;
    const bool isByte = getByteWidth(known.type) == 1;
    if (order == '<' || (order == '|' && isByte)) {
      type = known.type;
      return "";
    }
  }
  return "dtype '" + descr + "' is not supported (f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1 are)";
}

/// Where the data begin and what they are.
struct Header {
  size_t bytes = 0;
  ElementType type = ElementType::F32;
  std::vector<int64_t> shape;
};

/// `size` bytes are at hand of a file of `fileSize` bytes: all of the header, if the file has it.
std::string parseHeader(const char *bytes, size_t size, uint64_t fileSize, Header &header) {
  if (size < kMagicBytes + 4 || std::memcmp(bytes, kMagic, kMagicBytes) != 0)
    return "not a .npy file";
  const auto byteAt = [&](size_t index) { return size_t(uint8_t(bytes[index])); };
  const size_t version = byteAt(6);
  if (version < 1 || version > 3)
    return "format version " + std::to_string(version) + " is not known (1 to 3 are)";
  const size_t lengthBytes = version == 1 ? 2 : 4;
  const size_t start = kMagicBytes + 2 + lengthBytes;
  if (size < start)
    return "the file ends in its header";
  size_t length = 0;
  for (size_t i = 0; i < lengthBytes; ++i)
    length |= byteAt(kMagicBytes + 2 + i) << (8 * i);
  if (length > kMaxNpyHeaderBytes)
    return "a header of " + std::to_string(length) + " bytes is above the limit of " +
           std::to_string(kMaxNpyHeaderBytes);
  if (length > size - start)
    return "the file ends in its header";

  HeaderParser parser(bytes + start, bytes + start + length);
  if (!parser.parse())
    return parser.error;
  if (std::string error = parseDescr(parser.descr, header.type); !error.empty())
    return error;
  if (parser.fortranOrder)
    return "Fortran order is not supported; save numpy.ascontiguousarray(x)";
  const int64_t dataBytes = computeByteSize(header.type, parser.shape);
  if (dataBytes < 0)
    return "the shape " + formatShape(parser.shape) + " overflows 64 bits";
  header.bytes = start + length;
  const uint64_t present = fileSize - header.bytes;
  if (uint64_t(dataBytes) != present)
    return std::string(present < uint64_t(dataBytes) ? "truncated" : "trailing bytes") +
           ": the shape " + formatShape(parser.shape) + " of " + getName(header.type) + " needs " +
           std::to_string(dataBytes) + " bytes, the file has " + std::to_string(present);
  header.shape = std::move(parser.shape);
  return "";
}

/// Allocates what the header announces.
std::string makeArray(const Header &header, bool uint16IsBF16, NpyArray &array) {
  const bool isBF16 = uint16IsBF16 && header.type == ElementType::U16;
  array = NpyArray(isBF16 ? ElementType::BF16 : header.type, header.shape);
  if (!array.isAllocated())
    return "no memory for " + std::to_string(array.getByteSize()) + " bytes";
  return "";
}

/// Closes a file descriptor at the end of a scope.
struct FileDescriptor {
  explicit FileDescriptor(int fd) : fd(fd) {}
  FileDescriptor(const FileDescriptor &) = delete;
  ~FileDescriptor() {
    if (fd >= 0)
      ::close(fd);
  }
  bool isOpen() const { return fd >= 0; }
  /// The write of the last bytes may fail only here.
  bool close() { return ::close(std::exchange(fd, -1)) == 0; }

  int fd;
};

/// Reads up to `size` bytes; fewer only at the end of the file. Returns -1 on an error.
int64_t readFully(int fd, char *bytes, size_t size) {
  size_t done = 0;
  while (done < size) {
    const ssize_t count = ::read(fd, bytes + done, size - done);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return -1;
    if (count == 0)
      break;
    done += size_t(count);
  }
  return int64_t(done);
}

bool writeFully(int fd, const char *bytes, size_t size) {
  while (size > 0) {
    const ssize_t count = ::write(fd, bytes, size);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return false;
    bytes += count;
    size -= size_t(count);
  }
  return true;
}

/// Reads an opened file; the path is added to a reason by the caller.
std::string readFile(int fd, NpyArray &array, bool uint16IsBF16) {
  struct stat status;
  if (::fstat(fd, &status) != 0)
    return describeErrno();
  if (!S_ISREG(status.st_mode))
    return "not a regular file";
  const uint64_t fileSize = uint64_t(status.st_size);
  constexpr size_t kMaxStart = kMagicBytes + 2 + 4 + kMaxNpyHeaderBytes;
  std::string start(size_t(std::min<uint64_t>(fileSize, kMaxStart)), '\0');
  const int64_t startBytes = readFully(fd, start.data(), start.size());
  if (startBytes < 0)
    return describeErrno();
  Header header;
  if (std::string error = parseHeader(start.data(), size_t(startBytes), fileSize, header);
      !error.empty())
    return error;
  if (std::string error = makeArray(header, uint16IsBF16, array); !error.empty())
    return error;
  if (::lseek(fd, off_t(header.bytes), SEEK_SET) < 0)
    return describeErrno();
  const int64_t dataBytes = readFully(fd, array.data<char>(), array.getByteSize());
  if (dataBytes < 0)
    return describeErrno();
  if (uint64_t(dataBytes) != array.getByteSize())
    return "the file shrank while it was read";
  return "";
}

std::string makeHeader(const NpyArray &array) {
  const ElementType type = array.type == ElementType::BF16 ? ElementType::U16 : array.type;
  std::string dict = "{'descr': '";
  for (const Descr &known : kDescrs)
    if (known.type == type)
      dict += (getByteWidth(type) == 1 ? "|" : "<") + std::string(known.text);
  dict += "', 'fortran_order': False, 'shape': (";
  for (size_t dim = 0; dim < array.shape.size(); ++dim)
    dict += (dim ? " " : "") + std::to_string(array.shape[dim]) + ",";
  dict += "), }";
  // The data start at a multiple of 64, as NumPy's do.
  const size_t unpadded = kMagicBytes + 4 + dict.size() + 1;
  dict.append((kDataAlignment - unpadded % kDataAlignment) % kDataAlignment, ' ');
  dict += '\n';
  const size_t length = dict.size();
  return std::string(kMagic, kMagicBytes) + std::string("\x01\x00", 2) + char(length & 0xff) +
         char(length >> 8) + dict;
}

bool writeArray(int fd, const NpyArray &array) {
  const std::string header = makeHeader(array);
  return writeFully(fd, header.data(), header.size()) &&
         writeFully(fd, array.data<char>(), array.getByteSize());
}

/// Opens a new file beside `path` for it to be renamed to; its name is left in `temporary`.
int openTemporary(const std::string &path, std::string &temporary) {
  for (int attempt = 0; attempt < 100; ++attempt) {
    temporary = path + ".tmp" + std::to_string(::getpid()) + "-" + std::to_string(attempt);
    const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0 || errno != EEXIST)
      return fd;
  }
  return -1;
}

} // namespace

NpyArray::NpyArray(ElementType type, std::vector<int64_t> shape)
    : type(type), shape(std::move(shape)) {
  // aligned_alloc wants a multiple of the alignment; an empty tensor still gets an address.
  const size_t bytes = getByteSize();
  const size_t padded = (bytes / kDataAlignment + 1) * kDataAlignment;
  buffer.reset(std::aligned_alloc(kDataAlignment, padded));
  if (buffer)
    std::memset(buffer.get(), 0, bytes);
}

int64_t NpyArray::getNumElements() const {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

double NpyArray::get(int64_t index) const {
  return loadElement(type, data<char>() + size_t(index) * getByteWidth(type));
}

void NpyArray::set(int64_t index, double value) {
  storeElement(type, data<char>() + size_t(index) * getByteWidth(type), value);
}

int64_t attnc::computeByteSize(ElementType type, const std::vector<int64_t> &shape) {
  int64_t bytes = int64_t(getByteWidth(type));
  bool isEmpty = false;
  for (int64_t size : shape) {
    isEmpty |= size == 0;
    if (size < 0 || (size > 0 && __builtin_mul_overflow(bytes, size, &bytes)))
      return -1;
  }
  return isEmpty ? 0 : bytes;
}

std::string attnc::formatShape(const std::vector<int64_t> &shape) {
  if (shape.empty())
    return "scalar";
  std::string text;
  for (int64_t size : shape)
    text += (text.empty() ? "" : "x") + std::to_string(size);
  return text;
}

std::string attnc::parseNpy(const std::string &name, const void *bytes, size_t size,
                            NpyArray &array, bool uint16IsBF16) {
  Header header;
  std::string error = parseHeader(static_cast<const char *>(bytes), size, size, header);
  if (error.empty())
    error = makeArray(header, uint16IsBF16, array);
  if (!error.empty())
    return name + ": " + error;
  std::memcpy(array.data(), static_cast<const char *>(bytes) + header.bytes, array.getByteSize());
  return "";
}

std::string attnc::readNpy(const std::string &path, NpyArray &array, bool uint16IsBF16) {
  // Non-blocking, so that a FIFO without a writer is refused and does not hang.
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::string error = file.isOpen() ? readFile(file.fd, array, uint16IsBF16) : describeErrno();
  return error.empty() ? error : path + ": " + error;
}

std::string attnc::writeNpy(const std::string &path, const NpyArray &array) {
  const auto failed = [&] { return path + ": cannot be written: " + describeErrno(); };
  struct stat status;
  if (::lstat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    FileDescriptor file(::open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
    if (!file.isOpen() || !writeArray(file.fd, array) || !file.close())
      return failed();
    return "";
  }
  std::string temporary;
  FileDescriptor file(openTemporary(path, temporary));
  if (!file.isOpen())
    return failed();
  if (!writeArray(file.fd, array) || !file.close() ||
      ::rename(temporary.c_str(), path.c_str()) != 0) {
    std::string error = failed();
    ::unlink(temporary.c_str());
    return error;
  }
  return "";
}
