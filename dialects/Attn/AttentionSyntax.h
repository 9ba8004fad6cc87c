// Parsers and printers behind the custom directives of AttnOps.td; private to the dialect.
#pragma once

#include "dialects/Attn/Attn.h"
#include "mlir/IR/OpImplementation.h"

namespace attnc::attn {

/// `mask = [patterns]` or `mask (%b, %h, %i, %j) {...}`, then `score (%s, %b, %h, %i, %j) {...}`,
/// each optional; no result where there is neither.
mlir::OptionalParseResult parseMaskAndScore(mlir::OpAsmParser &parser, mlir::ArrayAttr &patterns,
                                            mlir::Region &mask, mlir::Region &score);
void printMaskAndScore(mlir::OpAsmPrinter &printer, mlir::Operation *op, mlir::ArrayAttr patterns,
                       mlir::Region &mask, mlir::Region &score);

/// The same without patterns.
mlir::OptionalParseResult parseRegions(mlir::OpAsmParser &parser, mlir::Region &mask,
                                       mlir::Region &score);
void printRegions(mlir::OpAsmPrinter &printer, mlir::Operation *op, mlir::Region &mask,
                  mlir::Region &score);

/// Names the arguments of a mask or score region as the documentation does.
void nameRegionArguments(mlir::Region &region, mlir::OpAsmSetValueNameFn setName);

} // namespace attnc::attn
