"""The selective scan and the convolution in PyTorch, as mamba-ssm does them where it has no kernel.

An implementation of our own of the same algorithm: step sizes and decays of all steps first, then a
loop over time with one small einsum each. Arithmetic is f32, tensors have mamba-ssm's axis order
(batch, channel, time).
"""
import torch

# torch.compile unrolls the loop: 64 steps take seconds to compile, 256 take two minutes and run no
# faster. So it gets the sequence in chunks, and the state is handed on from one to the next.
CHUNK = 64


def scan_chunk(state, u, delta, rates, b, c, skip, gate, bias):
    """Output and last state. state: B x D x N; u, delta, gate: B x D x L; b, c: B x N x L."""
    kind = u.dtype
    u, b, c = u.float(), b.float(), c.float()
    delta = torch.nn.functional.softplus(delta.float() + bias[:, None])
    decays = torch.exp(torch.einsum("bdl,dn->bdln", delta, rates))
    entering = torch.einsum("bdl,bnl,bdl->bdln", delta, b, u)
    outputs = []
    for t in range(u.shape[2]):
        state = decays[:, :, t] * state + entering[:, :, t]
        outputs.append(torch.einsum("bdn,bn->bd", state, c[:, :, t]))
    y = torch.stack(outputs, dim=2) + u * skip[:, None]
    return (y * torch.nn.functional.silu(gate.float())).to(kind), state


def decode_step(state, u, delta, rates, b, c, skip, gate, bias):
    """One step, the state updated in place. u, delta, gate: B x D; b, c: B x N."""
    delta = torch.nn.functional.softplus(delta + bias)
    decays = torch.exp(delta[:, :, None] * rates)
    state.copy_(decays * state + (delta * u)[:, :, None] * b[:, None, :])
    y = torch.einsum("bdn,bn->bd", state, c) + u * skip
    return y * torch.nn.functional.silu(gate)


def conv_silu(x, weight, bias):
    """x: B x D x L, weight: D x W. A padded depthwise convolution, of which the end is cut."""
    channels, width = weight.shape
    y = torch.nn.functional.conv1d(x, weight[:, None].to(x.dtype), bias.to(x.dtype),
                                   padding=width - 1, groups=channels)
    return torch.nn.functional.silu(y[:, :, :x.shape[2]])


def scan_call(case, tensors, is_compiled):
    """A function without arguments that runs the case, and one that reads B x L x D from it."""
    of = {name: tensor for (name, *_), tensor in zip(case.operands(), tensors)}
    if case.has_heads():
        raise NotImplementedError("the reference loop has no heads")
    if case.variant == "powers":
        rates = -torch.arange(1.0, case.states + 1).repeat(case.heads, 1)
    else:
        rates = of["A"] if "A" in of else -torch.exp(of["A_log"])
    if case.variant == "decode":
        step = torch.compile(decode_step) if is_compiled else decode_step
        rows = [of[name][:, 0] for name in ("u", "delta")] + [rates] + \
            [of[name][:, 0, 0] for name in ("B", "C")] + [of["skip"], of["gate"][:, 0], of["bias"]]
        state = of["init"].clone()
        return lambda: step(state, *rows), lambda y: y[:, None]
    u, delta, gate = (of[name].transpose(1, 2).contiguous() for name in ("u", "delta", "gate"))
    b, c = (of[name][:, :, 0].transpose(1, 2).contiguous() for name in ("B", "C"))
    zero = torch.zeros(case.batch, case.heads, case.states)

    def whole():
        return scan_chunk(zero, u, delta, rates, b, c, of["skip"], gate, of["bias"])[0]

    compiled = torch.compile(scan_chunk, dynamic=False) if is_compiled else None
    # Copies, made once: slices would differ in strides from chunk to chunk.
    chunks = [[x.contiguous() for x in chunk]
              for chunk in zip(*(x.split(CHUNK, dim=2) for x in (u, delta, gate, b, c)))]

    def chunked():
        state, outputs = zero, []
        for u_t, delta_t, gate_t, b_t, c_t in chunks:
            y, state = compiled(state, u_t, delta_t, rates, b_t, c_t, of["skip"], gate_t,
                                of["bias"])
            outputs.append(y)
        return torch.cat(outputs, dim=2)

    return chunked if is_compiled else whole, lambda y: y.transpose(1, 2)


def conv_call(_, tensors, is_compiled):
    x, weight, bias = tensors
    x = x.transpose(1, 2).contiguous()
    function = torch.compile(conv_silu) if is_compiled else conv_silu
    return lambda: function(x, weight, bias), lambda y: y.transpose(1, 2)
