// Carries the names of function arguments from the text of a module into its attributes.
#include "CNames.h"

#include "attnc/Interface/Interface.h"

#include "mlir/AsmParser/AsmParserState.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace attnc;

/// The text of the definition of an argument: "query" for `%query`.
static StringRef getSpelling(const AsmParserState::SMDefinition &definition) {
  if (!definition.loc.isValid())
    return "";
  StringRef text(definition.loc.Start.getPointer(),
                 definition.loc.End.getPointer() - definition.loc.Start.getPointer());
  return text.consume_front("%") ? text : "";
}

static void recordNames(func::FuncOp function, const AsmParserState::BlockDefinition &block) {
  auto numArguments = std::min<size_t>(function.getNumArguments(), block.arguments.size());
  llvm::StringSet<> taken;
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (auto given = function.getArgAttrOfType<StringAttr>(i, kNameAttrName))
      taken.insert(given.getValue());
  for (unsigned i = 0; i < numArguments; ++i) {
    if (function.getArgAttr(i, kNameAttrName))
      continue;
    std::string name = makeParameterName(getSpelling(block.arguments[i]));
    if (!name.empty() && taken.insert(name).second)
      function.setArgAttr(i, kNameAttrName, StringAttr::get(function.getContext(), name));
  }
}

void attnc::recordArgumentNames(ModuleOp module, const AsmParserState &state) {
  for (auto function : module.getOps<func::FuncOp>())
    if (!function.isExternal())
      if (const AsmParserState::BlockDefinition *block =
              state.getBlockDef(&function.getBody().front()))
        recordNames(function, *block);
}
