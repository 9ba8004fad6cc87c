#!/usr/bin/env python3
"""Runs one peer library on cases that arrive on standard input; run.py starts one for each.

Each line in is a JSON object and gets one line back:
  {"load": {fields of a case}, "kind": "scan", "inputs": [first.npy, ...], "threads": 1}
      -> {"samples": [[...], ...]} (of the result, as the case wants them) or {"skip": "why"}
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
    """PyTorch: scaled_dot_product_attention, the reference loop of the scan, conv1d."""
    is_compiled = False

    def version(self):
        import torch
        return torch.__version__

    def load(self, case, inputs, threads):
        import torch
        torch.set_num_threads(threads)
        tensors = [torch.from_numpy(x) for x in inputs]
        tensors = [x.view(torch.bfloat16) if x.dtype == torch.uint16 else x for x in tensors]
        if case.kind == "attention":
            function, read = self.attention(case, tensors)
        else:
            import torch_scan
            make = {"scan": torch_scan.scan_call, "conv": torch_scan.conv_call}[case.kind]
            # Else compilations for other cases would use up the number that PyTorch allows.
            torch.compiler.reset()
            with torch.inference_mode():
                function, read = make(case, tensors, self.is_compiled)

        def call():
            with torch.inference_mode():
                return function()

        return call, lambda result: read(result).float().contiguous().numpy()

    def attention(self, case, tensors):
        import torch
        mask = None
        if case.mask not in ("dense", "causal"):
            i = torch.arange(case.length)
            mask = (i[None, :] <= i[:, None]) & (i[:, None] - i[None, :] < 1024)
        function = torch.nn.functional.scaled_dot_product_attention
        return (lambda: function(*tensors, attn_mask=mask, is_causal=case.mask == "causal"),
                lambda result: result)


class TorchCompile(Torch):
    """The same scan and convolution through torch.compile."""
    is_compiled = True

    def attention(self, case, tensors):
        raise Skip("the operation is a kernel already")


class OpenVINO:
    """The operation ScaledDotProductAttention, compiled for the CPU plugin."""

    def version(self):
        import openvino
        return openvino.__version__

    def load(self, case, inputs, threads):
        import openvino as ov
        from openvino import opset13 as ops
        if case.kind != "attention":
            raise Skip(f"no {case.kind} among its operations")
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
        if case.kind != "attention":
            raise Skip(f"no {case.kind} among its operators")
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


PEERS = {"torch": Torch, "torch-compile": TorchCompile, "openvino": OpenVINO,
         "onnxruntime": OnnxRuntime}


def measure(call, seconds):
    """Calls for about `seconds`, at least three times where calls are not longer than that."""
    times = []
    end = time.perf_counter() + seconds
    while True:
        start = time.perf_counter_ns()
        call()
        times.append(time.perf_counter_ns() - start)
        if time.perf_counter() >= end and (len(times) >= 3 or times[-1] >= seconds * 1e9):
            break
    return {"min_ns": min(times), "median_ns": statistics.median(times), "runs": len(times)}


def load(peer, request):
    import numpy as np
    case = cases.from_fields(request["kind"], request["load"])
    call, read = peer.load(case, [np.load(path) for path in request["inputs"]],
                           request["threads"])
    result = read(call()).reshape(-1)
    return call, [sample.of(result).tolist() for sample in case.samples()]


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
                call, samples = load(peer, request)
                answer = {"samples": samples}
            # Whatever a peer raises for a case that it cannot do is its answer.
            except Exception as error:  # pylint: disable=broad-except
                answer = {"skip": f"{type(error).__name__}: {' '.join(str(error).split())}"[:200]}
        else:
            answer = measure(call, request["seconds"])


if __name__ == "__main__":
    main()
