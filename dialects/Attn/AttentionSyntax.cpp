// The textual form of mask and score regions, shared by all ops that have them.
#include "dialects/Attn/AttentionSyntax.h"

using namespace mlir;

/// Region arguments carry no types in the text: all are `index`, but for the leading f32 score.
static ParseResult parseRegionWithArguments(OpAsmParser &parser, Region &region, bool isScore) {
  SmallVector<OpAsmParser::Argument> arguments;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseArgumentList(arguments, OpAsmParser::Delimiter::Paren))
    return failure();
  unsigned wanted = isScore ? attnc::attn::kNumScoreArguments : attnc::attn::kNumMaskArguments;
  if (arguments.size() != wanted)
    return parser.emitError(loc) << (isScore ? "score" : "mask") << " region takes " << wanted
                                 << " arguments "
                                 << (isScore ? "(score, batch, head, query, key)"
                                             : "(batch, head, query, key)")
                                 << ", got " << arguments.size();
  for (auto [index, argument] : llvm::enumerate(arguments))
    argument.type = isScore && index == 0 ? Type(parser.getBuilder().getF32Type())
                                          : Type(parser.getBuilder().getIndexType());
  return parser.parseRegion(region, arguments);
}

static void printRegionWithArguments(OpAsmPrinter &printer, Region &region, StringRef keyword) {
  printer << keyword << " (";
  llvm::interleaveComma(region.getArguments(), printer, [&](BlockArgument argument) {
    printer.printRegionArgument(argument, {}, /*omitType=*/true);
  });
  printer << ") ";
  printer.printRegion(region, /*printEntryBlockArgs=*/false);
}

static ParseResult parsePatterns(OpAsmParser &parser, ArrayAttr &patterns) {
  SMLoc loc = parser.getCurrentLocation();
  Attribute attribute;
  if (parser.parseAttribute(attribute))
    return failure();
  patterns = dyn_cast<ArrayAttr>(attribute);
  if (!patterns)
    return parser.emitError(loc) << "mask must be a list of patterns such as [#attn.causal], got "
                                 << attribute;
  return success();
}

OptionalParseResult attnc::attn::parseMaskAndScore(OpAsmParser &parser, ArrayAttr &patterns,
                                                   Region &mask, Region &score) {
  bool hasMask = succeeded(parser.parseOptionalKeyword("mask"));
  if (hasMask) {
    if (succeeded(parser.parseOptionalEqual())) {
      if (parsePatterns(parser, patterns))
        return failure();
    } else if (parseRegionWithArguments(parser, mask, /*isScore=*/false)) {
      return failure();
    }
  }
  if (failed(parser.parseOptionalKeyword("score")))
    return hasMask ? OptionalParseResult(success()) : std::nullopt;
  if (parseRegionWithArguments(parser, score, /*isScore=*/true))
    return failure();
  SMLoc loc = parser.getCurrentLocation();
  if (succeeded(parser.parseOptionalKeyword("mask")))
    return parser.emitError(loc) << "mask must be written before score";
  return success();
}

void attnc::attn::printMaskAndScore(OpAsmPrinter &printer, Operation *op, ArrayAttr patterns,
                                    Region &mask, Region &score) {
  if (patterns)
    printer << "mask = " << patterns;
  if (!mask.empty())
    printRegionWithArguments(printer, mask, "mask");
  if (score.empty())
    return;
  if (patterns || !mask.empty())
    printer << ' ';
  printRegionWithArguments(printer, score, "score");
}

OptionalParseResult attnc::attn::parseRegions(OpAsmParser &parser, Region &mask, Region &score) {
  SMLoc loc = parser.getCurrentLocation();
  ArrayAttr patterns;
  OptionalParseResult result = parseMaskAndScore(parser, patterns, mask, score);
  if (patterns)
    return parser.emitError(loc) << "the tiled form takes a mask region, not a list of patterns";
  return result;
}

void attnc::attn::printRegions(OpAsmPrinter &printer, Operation *op, Region &mask, Region &score) {
  printMaskAndScore(printer, op, ArrayAttr(), mask, score);
}

void attnc::attn::nameRegionArguments(Region &region, OpAsmSetValueNameFn setName) {
  StringRef names[] = {"s", "b", "h", "i", "j"};
  if (region.getNumArguments() > kNumScoreArguments)
    return;
  auto used = ArrayRef<StringRef>(names).take_back(region.getNumArguments());
  for (auto [argument, name] : llvm::zip(region.getArguments(), used))
    setName(argument, name);
}
