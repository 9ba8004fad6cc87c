// What the op definitions of the attn dialect share.
#ifndef ATTNC_ATTN_ATTNOPBASE_TD
#define ATTNC_ATTN_ATTNOPBASE_TD

include "dialects/Attn/AttnAttrs.td"
include "dialects/Attn/AttnDialect.td"
include "dialects/Common/MergeableState.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/TilingInterface.td"
include "mlir/Interfaces/ValueBoundsOpInterface.td"

class Attn_Op<string mnemonic, list<Trait> traits = []> : Op<Attn_Dialect, mnemonic, traits>;

def StorageTensor : RankedTensorOf<[F32, F16, BF16]>;
def StorageShaped : AnyTypeOf<[RankedTensorOf<[F32, F16, BF16]>, StridedMemRefOf<[F32, F16, BF16]>],
                              "tensor or memref of f32, f16 or bf16">;
def StateShaped : AnyTypeOf<[RankedTensorOf<[F32]>, StridedMemRefOf<[F32]>],
                            "tensor or memref of f32">;

def FlagShaped : AnyTypeOf<[RankedTensorOf<[I1]>, StridedMemRefOf<[I1]>], "tensor or memref of i1">;

#endif // ATTNC_ATTN_ATTNOPBASE_TD
