// Passes from the attn dialect to its tiled form.
#ifndef ATTNC_TRANSFORMS_PASSES_TD
#define ATTNC_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def AttnExpandPatternsPass : Pass<"attn-expand-patterns"> {
  let summary = "Replace mask patterns of attention ops by one mask region";
  let description = [{
    Builds the conjunction of the patterns' predicates. After this pass there is only the region,
    and nothing downstream knows a pattern by name.

    ```mlir
    %o = attn.attention %q, %k, %v mask = [#attn.causal] : ...
    // becomes
    %o = attn.attention %q, %k, %v mask (%b, %h, %i, %j) {
      %visible = arith.cmpi sle, %j, %i : index
      attn.yield %visible : i1
    } : ...
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
}

#endif // ATTNC_TRANSFORMS_PASSES_TD
