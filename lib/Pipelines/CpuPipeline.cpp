// The stages from a model file to LLVM for CPUs: attn -> tiled -> buffers -> vector -> llvm.
#include "attnc/Pipelines.h"

#include "attnc/Conversion/Passes.h"
#include "attnc/Interface/Passes.h"
#include "attnc/Transforms/Passes.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/Pipelines/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace attnc;

/// Everything is inlined into the public functions: the C interface carries tensors, not calls.
static void addAttnStage(OpPassManager &pm) {
  pm.addPass(createInlinerPass());
  pm.addPass(createSymbolDCEPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createAttnExpandPatternsPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

static void addTiledStage(OpPassManager &pm, const CpuTarget &target) {
  pm.addPass(createAttnPlanInterfacePass());
  AttnTilePassOptions tile;
  tile.triple = target.triple;
  tile.features = target.features;
  tile.threads = target.threads;
  pm.addPass(createAttnTilePass(tile));
  pm.addPass(createConvertElementwiseToLinalgPass());
  pm.addPass(createAttnFuseProducersPass());
  pm.addNestedPass<func::FuncOp>(createConvertContractionToForallPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

static void addBuffersStage(OpPassManager &pm) {
  pm.addPass(bufferization::createEmptyTensorEliminationPass());
  bufferization::OneShotBufferizePassOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.allowReturnAllocsFromLoops = true;
  options.bufferAlignment = 64;
  pm.addPass(bufferization::createOneShotBufferizePass(options));
  // A copy of a buffer onto itself folds only once its two names are one.
  pm.addPass(createCSEPass());
  pm.addPass(createCanonicalizerPass());
  bufferization::BufferDeallocationPipelineOptions deallocation;
  bufferization::buildBufferDeallocationPipeline(pm, deallocation);
  pm.addPass(createCSEPass());
}

static void addVectorStage(OpPassManager &pm, const CpuTarget &target) {
  pm.addNestedPass<func::FuncOp>(createConvertAttnToVectorPass({target.triple, target.features}));
  pm.addPass(createConvertCopyToLinalgPass());
  pm.addNestedPass<func::FuncOp>(createConvertLinalgToContiguousLoopsPass());
  pm.addPass(createConvertForallToRuntimePass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createLoopInvariantCodeMotionPass());
}

static void addLLVMStage(OpPassManager &pm, const CpuTarget &target) {
  // Arithmetic on 16-bit floats that a user wrote is done in f32: LLVM would call compiler-rt.
  arith::ArithEmulateUnsupportedFloatsOptions emulate;
  emulate.sourceTypeStrs = {"f16", "bf16"};
  emulate.targetTypeStr = "f32";
  pm.addPass(arith::createArithEmulateUnsupportedFloats(emulate));
  pm.addPass(math::createMathExtendToSupportedTypes());
  pm.addPass(createAttnExpandMathPass({target.triple, target.features}));
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  arith::ArithExpandOpsPassOptions expand;
  // Without an instruction for it, LLVM would call a function for each element.
  expand.includeBf16 = !getVectorUnit(target.triple, target.features).hasBf16Convert;
  pm.addPass(arith::createArithExpandOpsPass(expand));
  ConvertMathToLLVMPassOptions math;
  math.approximateLog1p = false; // log(1 + x) has no correct digit left for tiny x
  pm.addPass(createConvertMathToLLVMPass(math));
  pm.addPass(createConvertMathToLibmPass());
  ConvertVectorToLLVMPassOptions vector;
  vector.x86Vector = true;
  vector.amx = true;
  pm.addPass(createConvertVectorToLLVMPass(vector));
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createConvertIndexToLLVMPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  pm.addPass(createAttnEmitCInterfacePass({target.triple, target.features}));
}

std::vector<Stage> attnc::getCpuStages(const CpuTarget &target) {
  return {
      {"attn", "attention on whole tensors, masks as regions", addAttnStage},
      {"tiled", "parallel query tiles, loops of attn.online_step over key tiles",
       [target](OpPassManager &pm) { addTiledStage(pm, target); }},
      {"buffers", "the tiled form on buffers, states updated in place", addBuffersStage},
      {"vector", "register-tiled vector kernels and tasks",
       [target](OpPassManager &pm) { addVectorStage(pm, target); }},
      {"llvm", "the LLVM dialect with the C interface",
       [target](OpPassManager &pm) { addLLVMStage(pm, target); }},
  };
}

namespace {
struct CpuPipelineOptions : PassPipelineOptions<CpuPipelineOptions> {
  Option<std::string> triple{*this, "triple", llvm::cl::desc("target triple"),
                             llvm::cl::init("x86_64-unknown-linux-gnu")};
  Option<std::string> cpu{*this, "cpu", llvm::cl::desc("LLVM's name of the CPU"),
                          llvm::cl::init("x86-64-v3")};
  Option<std::string> features{*this, "features", llvm::cl::desc("LLVM's feature string"),
                               llvm::cl::init("+avx2,+fma,+f16c")};
  Option<int64_t> threads{*this, "threads",
                          llvm::cl::desc("threads that will run the code; 0: not known"),
                          llvm::cl::init(0)};
  Option<std::string> until{*this, "until", llvm::cl::desc("last stage to run"),
                            llvm::cl::init("llvm")};
};
} // namespace

void attnc::registerCpuPipeline() {
  PassPipelineRegistration<CpuPipelineOptions>(
      "attnc-cpu-pipeline", "From a model file to the LLVM dialect with its C interface",
      [](OpPassManager &pm, const CpuPipelineOptions &options) {
        for (const Stage &stage :
             getCpuStages({options.triple, options.cpu, options.features, options.threads})) {
          stage.addPasses(pm);
          if (stage.name == options.until)
            return;
        }
      });
}
