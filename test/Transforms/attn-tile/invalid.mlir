// RUN: attn-opt %s --attn-tile --verify-diagnostics
// RUN: not attn-opt %s --attn-tile="panels=-1" 2>&1 | FileCheck %s --check-prefix=PANELS
// RUN: not attn-opt %s --attn-tile="panel-width=-8 key-tile=16" 2>&1 | FileCheck %s --check-prefix=WIDTH
// RUN: not attn-opt %s --attn-tile="key-tile=-1" 2>&1 | FileCheck %s --check-prefix=KEYS
// RUN: not attn-opt %s --attn-tile="channels=-1" 2>&1 | FileCheck %s --check-prefix=CHANNELS
// RUN: not attn-opt %s --attn-tile="time-tile=-1 threads=2" 2>&1 | FileCheck %s --check-prefix=TIME
// RUN: not attn-opt %s --attn-tile="threads=-2" 2>&1 | FileCheck %s --check-prefix=THREADS

// Masks must be regions, and sizes that are given must be sizes.
// PANELS: error: attn-tile takes sizes of 0 (chosen) or more, got panels=-1 panel-width=0 key-tile=0 channels=0 time-tile=0 threads=0
// WIDTH: error: attn-tile takes sizes of 0 (chosen) or more, got panels=0 panel-width=-8 key-tile=16 channels=0 time-tile=0 threads=0
// KEYS: error: attn-tile takes sizes of 0 (chosen) or more, got panels=0 panel-width=0 key-tile=-1 channels=0 time-tile=0 threads=0
// CHANNELS: error: attn-tile takes sizes of 0 (chosen) or more, got panels=0 panel-width=0 key-tile=0 channels=-1 time-tile=0 threads=0
// TIME: error: attn-tile takes sizes of 0 (chosen) or more, got panels=0 panel-width=0 key-tile=0 channels=0 time-tile=-1 threads=2
// THREADS: error: attn-tile takes sizes of 0 (chosen) or more, got panels=0 panel-width=0 key-tile=0 channels=0 time-tile=0 threads=-2
func.func @patterns(%q: tensor<1x1x?x8xf32>) -> tensor<1x1x?x8xf32> {
  // expected-error @+1 {{attn-tile takes mask regions; run attn-expand-patterns first}}
  %o = attn.attention %q, %q, %q mask = [#attn.causal]
    : (tensor<1x1x?x8xf32>, tensor<1x1x?x8xf32>, tensor<1x1x?x8xf32>) -> tensor<1x1x?x8xf32>
  return %o : tensor<1x1x?x8xf32>
}
