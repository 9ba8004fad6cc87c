// Links libraries in this process, loads them, and looks at what they export and need.
#include "attnc/Target/CPU/Codegen.h"
#include "attnc/Target/CPU/Link.h"
#include "attnc/Target/CPU/ResolveTarget.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

using namespace attnc;
using llvm::StringRef;

namespace {
class CpuLink : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("attnc-link", folder));
    target = llvm::cantFail(resolveCpuTarget("", ""));
    options.triple = target.triple;
    options.objects = {path("f.o")};
    options.output = path("libf.so");
    options.versionScript = path("f.map");
    options.exports = {"f"};
    options.runtimeLibrary = llvm::cantFail(findRuntimeLibrary(target.triple));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  std::string path(StringRef name) {
    llvm::SmallString<128> result(folder);
    llvm::sys::path::append(result, name);
    return result.str().str();
  }

  /// Compiles LLVM dialect to f.o.
  void compile(StringRef text) {
    mlir::MLIRContext context;
    context.loadDialect<mlir::LLVM::LLVMDialect>();
    auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    ASSERT_TRUE(module);
    auto bytes = llvm::cantFail(compileToObject(*module, target, /*optLevel=*/2));
    std::error_code error;
    llvm::raw_fd_ostream os(options.objects.front(), error);
    ASSERT_FALSE(error);
    os.write(bytes.data(), bytes.size());
  }

  /// The names of the defined dynamic symbols, sorted.
  std::vector<std::string> getExports() {
    auto file = llvm::cantFail(llvm::object::ObjectFile::createObjectFile(options.output));
    std::vector<std::string> names;
    for (llvm::object::ELFSymbolRef symbol :
         llvm::cast<llvm::object::ELFObjectFileBase>(file.getBinary())->getDynamicSymbolIterators())
      if (!(llvm::cantFail(symbol.getFlags()) & llvm::object::SymbolRef::SF_Undefined))
        names.push_back(llvm::cantFail(symbol.getName()).str());
    llvm::sort(names);
    return names;
  }

  std::string read(StringRef name) {
    auto buffer = llvm::MemoryBuffer::getFile(name);
    return buffer ? (*buffer)->getBuffer().str() : "";
  }

  llvm::SmallString<128> folder;
  CpuTarget target;
  LinkOptions options;
};
} // namespace

constexpr const char *kTwice = R"(
  llvm.func @attnc_last_error() -> !llvm.ptr
  llvm.func @g() -> !llvm.ptr {
    %text = llvm.call @attnc_last_error() : () -> !llvm.ptr
    llvm.return %text : !llvm.ptr
  }
  llvm.func @f(%x: i64) -> i64 {
    %text = llvm.call @g() : () -> !llvm.ptr
    %c = llvm.load volatile %text : !llvm.ptr -> i8
    %y = llvm.add %x, %x : i64
    llvm.return %y : i64
  })";

TEST_F(CpuLink, LibraryRunsAndExportsOnlyWhatItShould) {
  compile(kTwice);
  llvm::Error error = linkSharedLibrary(options);
  ASSERT_FALSE(bool(error)) << llvm::toString(std::move(error));
  EXPECT_EQ(getExports(), (std::vector<std::string>{"attnc_last_error", "f"}));

  void *library = dlopen(options.output.c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << dlerror();
  auto *twice = reinterpret_cast<int64_t (*)(int64_t)>(dlsym(library, "f"));
  ASSERT_NE(twice, nullptr);
  EXPECT_EQ(twice(21), 42);
  EXPECT_EQ(dlsym(library, "g"), nullptr);
  dlclose(library);
}

TEST_F(CpuLink, LinkingAgainGivesTheSameBytes) {
  compile(kTwice);
  ASSERT_FALSE(bool(linkSharedLibrary(options)));
  std::string first = read(options.output);
  ASSERT_FALSE(llvm::sys::fs::rename(options.objects.front(), path("other.o")));
  options.objects = {path("other.o")};
  options.output = path("other.so");
  options.versionScript = path("other.map");
  ASSERT_FALSE(bool(linkSharedLibrary(options)));
  EXPECT_EQ(first, read(options.output));
  EXPECT_EQ(first.find(folder.str()), std::string::npos);
}

TEST_F(CpuLink, NameOfTheLibraryIsTheGivenOne) {
  compile(kTwice);
  options.soname = "libmodel-of-test.so";
  ASSERT_FALSE(bool(linkSharedLibrary(options)));
  EXPECT_NE(read(options.output).find("libmodel-of-test.so"), std::string::npos);
}

TEST_F(CpuLink, UndefinedSymbolIsAnErrorAndLeavesNoFile) {
  compile(R"(
    llvm.func @nobody_defines_this()
    llvm.func @f() {
      llvm.call @nobody_defines_this() : () -> ()
      llvm.return
    })");
  std::string message = llvm::toString(linkSharedLibrary(options));
  EXPECT_NE(message.find("undefined symbol: nobody_defines_this"), std::string::npos) << message;
  EXPECT_FALSE(llvm::sys::fs::exists(options.output));

  // The linker is still usable.
  compile(kTwice);
  llvm::Error error = linkSharedLibrary(options);
  EXPECT_FALSE(bool(error)) << llvm::toString(std::move(error));
}

TEST_F(CpuLink, MissingFilesAreErrors) {
  options.objects = {path("none.o")};
  std::string message = llvm::toString(linkSharedLibrary(options));
  EXPECT_NE(message.find("none.o"), std::string::npos) << message;

  options.versionScript = path("no/such/folder.map");
  message = llvm::toString(linkSharedLibrary(options));
  EXPECT_NE(message.find("cannot write"), std::string::npos) << message;
}

TEST_F(CpuLink, ThereIsNoRuntimeForAnotherMachine) {
  bool isArm = StringRef(target.triple).starts_with("aarch64");
  auto library =
      findRuntimeLibrary(isArm ? "x86_64-unknown-linux-gnu" : "aarch64-unknown-linux-gnu");
  ASSERT_FALSE(bool(library));
  std::string message = llvm::toString(library.takeError());
  EXPECT_NE(message.find("write an object (-c)"), std::string::npos) << message;
}
