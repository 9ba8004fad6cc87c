// .npy files: round trips, what NumPy writes, and hostile headers that must be refused with a
// reason.
#include "attnc/Support/Npy.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace attnc;

namespace {

/// A file of a version with a header of our choice and `dataBytes` zeros.
std::string makeFile(const std::string &dict, size_t dataBytes, int version = 1) {
  std::string file = std::string("\x93NUMPY") + char(version) + '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    file += char(dict.size() >> (8 * i) & 0xff);
  return file + dict + std::string(dataBytes, '\0');
}

std::string makeDict(const std::string &descr, const std::string &shape,
                     const std::string &order = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }";
}

std::string parse(const std::string &file, NpyArray &array, bool uint16IsBF16 = false) {
  // A copy of the exact size, for the address sanitizer to see a read past the end.
  std::vector<char> copy(file.begin(), file.end());
  return parseNpy("x.npy", copy.data(), copy.size(), array, uint16IsBF16);
}

std::string reasonOf(const std::string &file) {
  NpyArray array;
  std::string reason = parse(file, array);
  EXPECT_FALSE(array.isAllocated()) << "refused after an allocation: " << reason;
  return reason;
}

class NpyFile : public testing::Test {
protected:
  void SetUp() override {
    char name[] = "/tmp/attnc-npy-XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    folder = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::string folder;
};

TEST_F(NpyFile, everyTypeSurvivesARoundTrip) {
  const std::string path = folder + "/x.npy";
  for (ElementType type :
       {ElementType::F64, ElementType::F32, ElementType::F16, ElementType::BF16, ElementType::I8,
        ElementType::I16, ElementType::I32, ElementType::I64, ElementType::U8, ElementType::U16,
        ElementType::U32, ElementType::U64, ElementType::Bool}) {
    NpyArray out(type, {2, 3});
    for (int i = 0; i < 6; ++i)
      out.set(i, i % 2);
    ASSERT_EQ(writeNpy(path, out), "");
    NpyArray in;
    ASSERT_EQ(readNpy(path, in, /*uint16IsBF16=*/type == ElementType::BF16), "");
    EXPECT_EQ(in.type, type) << getName(type);
    EXPECT_EQ(in.shape, out.shape);
    EXPECT_EQ(std::memcmp(in.data(), out.data(), out.getByteSize()), 0) << getName(type);
  }
}

TEST_F(NpyFile, shapesFromScalarToRank8) {
  const std::string path = folder + "/x.npy";
  const std::vector<std::vector<int64_t>> shapes = {{},  {0},       {1},
                                                    {7}, {3, 0, 2}, {1, 2, 1, 2, 1, 2, 1, 2}};
  for (const std::vector<int64_t> &shape : shapes) {
    ASSERT_EQ(writeNpy(path, NpyArray(ElementType::F32, shape)), "");
    NpyArray in;
    ASSERT_EQ(readNpy(path, in), "");
    EXPECT_EQ(in.shape, shape);
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    EXPECT_EQ((size_t(file.tellg()) - in.getByteSize()) % 64, 0u);
    EXPECT_EQ(uintptr_t(in.data()) % 64, 0u);
  }
}

TEST_F(NpyFile, aFileThatIsNotRegular) {
  const std::string fifo = folder + "/fifo.npy";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  NpyArray array;
  EXPECT_EQ(readNpy(fifo, array), fifo + ": not a regular file");
  EXPECT_EQ(readNpy(folder, array), folder + ": not a regular file");
  EXPECT_EQ(readNpy(folder + "/none.npy", array), folder + "/none.npy: No such file or directory");
}

TEST_F(NpyFile, aFailedWriteLeavesNothing) {
  NpyArray array(ElementType::F32, {4});
  EXPECT_EQ(writeNpy(folder + "/no/x.npy", array),
            folder + "/no/x.npy: cannot be written: No such file or directory");
  EXPECT_EQ(writeNpy(folder, array), folder + ": cannot be written: Is a directory");
  EXPECT_EQ(writeNpy("/dev/full", array), "/dev/full: cannot be written: No space left on device");
  EXPECT_EQ(writeNpy("/dev/null", array), "");
  EXPECT_EQ(rmdir(folder.c_str()), 0) << "a temporary file was left";
}

TEST_F(NpyFile, aLinkIsWrittenThrough) {
  const std::string target = folder + "/target.npy";
  const std::string link = folder + "/link.npy";
  ASSERT_EQ(writeNpy(target, NpyArray(ElementType::F32, {9})), "");
  ASSERT_EQ(symlink(target.c_str(), link.c_str()), 0);
  ASSERT_EQ(writeNpy(link, NpyArray(ElementType::F32, {4})), "");
  NpyArray in;
  ASSERT_EQ(readNpy(target, in), "");
  EXPECT_EQ(in.shape, std::vector<int64_t>{4});
}

TEST(Npy, readsVersions2And3AndAnyKeyOrder) {
  for (int version : {1, 2, 3}) {
    NpyArray array;
    EXPECT_EQ(parse(makeFile("{\"shape\":( 2 ,3),'fortran_order' : False,\n'descr':'<i2'}  \n", 12,
                             version),
                    array),
              "");
    EXPECT_EQ(array.type, ElementType::I16);
    EXPECT_EQ(array.shape, (std::vector<int64_t>{2, 3}));
  }
}

TEST(Npy, uint16IsBF16OnlyWhenAsked) {
  NpyArray array;
  const std::string file = makeFile(makeDict("<u2", "(1,)"), 2);
  ASSERT_EQ(parse(file, array), "");
  EXPECT_EQ(array.type, ElementType::U16);
  ASSERT_EQ(parse(file, array, /*uint16IsBF16=*/true), "");
  EXPECT_EQ(array.type, ElementType::BF16);
  ASSERT_EQ(parse(makeFile(makeDict("<i2", "(1,)"), 2), array, /*uint16IsBF16=*/true), "");
  EXPECT_EQ(array.type, ElementType::I16);
}

struct BadFile {
  const char *name;
  std::string bytes;
  std::string reason;
};

class BadNpy : public testing::TestWithParam<BadFile> {};

TEST_P(BadNpy, isRefusedWithAReason) {
  EXPECT_EQ(reasonOf(GetParam().bytes), "x.npy: " + GetParam().reason);
}

const std::string kGood = makeFile(makeDict("<f4", "(2,)"), 8);

INSTANTIATE_TEST_SUITE_P(
    , BadNpy,
    testing::Values(
        BadFile{"empty", "", "not a .npy file"},
        BadFile{"magic", "PK\x03\x04 a zip file", "not a .npy file"},
        BadFile{"cutBeforeLength", kGood.substr(0, 8), "not a .npy file"},
        BadFile{"cutInLength", makeFile("", 0, 2).substr(0, 10), "the file ends in its header"},
        BadFile{"cutInHeader", kGood.substr(0, 30), "the file ends in its header"},
        BadFile{"version", makeFile("{}", 0, 4), "format version 4 is not known (1 to 3 are)"},
        BadFile{"hugeHeader", makeFile("{}", 0, 2).replace(8, 4, "\xff\xff\xff\x7f"),
                "a header of 2147483647 bytes is above the limit of 65536"},
        BadFile{"object", makeFile(makeDict("|O", "(2,)"), 16), "object arrays are not supported"},
        BadFile{"structured",
                makeFile("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,)}", 8),
                "structured dtypes are not supported"},
        BadFile{"bigEndian", makeFile(makeDict(">f4", "(2,)"), 8),
                "big-endian data ('>f4') is not supported"},
        BadFile{"complex", makeFile(makeDict("<c8", "(2,)"), 16),
                "dtype '<c8' is not supported (f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1 are)"},
        BadFile{"noOrderMark", makeFile(makeDict("|f4", "(2,)"), 8),
                "dtype '|f4' is not supported (f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1 are)"},
        BadFile{"emptyDtype", makeFile(makeDict("", "(2,)"), 8),
                "dtype '' is not supported (f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1 are)"},
        BadFile{"fortran", makeFile(makeDict("<f4", "(2,)", "True"), 8),
                "Fortran order is not supported; save numpy.ascontiguousarray(x)"},
        BadFile{"order", makeFile(makeDict("<f4", "(2,)", "None"), 8),
                "fortran_order must be True or False"},
        BadFile{"truncated", kGood.substr(0, kGood.size() - 1),
                "truncated: the shape 2 of f32 needs 8 bytes, the file has 7"},
        BadFile{"trailing", kGood + "!",
                "trailing bytes: the shape 2 of f32 needs 8 bytes, the file has 9"},
        BadFile{"negative", makeFile(makeDict("<f4", "(2, -3)"), 8), "negative size in the shape"},
        BadFile{"sizeOverflow", makeFile(makeDict("<f4", "(9223372036854775808,)"), 8),
                "a size in the shape overflows 64 bits"},
        BadFile{"productOverflow", makeFile(makeDict("<f4", "(4294967296, 4294967296)"), 8),
                "the shape 4294967296x4294967296 overflows 64 bits"},
        BadFile{"overflowBehindZero", makeFile(makeDict("<f4", "(0, 4294967296, 4294967296)"), 0),
                "the shape 0x4294967296x4294967296 overflows 64 bits"},
        BadFile{"rank", makeFile(makeDict("<f4", "(1,1,1,1,1,1,1,1,1)"), 4), "rank above 8"},
        BadFile{"shapeNumber", makeFile(makeDict("<f4", "2"), 8), "expected '(' in the header"},
        BadFile{"shapeText", makeFile(makeDict("<f4", "(2, x)"), 8),
                "expected a size in the shape"},
        BadFile{"shapeSeparator", makeFile(makeDict("<f4", "(2 3)"), 8),
                "expected ',' or ')' in the shape"},
        BadFile{"missingKey", makeFile("{'descr': '<f4', 'shape': (2,)}", 8),
                "the header needs 'descr', 'fortran_order' and 'shape'"},
        BadFile{"unknownKey", makeFile("{'x': 1}", 0), "unknown header key 'x'"},
        BadFile{"twice", makeFile("{'descr': '<f4', 'descr': '<f4'}", 0),
                "header key 'descr' occurs twice"},
        BadFile{"openString", makeFile("{'descr: ", 0), "a string in the header does not end"},
        BadFile{"noDict", makeFile("[]", 0), "expected '{' in the header"},
        BadFile{"noComma", makeFile("{'descr': '<f4' 'shape'", 0), "expected ',' or '}'"},
        BadFile{"afterDict", makeFile(makeDict("<f4", "(2,)") + "; import os", 8),
                "text after the header's dict"}),
    [](const auto &info) { return info.param.name; });

TEST(Npy, mutatedFilesNeverCrash) {
  // Every byte of a header replaced by every other, and every prefix: refused or read, no more.
  const std::string good = makeFile(makeDict("<f4", "(2, 3)"), 24);
  NpyArray array;
  for (size_t i = 0; i < good.size() - 24; ++i) {
    std::string bad = good;
    for (int byte = 0; byte < 256; ++byte) {
      bad[i] = char(byte);
      if (parse(bad, array).empty()) {
        EXPECT_EQ(array.getByteSize(), 24u) << "byte " << i << " = " << byte;
      }
    }
    EXPECT_NE(parse(good.substr(0, i), array), "");
  }
}

TEST(Npy, computeByteSize) {
  EXPECT_EQ(computeByteSize(ElementType::F16, {}), 2);
  EXPECT_EQ(computeByteSize(ElementType::F64, {2, 0, 5}), 0);
  EXPECT_EQ(computeByteSize(ElementType::F64, {-1}), -1);
  EXPECT_EQ(computeByteSize(ElementType::I8, {INT64_MAX}), INT64_MAX);
  EXPECT_EQ(computeByteSize(ElementType::I16, {INT64_MAX}), -1);
}

} // namespace
