// Staged files appear on commit, all of them, or never.
#include "attnc/Driver/StagedFiles.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "gtest/gtest.h"

using namespace attnc;

namespace {

class StagedFilesTest : public testing::Test {
protected:
  void SetUp() override { ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("staged", folder)); }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  std::string path(llvm::StringRef name) const { return (folder + "/" + name).str(); }

  static std::string read(const std::string &path) {
    auto content = llvm::MemoryBuffer::getFile(path);
    return content ? (*content)->getBuffer().str() : "";
  }
  static std::string message(llvm::Error error) { return llvm::toString(std::move(error)); }

  unsigned countEntries() const {
    std::error_code error;
    unsigned count = 0;
    for (llvm::sys::fs::directory_iterator it(folder, error), end; it != end; it.increment(error))
      ++count;
    return count;
  }

  llvm::SmallString<128> folder;
};

TEST_F(StagedFilesTest, AppearOnCommit) {
  {
    StagedFiles files;
    EXPECT_EQ(message(files.add(path("a"), "-")), "");
    EXPECT_EQ(message(files.add(path("b"), "-")), "");
    EXPECT_EQ(message(files.write(path("a"), "first")), "");
    EXPECT_EQ(message(files.write(path("b"), "second")), "");
    EXPECT_FALSE(llvm::sys::fs::exists(path("a")));
    EXPECT_EQ(message(files.commit()), "");
  }
  EXPECT_EQ(read(path("a")), "first");
  EXPECT_EQ(read(path("b")), "second");
  EXPECT_EQ(countEntries(), 2u);
}

TEST_F(StagedFilesTest, LeaveNothingWithoutCommit) {
  {
    StagedFiles files;
    EXPECT_EQ(message(files.add(path("a"), "-")), "");
    EXPECT_EQ(message(files.write(path("a"), "text")), "");
    EXPECT_EQ(message(files.writeWork(files.getWorkPlace(path("a"), "a.o"), "object")), "");
  }
  EXPECT_EQ(countEntries(), 0u);
}

TEST_F(StagedFilesTest, AdoptAWorkFile) {
  {
    StagedFiles files;
    EXPECT_EQ(message(files.add(path("a"), "-")), "");
    std::string work = files.getWorkPlace(path("a"), "linked");
    EXPECT_EQ(message(files.writeWork(work, "library")), "");
    EXPECT_EQ(message(files.adoptWork(work, path("a"))), "");
    EXPECT_EQ(message(files.commit()), "");
  }
  EXPECT_EQ(read(path("a")), "library");
  EXPECT_EQ(countEntries(), 1u);
}

TEST_F(StagedFilesTest, MayBeCalledAsTheFoldersInside) {
  StagedFiles files;
  for (const char *name : {"out", "work"}) {
    EXPECT_EQ(message(files.add(path(name), "-")), "");
    EXPECT_EQ(message(files.write(path(name), name)), "");
  }
  EXPECT_EQ(message(files.commit()), "");
  EXPECT_EQ(read(path("out")), "out");
  EXPECT_EQ(read(path("work")), "work");
}

TEST_F(StagedFilesTest, AreWrittenAtOnceOnRequest) {
  StagedFiles files;
  EXPECT_EQ(message(files.addFolder(folder)), "");
  EXPECT_EQ(message(files.writeNow(folder, "a", "old", "-")), "");
  EXPECT_EQ(message(files.writeNow(folder, "a", "new", "-")), "");
  EXPECT_EQ(read(path("a")), "new");
  EXPECT_EQ(message(files.writeNow(folder, "a", "newer", path("a"))),
            "output '" + path("a") + "' is the input file");
  EXPECT_EQ(read(path("a")), "new");
}

TEST_F(StagedFilesTest, TwoOfOneNameAreRefused) {
  StagedFiles files;
  EXPECT_EQ(message(files.add(path("a"), "-")), "");
  EXPECT_EQ(message(files.add(path("a"), "-")),
            "two outputs would be written to '" + path("a") + "'");
}

TEST_F(StagedFilesTest, AFolderThatGoesAwayIsAnError) {
  StagedFiles files;
  ASSERT_FALSE(llvm::sys::fs::create_directory(path("sub")));
  EXPECT_EQ(message(files.add(path("sub/a"), "-")), "");
  EXPECT_EQ(message(files.write(path("sub/a"), "text")), "");
  llvm::sys::fs::remove_directories(path("sub"));
  EXPECT_EQ(message(files.commit()),
            "cannot write '" + path("sub/a") + "': No such file or directory");
}

} // namespace
