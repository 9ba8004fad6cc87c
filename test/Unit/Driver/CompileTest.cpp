// Compiling in this process: from text and from a module, to a library that loads.
#include "attnc/Driver/Compile.h"

#include "attnc-c/runtime.h"
#include "attnc/InitAll.h"
#include "attnc/Target/CPU/ResolveTarget.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"

#include <dlfcn.h>

using namespace attnc;

namespace {

constexpr llvm::StringLiteral kModel = R"(
  func.func @attend(%query: tensor<1x1x?x8xf32>, %key: tensor<1x1x?x8xf32>)
      -> tensor<1x1x?x8xf32> {
    %o = attn.attention %query, %key, %key
       : (tensor<1x1x?x8xf32>, tensor<1x1x?x8xf32>, tensor<1x1x?x8xf32>) -> tensor<1x1x?x8xf32>
    return %o : tensor<1x1x?x8xf32>
  }
)";

class CompileTest : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("compile", folder));
    target = llvm::cantFail(resolveCpuTarget("", "native"));
    paths = {(folder + "/model.so").str(), (folder + "/model.h").str()};
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  /// The name of the first argument, from the metadata of the compiled library.
  std::string readFirstName() const {
    void *library = ::dlopen(paths.library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library)
      return ::dlerror();
    auto metadata =
        reinterpret_cast<const attnc_metadata *(*)()>(::dlsym(library, "attend_metadata"));
    std::string name = metadata ? metadata()->args[0].name : "no metadata";
    ::dlclose(library);
    return name;
  }

  llvm::SmallString<128> folder;
  CpuTarget target;
  LibraryPaths paths;
};

TEST_F(CompileTest, MakesALibraryFromText) {
  EXPECT_EQ(compileToLibrary(kModel, target, paths), ExitCode::Success);
  EXPECT_EQ(readFirstName(), "query");
  EXPECT_TRUE(llvm::sys::fs::exists(paths.header));
}

TEST_F(CompileTest, MakesALibraryFromAModule) {
  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(kModel, &context);
  ASSERT_TRUE(module);
  paths.header.clear();
  EXPECT_EQ(compileToLibrary(*module, target, paths), ExitCode::Success);
  // Names are in the text only.
  EXPECT_EQ(readFirstName(), "arg0");
}

TEST_F(CompileTest, CanBeRepeated) {
  for (unsigned level : {0, 1, 2, 3})
    EXPECT_EQ(compileToLibrary(kModel, target, paths, level), ExitCode::Success);
  EXPECT_EQ(readFirstName(), "query");
}

TEST_F(CompileTest, SaysWhatIsWrong) {
  std::string text;
  llvm::raw_string_ostream os(text);
  EXPECT_EQ(compileToLibrary("func.func @f(", target, paths, 2, os), ExitCode::Diagnosed);
  EXPECT_TRUE(llvm::StringRef(text).contains("<stdin>:1:13: error: ")) << text;
  EXPECT_FALSE(llvm::sys::fs::exists(paths.library));

  text.clear();
  EXPECT_EQ(compileToLibrary(std::string(300, '['), target, paths, 2, os), ExitCode::Limit);
  EXPECT_TRUE(llvm::StringRef(text).contains("nesting is deeper than the limit")) << text;

  text.clear();
  paths.library = (folder + "/no/model.so").str();
  EXPECT_EQ(compileToLibrary(kModel, target, paths, 2, os), ExitCode::Output);
  EXPECT_TRUE(llvm::StringRef(text).contains("there is no folder")) << text;
}

} // namespace
