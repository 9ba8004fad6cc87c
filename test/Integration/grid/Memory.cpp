// Strided tensors in memory that notices reads and writes outside of them.
#include "Memory.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

using namespace grid;
using attnc::ElementType;

static constexpr size_t kMargin = 512;
static constexpr char kFill = char(0xff);

GuardedBuffer::GuardedBuffer(size_t bytes, size_t elementBytes, Random &random) : bytes(bytes) {
  const size_t page = size_t(sysconf(_SC_PAGESIZE));
  const bool endsAtPage = random.oneIn(2);
  const size_t usable = (bytes + 2 * kMargin + page - 1) / page * page;
  mappedBytes = usable + 2 * page;
  void *memory =
      mmap(nullptr, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    std::abort();
  mapping = static_cast<char *>(memory);
  std::memset(mapping, kFill, mappedBytes);
  mprotect(mapping, page, PROT_NONE);
  mprotect(mapping + page + usable, page, PROT_NONE);
  start = mapping + page;
  // With margins the address is aligned to the element only.
  start += endsAtPage ? usable - bytes : kMargin / 2 + size_t(random.range(0, 7)) * elementBytes;
}

GuardedBuffer::GuardedBuffer(GuardedBuffer &&other)
    : mapping(std::exchange(other.mapping, nullptr)), mappedBytes(other.mappedBytes),
      start(other.start), bytes(other.bytes) {}

GuardedBuffer::~GuardedBuffer() {
  if (mapping)
    munmap(mapping, mappedBytes);
}

bool GuardedBuffer::areMarginsIntact() const {
  const size_t page = size_t(sysconf(_SC_PAGESIZE));
  const auto isFill = [](char byte) { return byte == kFill; };
  return std::all_of(mapping + page, start, isFill) &&
         std::all_of(start + bytes, mapping + mappedBytes - page, isFill);
}

const char *grid::getName(Layout layout) {
  static const char *const names[] = {"compact", "transposed",  "fused",
                                      "padded",  "shared_head", "shared_batch"};
  return names[int(layout)];
}

/// Strides in elements for axes from the innermost: `order` lists axes, outermost first.
static std::vector<int64_t> stackAxes(const std::vector<int64_t> &shape,
                                      const std::vector<size_t> &order, int64_t padding) {
  std::vector<int64_t> strides(shape.size());
  int64_t stride = 1;
  for (size_t n = order.size(); n-- > 0;) {
    strides[order[n]] = stride;
    stride *= std::max<int64_t>(shape[order[n]], 1);
    if (n + 1 == order.size())
      stride += padding;
  }
  return strides;
}

static std::vector<int64_t> makeStrides(const std::vector<int64_t> &shape, Layout layout,
                                        Random &random) {
  std::vector<size_t> order(shape.size());
  for (size_t axis = 0; axis < order.size(); ++axis)
    order[axis] = axis;
  const bool isTransposed =
      shape.size() == 4 && (layout == Layout::Transposed || layout == Layout::Fused);
  if (isTransposed)
    std::swap(order[1], order[2]);
  std::vector<int64_t> strides =
      stackAxes(shape, order, layout == Layout::Padded ? random.range(1, 9) : 0);
  if (layout == Layout::Fused && shape.size() > 2) {
    strides[order[1]] *= 3;
    strides[0] *= 3;
  }
  if (layout == Layout::SharedHead && shape.size() == 4)
    strides[1] = 0;
  if (layout == Layout::SharedBatch)
    strides[0] = 0;
  return strides;
}

static size_t computeSpan(ElementType type, const std::vector<int64_t> &shape,
                          const std::vector<int64_t> &strides) {
  int64_t last = 0;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == 0)
      return 0;
    last += (shape[axis] - 1) * strides[axis];
  }
  return size_t(last + 1) * attnc::getByteWidth(type);
}

static DLDataType getDLDataType(ElementType type) {
  const uint8_t bits = uint8_t(8 * attnc::getByteWidth(type));
  switch (type) {
  case ElementType::BF16:
    return {kDLBfloat, bits, 1};
  case ElementType::I32:
    return {kDLInt, bits, 1};
  case ElementType::Bool:
    return {6, bits, 1}; // kDLBool, which older headers lack
  default:
    return {kDLFloat, bits, 1};
  }
}

StridedTensor::StridedTensor(ElementType type, std::vector<int64_t> shape, Layout layout,
                             Random &random)
    : type(type), shape(std::move(shape)), strides(makeStrides(this->shape, layout, random)),
      spanBytes(computeSpan(type, this->shape, strides)),
      buffer(spanBytes, attnc::getByteWidth(type), random) {
  tensor.data = buffer.data();
  tensor.device = {kDLCPU, 0};
  tensor.ndim = int32_t(this->shape.size());
  tensor.dtype = getDLDataType(type);
  tensor.shape = this->shape.data();
  tensor.strides = strides.data();
  tensor.byte_offset = 0;
}

int64_t StridedTensor::getNumElements() const {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

char *StridedTensor::at(int64_t index) const {
  int64_t position = 0;
  for (size_t axis = shape.size(); axis-- > 0; index /= shape[axis])
    position += index % shape[axis] * strides[axis];
  return buffer.data() + size_t(position) * attnc::getByteWidth(type);
}

void StridedTensor::freeze() { frozen.assign(buffer.data(), buffer.data() + spanBytes); }

std::string StridedTensor::findDamage(bool isOutput) const {
  if (!buffer.areMarginsIntact())
    return "memory around the tensor was written";
  if (!isOutput)
    return std::equal(frozen.begin(), frozen.end(), buffer.data()) ? "" : "an input was written";
  std::vector<bool> belongs(spanBytes, false);
  for (int64_t i = 0, e = getNumElements(); i < e; ++i)
    std::fill_n(belongs.begin() + (at(i) - buffer.data()), attnc::getByteWidth(type), true);
  for (size_t byte = 0; byte < spanBytes; ++byte)
    if (!belongs[byte] && buffer.data()[byte] != kFill)
      return "memory between the elements of an output was written";
  return "";
}
