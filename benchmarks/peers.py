#!/usr/bin/env python3
"""Runs one peer library on cases that arrive on standard input; run.py starts one for each.

Each line in is a JSON object and gets one line back:
  {"load": {fields of Case}, "inputs": [q.npy, k.npy, v.npy], "threads": 1}
      -> {"rows": [[...], ...]} (the sampled rows of the result) or {"skip": "why"}
  {"seconds": 0.2} -> {"min_ns": ..., "median_ns": ..., "runs": ...}
"""
import json
import os
import statistics
import sys
import time

import cases

# Threads that spin after their work would disturb the contestant that is measured next.
os.environ.update(OMP_WAIT_POLICY="PASSIVE", KMP_BLOCKTIME="0", GOMP_SPINCOUNT="0")


class Skip(Exception):
    """The peer cannot do the case."""


def widen(bits):
    """bf16 bits (uint16) as float32."""
    import numpy as np
    return (bits.astype(np.uint32) << 16).view(np.float32)


class Torch:
    """torch.nn.functional.scaled_dot_product_attention."""

    def version(self):
        import torch
        return torch.__version__

    def load(self, case, inputs, threads):
        import torch
        torch.set_num_threads(threads)
        tensors = [torch.from_numpy(x) for x in inputs]
        if case.dtype == "bf16":
            tensors = [x.view(torch.bfloat16) for x in tensors]
        mask = None
        if case.mask not in ("dense", "causal"):
            i = torch.arange(case.length)
            mask = (i[None, :] <= i[:, None]) & (i[:, None] - i[None, :] < 1024)
        function = torch.nn.functional.scaled_dot_product_attention

        def call():
            with torch.inference_mode():
                return function(*tensors, attn_mask=mask, is_causal=case.mask == "causal")

        return call, lambda result: result.float().numpy()


class OpenVINO:
    """The operation ScaledDotProductAttention, compiled for the CPU plugin."""

    def version(self):
        import openvino
        return openvino.__version__

    def load(self, case, inputs, threads):
        import openvino as ov
        from openvino import opset13 as ops
        if case.mask not in ("dense", "causal"):
            raise Skip("its operation knows no window, and a dense mask of this size is no contest")
        kind = {"f32": ov.Type.f32, "bf16": ov.Type.bf16}[case.dtype]
        q, k, v = (ops.parameter(case.shape, kind) for _ in range(3))
        attention = ops.scaled_dot_product_attention(q, k, v, causal=case.mask == "causal")
        core = ov.Core()
        compiled = core.compile_model(ov.Model([attention], [q, k, v]), "CPU", {
            "INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1,
            "INFERENCE_PRECISION_HINT": case.dtype, "ENABLE_CPU_PINNING": False})
        request = compiled.create_infer_request()
        self.tensors = []
        for port, values in enumerate(inputs):
            tensor = ov.Tensor(values, case.shape, kind) if case.dtype == "bf16" \
                else ov.Tensor(values)
            self.tensors.append(tensor)
            request.set_input_tensor(port, tensor)

        def read(_):
            data = request.get_output_tensor(0)
            # It shows bf16 as an array of NumPy's float16: the bits are right, the type is not.
            if data.element_type == ov.Type.bf16:
                return widen(data.data.view("uint16"))
            return data.data

        return request.infer, read


class OnnxRuntime:
    """The contributed operator MultiHeadAttention, the one with a fused CPU kernel."""

    def version(self):
        import onnxruntime
        return onnxruntime.__version__

    def load(self, case, inputs, threads):
        import numpy as np
        import onnxruntime as ort
        from onnx import TensorProto, helper
        if case.dtype != "f32":
            raise Skip("its CPU kernel is f32 only")
        if case.mask not in ("dense", "causal"):
            raise Skip("its operator knows no window")
        # It wants (batch, length, heads * dim); the copy is made once, outside the measurement.
        shape = [case.batch, case.length, case.heads * case.dim]
        feeds = {name: np.ascontiguousarray(x.transpose(0, 2, 1, 3).reshape(shape))
                 for name, x in zip("qkv", inputs)}
        node = helper.make_node("MultiHeadAttention", list("qkv"), ["o"], domain="com.microsoft",
                                num_heads=case.heads, unidirectional=int(case.mask == "causal"))
        infos = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in "qkvo"]
        model = helper.make_model(
            helper.make_graph([node], "attention", infos[:3], infos[3:]), ir_version=8,
            opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)])
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = ort.InferenceSession(model.SerializeToString(), options,
                                       providers=["CPUExecutionProvider"])

        def read(result):
            split = result[0].reshape(case.batch, case.length, case.heads, case.dim)
            return split.transpose(0, 2, 1, 3)

        return lambda: session.run(None, feeds), read


PEERS = {"torch": Torch, "openvino": OpenVINO, "onnxruntime": OnnxRuntime}


def measure(call, seconds):
    """Calls for about `seconds`, at least three times."""
    times = []
    end = time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter_ns()
        call()
        times.append(time.perf_counter_ns() - start)
    return {"min_ns": min(times), "median_ns": statistics.median(times), "runs": len(times)}


def load(peer, request):
    import numpy as np
    case = cases.Case(**request["load"])
    call, read = peer.load(case, [np.load(path) for path in request["inputs"]],
                           request["threads"])
    result = read(call())
    rows = [result[place].tolist() for place in cases.sampled_rows(case)]
    return call, rows


def main():
    # Libraries that write to standard output must not break the protocol.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    peer = PEERS[sys.argv[1]]()
    try:
        answer = {"version": peer.version()}
    except ImportError as error:
        answer = {"skip": str(error)}
    call = None
    while True:
        print(json.dumps(answer), file=answers, flush=True)
        line = sys.stdin.readline()
        if not line:
            return
        request = json.loads(line)
        if "load" in request:
            try:
                call, rows = load(peer, request)
                answer = {"rows": rows}
            # Whatever a peer raises for a case that it cannot do is its answer.
            except Exception as error:  # pylint: disable=broad-except
                answer = {"skip": f"{type(error).__name__}: {' '.join(str(error).split())}"[:200]}
        else:
            answer = measure(call, request["seconds"])


if __name__ == "__main__":
    main()
