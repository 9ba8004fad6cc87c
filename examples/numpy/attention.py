"""Calls the compiled attention on NumPy arrays and checks it against NumPy in float64.

usage: attention.py attention.so
"""
import sys

import attnc
import numpy as np

BATCH, LENGTH, QUERY_HEADS, KV_HEADS, HEAD_DIM, WINDOW = 2, 300, 8, 2, 64, 128


def reference(q, k, v):
    """The same in float64, with every score in memory."""
    k, v = (np.repeat(x, QUERY_HEADS // KV_HEADS, axis=1) for x in (k, v))
    scores = q.astype(np.float64) @ k.astype(np.float64).swapaxes(2, 3) / np.sqrt(HEAD_DIM)
    i, j = np.ogrid[:LENGTH, :LENGTH]
    scores = np.where((j <= i) & (i - j < WINDOW), scores, -np.inf)
    top = scores.max(axis=-1, keepdims=True)
    weights = np.exp(scores - top)
    total = weights.sum(axis=-1, keepdims=True)
    return weights / total @ v, (top + np.log(total))[..., 0]


def main():
    attention = attnc.load(sys.argv[1]).attention
    print(attention)

    # What a projection gives: (batch, length, all heads of q, k and v, head_dim). The inputs are
    # transposed slices of it; nothing is copied.
    rows = np.random.default_rng(7).standard_normal(
        (BATCH, LENGTH, QUERY_HEADS + 2 * KV_HEADS, HEAD_DIM), dtype=np.float32)
    q, k, v = (x.swapaxes(1, 2)
               for x in np.split(rows, [QUERY_HEADS, QUERY_HEADS + KV_HEADS], axis=2))

    o, lse = attention(q, k, v)
    expected_o, expected_lse = reference(q, k, v)
    np.testing.assert_allclose(o, expected_o, rtol=0, atol=1e-5)
    np.testing.assert_allclose(lse, expected_lse, rtol=3e-6, atol=3e-6)
    print("equal to NumPy in float64, within 1e-5")

    # Outputs go where they are wanted, say back into (batch, length, heads, head_dim).
    merged = np.empty((BATCH, LENGTH, QUERY_HEADS, HEAD_DIM), np.float32)
    attention(q, k, v, out=(merged.swapaxes(1, 2), lse), num_threads=1)
    assert np.array_equal(merged.swapaxes(1, 2), o)
    print("one thread gives the same bits")

    try:
        attention(q, k, v[..., :32])
    except attnc.Error as error:
        print("a wrong call:", error)


main()
