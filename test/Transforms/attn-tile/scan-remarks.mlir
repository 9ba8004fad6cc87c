// RUN: attn-opt %s --attn-tile="threads=8" --remark-policy=all --remarks-filter="attn-tile" \
// RUN:   -o %t.mlir 2>&1 | grep remark: | FileCheck %s --implicit-check-not="remark: ["
// RUN: FileCheck %s --check-prefix=IR --input-file=%t.mlir

!u = tensor<8x?x2xf32>
!b = tensor<8x?x1x2xf32>
!wide = tensor<?x?x80xf32>
!rates = tensor<80x2xf32>

// What attn-tile tells of scans and convolutions: the sizes of tiles, what it knows of the decay
// factors and why not more, and whether time is cut. What it knows is said to the steps.
// IR-LABEL: func @powers
// IR: attn.scan_step {{.*}} {channel_tile = 2 : i64, contracting, delta_softplus, powers, time_tile
func.func @powers(%u: !u, %B: !b) -> !u {
  %A = arith.constant dense<[[-1.0, -2.0], [-0.5, -1.0]]> : tensor<2x2xf32>
  // CHECK: [[#@LINE+2]]:8: remark: [Passed] decay-powers | Category:attn-tile | Remark="decay rates are multiples of the first: powers instead of exponentials"
  // CHECK: [[#@LINE+1]]:8: remark: [Passed] tiles | Category:attn-tile | Remark="blocks of 2 channels, time tiles of 32 steps"
  %y = attn.selective_scan %u, %u, %A, %B, %B {delta_softplus}
    : (!u, !u, tensor<2x2xf32>, !b, !b) -> !u
  return %y : !u
}

// One number is a unit in the last place away: an exponential for each state.
// IR-LABEL: func @near
// IR: attn.scan_step {{.*}} {channel_tile = 2 : i64, contracting, delta_softplus, time_tile
func.func @near(%u: !u, %B: !b) -> !u {
  %A = arith.constant dense<[[-1.0, -2.0], [-0.5, 0xBF800001]]> : tensor<2x2xf32>
  // CHECK: [[#@LINE+2]]:8: remark: [Missed] decay-powers | {{.*}} | Remark="an exponential for each state: A[1, 1] is -1.00000012, wanted -1: 2 times A[1, 0]"
  // CHECK: [[#@LINE+1]]:8: remark: [Passed] tiles
  %y = attn.selective_scan %u, %u, %A, %B, %B {delta_softplus}
    : (!u, !u, tensor<2x2xf32>, !b, !b) -> !u
  return %y : !u
}

// Nothing is known of the caller's rates and step sizes; two blocks do not feed eight threads.
// IR-LABEL: func @unknown
// IR: attn.scan_step {{.*}} {channel_tile = 64 : i64, time_tile
func.func @unknown(%u: !wide, %A: !rates, %B: tensor<?x?x1x2xf32>) -> !wide {
  // CHECK: [[#@LINE+4]]:8: remark: [Missed] decay-powers | {{.*}} | Remark="an exponential for each state: the decay rates are not known at compile time"
  // CHECK: [[#@LINE+3]]:8: remark: [Missed] decay-contracting | {{.*}} | Remark="exponentials must take positive exponents: a decay rate may be positive"
  // CHECK: [[#@LINE+2]]:8: remark: [Passed] tiles | {{.*}} | Remark="blocks of 64 channels, time tiles of 32 steps"
  // CHECK: [[#@LINE+1]]:8: remark: [Passed] chunks | {{.*}} | Remark="fewer blocks of channels than the 8 threads: time is cut into chunks"
  %y = attn.selective_scan %u, %u, %A, %B, %B
    : (!wide, !wide, !rates, tensor<?x?x1x2xf32>, tensor<?x?x1x2xf32>) -> !wide
  return %y : !wide
}

// With one decay for all states there are no exponentials to save. Known rates do not help where
// step sizes may be negative.
func.func @shared(%u: !u, %B: !b) -> !u {
  %A = arith.constant dense<-1.0> : tensor<2xf32>
  // CHECK: [[#@LINE+2]]:8: remark: [Missed] decay-contracting | {{.*}} | Remark="exponentials must take positive exponents: a step size may be negative: there is neither softplus nor a lower limit of 0"
  // CHECK: [[#@LINE+1]]:8: remark: [Passed] tiles
  %y = attn.selective_scan %u, %u, %A, %B, %B : (!u, !u, tensor<2xf32>, !b, !b) -> !u
  return %y : !u
}

// Convolutions have tiles only.
func.func @conv(%x: !wide, %w: tensor<80x4xf32>) -> !wide {
  // CHECK: [[#@LINE+1]]:8: remark: [Passed] tiles | {{.*}} | Remark="blocks of 64 channels, time tiles of 32 steps"
  %y = attn.causal_conv1d %x, %w : (!wide, tensor<80x4xf32>) -> !wide
  return %y : !wide
}
