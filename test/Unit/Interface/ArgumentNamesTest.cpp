// Names of arguments in the text of a module become names of the C interface.
#include "attnc/Interface/Interface.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/AsmParser/AsmParserState.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

#include <gtest/gtest.h>

using namespace mlir;

/// The names of the arguments of the first function in `text`; "-" for none.
static std::vector<std::string> namesIn(llvm::StringRef text) {
  MLIRContext context;
  context.loadDialect<func::FuncDialect>();
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(llvm::MemoryBuffer::getMemBufferCopy(text), llvm::SMLoc());
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
  AsmParserState state;
  if (failed(parseAsmSourceFile(sources, module->getBody(), ParserConfig(&context), &state)))
    return {"parse error"};
  attnc::recordArgumentNames(*module, state);
  std::vector<std::string> names;
  auto function = *module->getOps<func::FuncOp>().begin();
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    auto name = function.getArgAttrOfType<StringAttr>(i, attnc::kNameAttrName);
    names.push_back(name ? name.str() : "-");
  }
  return names;
}

using Names = std::vector<std::string>;

TEST(ArgumentNames, AreThoseOfTheText) {
  EXPECT_EQ(namesIn("func.func @f(%query: index, %K: index) { return }"), (Names{"query", "K"}));
}

TEST(ArgumentNames, BecomeIdentifiersOfC) {
  EXPECT_EQ(namesIn("func.func @f(%x.1: index, %new: index, %call: index) { return }"),
            (Names{"x_1", "new_", "call_"}));
}

TEST(ArgumentNames, AreLeftOutWhereNoneIsPossible) {
  EXPECT_EQ(namesIn("func.func @f(%0: index, %x.y: index, %x_y: index) { return }"),
            (Names{"-", "x_y", "-"}));
}

TEST(ArgumentNames, LeaveGivenNamesAlone) {
  EXPECT_EQ(namesIn("func.func @f(%a: index, %b: index {attnc.name = \"a\"}) { return }"),
            (Names{"-", "a"}));
}

TEST(ArgumentNames, NeedABody) { EXPECT_EQ(namesIn("func.func private @f(index)"), (Names{"-"})); }
