// One registration for every tool, so that they never drift apart.
#pragma once

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace attnc {

/// The dialects that a model file may use, with the interface models that the pipelines need.
void registerAllDialects(mlir::DialectRegistry &registry);

/// All passes of attnc, its named pipelines and the upstream passes that they are made of.
void registerAllPasses();

} // namespace attnc
