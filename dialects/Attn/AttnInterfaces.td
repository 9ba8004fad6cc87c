// The interface of mask pattern attributes: each builds its predicate, and nothing else knows it.
#ifndef ATTNC_ATTN_ATTNINTERFACES_TD
#define ATTNC_ATTN_ATTNINTERFACES_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/OpBase.td"

def MaskPatternAttrInterface : AttrInterface<"MaskPatternAttrInterface"> {
  let cppNamespace = "::attnc::attn";
  let description = [{
    A named mask. `attn-expand-patterns` asks each pattern for its predicate once; afterwards
    there is only the mask region, and no pass compares pattern names.
  }];
  let methods = [
    InterfaceMethod<[{
        Builds the predicate "query `coords.query` may see key `coords.key`" and returns the i1.
        `coords` holds positions in the whole sequence and, for patterns that align the two ends,
        the sequence ends; see `MaskCoordinates`.
      }],
      "::mlir::Value", "buildPredicate",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::Location":$loc,
           "const ::attnc::attn::MaskCoordinates &":$coords)>,
    InterfaceMethod<"Whether the predicate reads the document ids operand.",
      "bool", "readsDocumentIds", (ins), /*methodBody=*/"", /*defaultImplementation=*/"return false;">,
    InterfaceMethod<[{
        Whether every (query, key) pair of sequences with these static lengths (negative: unknown)
        and no position offsets is allowed, so that the pattern can be dropped.
      }],
      "bool", "keepsEverything", (ins "int64_t":$queryLength, "int64_t":$keyLength),
      /*methodBody=*/"", /*defaultImplementation=*/"return false;">,
    InterfaceMethod<[{
        An equivalent pattern that is as simple as the lengths (as above) allow: `#attn.all<[]>`
        where every pair is allowed, `#attn.any<[]>` where none is.
      }],
      "::mlir::Attribute", "simplify", (ins "int64_t":$queryLength, "int64_t":$keyLength),
      /*methodBody=*/"", /*defaultImplementation=*/[{
        return $_attr.keepsEverything(queryLength, keyLength)
                   ? ::attnc::attn::getEveryPairPattern($_attr.getContext())
                   : ::mlir::Attribute($_attr);
      }]>,
  ];
}

#endif // ATTNC_ATTN_ATTNINTERFACES_TD
