// Declares MergeableStateOpInterface, the one abstraction behind tiling, splitting and sharding.
#pragma once

#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"

#include "dialects/Common/MergeableState.h.inc"
