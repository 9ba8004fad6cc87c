"""Runs a PyTorch layer on the compiled attention and checks it against PyTorch's own.

usage: attention.py attention.so
"""
import sys

import attnc
import torch

HEADS, KV_HEADS, HEAD_DIM, WIDTH = 8, 2, 64, 512


class Attention(torch.nn.Module):
    """Projections around `kernel(q, k, v)`, each (batch, heads, length, head_dim)."""

    def __init__(self, kernel):
        super().__init__()
        self.kernel = kernel
        self.qkv = torch.nn.Linear(WIDTH, (HEADS + 2 * KV_HEADS) * HEAD_DIM, bias=False)
        self.out = torch.nn.Linear(HEADS * HEAD_DIM, WIDTH, bias=False)

    def forward(self, x):
        rows = self.qkv(x).unflatten(-1, (-1, HEAD_DIM)).transpose(1, 2)
        q, k, v = rows.split([HEADS, KV_HEADS, KV_HEADS], dim=1)  # views, passed as they are
        return self.out(self.kernel(q, k, v).transpose(1, 2).flatten(2))


def sdpa(q, k, v):
    """PyTorch's attention in float64, rounded to the type of q."""
    k, v = (x.double().repeat_interleave(HEADS // KV_HEADS, dim=1) for x in (k, v))
    return torch.nn.functional.scaled_dot_product_attention(q.double(), k, v,
                                                            is_causal=True).to(q.dtype)


def main():
    kernel = attnc.load(sys.argv[1]).attention
    print(kernel)
    torch.manual_seed(7)
    layer = Attention(kernel).bfloat16()
    with torch.no_grad():
        for length in (1, 100, 777):
            x = torch.randn(2, length, WIDTH).bfloat16()
            rows = layer.qkv(x).unflatten(-1, (-1, HEAD_DIM)).transpose(1, 2)
            q, k, v = rows.split([HEADS, KV_HEADS, KV_HEADS], dim=1)
            o, expected = kernel(q, k, v).double(), sdpa(q, k, v).double()
            # bf16 has 8 bits: outputs round once, and so do the probabilities.
            error = (o - expected).abs().max() / expected.abs().max()
            assert error < 2**-7, f"length {length}: relative error {error}"
            assert layer(x).shape == x.shape
    print("equal to PyTorch's attention, within the rounding of bf16")

    try:
        kernel(q.float(), k, v)
    except attnc.Error as error:
        print("a wrong call:", error)


main()
