// The metadata: names, types, shapes, symbols, scratch, and the features that the CPU must have.
// RUN: attn-opt %s --attn-emit-c-interface="triple=x86_64-unknown-linux-gnu features=+avx2,+fma,-sse4a,+sse3,+cx16,+avx512f" \
// RUN:   | FileCheck %s

// CHECK: @attnc.producer("attnc {{.*}} (LLVM 22.{{.*}})\00")
// CHECK: @attnc.triple("x86_64-unknown-linux-gnu\00")
// Only what the runtime can check, in a fixed order.
// CHECK: @attnc.cpu_features("sse3,avx2,fma,avx512f\00")
// CHECK: llvm.mlir.global private constant @f.name.ids("ids\00")
// CHECK: llvm.mlir.global private constant @f.shape.ids(dense<[-1, 16]> : tensor<2xi64>) {{.*}} : !llvm.array<2 x i64>
// CHECK-NOT: @f.shape.n(
// CHECK: llvm.mlir.global private constant @f.args() {{.*}} : !llvm.array<3 x struct<(ptr, i32, struct<(i8, i8, i16)>, i32, ptr)>>
// The first argument: code 4 (bfloat), 16 bits, 1 lane.
// CHECK: %[[CODE:.*]] = llvm.mlir.constant(4 : i8)
// CHECK: %[[BITS:.*]] = llvm.mlir.constant(16 : i8)
// CHECK: %[[LANES:.*]] = llvm.mlir.constant(1 : i16)
// CHECK: insertvalue %[[CODE]], %{{.*}}[0]
// CHECK: insertvalue %[[BITS]], %{{.*}}[1]
// CHECK: insertvalue %[[LANES]], %{{.*}}[2]
// Symbols: a free one, and one more than it.
// CHECK: @f.symbol.1("S\00")
// CHECK: @f.symbol.2("S+1\00")
// CHECK: llvm.mlir.global private constant @f.symbols() {{.*}} : !llvm.array<2 x struct<(ptr, i64, i64)>>
// CHECK: llvm.mlir.addressof @f.symbol.2
// CHECK: %[[BASE:.*]] = llvm.mlir.constant(-1 : i64)
// CHECK: %[[PLUS:.*]] = llvm.mlir.constant(1 : i64)
// CHECK: insertvalue %[[BASE]], %{{.*}}[1]
// CHECK: insertvalue %[[PLUS]], %{{.*}}[2]
// CHECK: llvm.mlir.global private constant @f.metadata() {{.*}} : !llvm.struct<(i64, i32, ptr, ptr, ptr, ptr, i32, ptr, i64, i32, ptr)>
// CHECK: %[[SIZE:.*]] = llvm.mlir.constant(88 : i64)
// CHECK: %[[VERSION:.*]] = llvm.mlir.constant(1 : i32)
// CHECK: %[[COUNT:.*]] = llvm.mlir.constant(3 : i32)
// CHECK: %[[SCRATCH:.*]] = llvm.mlir.constant(4096 : i64)
// CHECK: %[[SYMBOLS:.*]] = llvm.mlir.constant(2 : i32)
// CHECK: %[[LIST:.*]] = llvm.mlir.addressof @f.symbols
// CHECK: insertvalue %[[SIZE]], %{{.*}}[0]
// CHECK: insertvalue %[[VERSION]], %{{.*}}[1]
// CHECK: insertvalue %[[COUNT]], %{{.*}}[6]
// CHECK: insertvalue %[[SCRATCH]], %{{.*}}[8]
// CHECK: insertvalue %[[SYMBOLS]], %{{.*}}[9]
// CHECK: insertvalue %[[LIST]], %{{.*}}[10]
llvm.func @f() attributes {attnc.scratch_bytes = 4096 : i64, attnc.interface = {arguments = [
    {element = bf16, kind = "input", name = "ids", shape = array<i64: -1, 16>},
    {element = index, kind = "scalar", name = "n", shape = array<i64>},
    {element = i1, kind = "output", name = "o", shape = array<i64: -2>}],
    symbols = ["S", {base = -1 : i64, plus = 1 : i64}]}} {
  llvm.return
}
llvm.func @_mlir_ciface_f(%ids: !llvm.ptr, %n: i64, %o: !llvm.ptr) {
  llvm.return
}
