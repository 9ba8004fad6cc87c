"""The rules of docs/numerics.md, each on small cases: masked rows, non-finite numbers, regions."""
# REQUIRES: numpy, avx2
# RUN: attnc %S/Inputs/models.mlir -o %t.so
# RUN: %python %s %t.so
import math
import sys
import unittest

import attnc
import numpy as np

MODELS = attnc.load(sys.argv.pop())
INF, NAN = np.inf, np.nan
# Lengths around the sizes of tiles.
LENGTHS = (1, 2, 7, 63, 64, 65, 129, 300)


def draw(*lengths, seed=3):
    generator = np.random.default_rng(seed)
    return [generator.standard_normal((1, 1, n, 8), dtype=np.float32) for n in lengths]


class Rules(unittest.TestCase):
    def equal(self, a, b, message=None):
        np.testing.assert_array_equal(a, b, message)

    def close(self, a, b, tolerance=2e-6):
        np.testing.assert_allclose(a, b, rtol=0, atol=tolerance)

    def test_rows_without_a_visible_key(self):
        for n in LENGTHS:
            q, k, v = draw(n, n, n)
            o, lse = MODELS.allowed(q, k, v, np.zeros(n, bool))
            self.equal(o, 0)
            self.equal(lse, -INF)

    def test_no_keys_and_no_queries(self):
        q, k, v = draw(5, 0, 0)
        o, lse = MODELS.dense(q, k, v)
        self.equal(o, 0)
        self.equal(lse, -INF)
        o, lse = MODELS.dense(k, q, q)
        self.assertEqual((o.shape, lse.shape), ((1, 1, 0, 8), (1, 1, 0)))

    def test_masked_rows_with_a_sink(self):
        q, k, v = draw(9, 9, 9)
        o, lse = MODELS.masked_sink(q, k, v, np.array([1.5], np.float32))
        self.equal(o, 0)
        self.close(lse, 1.5)

    def test_one_key(self):
        q, k, v = draw(4, 1, 1)
        o, lse = MODELS.dense(q, k, v)
        self.equal(o, np.broadcast_to(v, o.shape))
        self.close(lse[0, 0], q[0, 0] @ k[0, 0, 0] / math.sqrt(8))

    def test_a_masked_key_has_no_influence(self):
        for n in LENGTHS[1:]:
            q, k, v = draw(n, n, n)
            allowed = np.arange(n) % 2 == 0
            o, lse = MODELS.allowed(q, k, v, allowed)
            for poison in (NAN, INF, -INF, 3e38):
                bad = k.copy()
                bad[:, :, ~allowed] = poison
                for got, wanted in zip(MODELS.allowed(q, bad, v, allowed), (o, lse)):
                    self.equal(got, wanted, f"{n} keys, masked ones {poison}")

    def test_large_scores_are_scores(self):
        q, k, v = draw(3, 200, 200)
        for level in (-1e30, -3e38, -1e4, 1e4, 1e30, 3e38):
            o, _ = MODELS.scored(q, k, v, np.full((3, 200), level, np.float32))
            self.close(o, v.mean(axis=2, keepdims=True).repeat(3, axis=2))
            bias = np.full((3, 200), -3.3e38, np.float32)
            bias[:, 150] = level
            o, _ = MODELS.scored(q, k, v, bias)
            if level > -3e38:
                self.equal(o, v[:, :, 150:151].repeat(3, axis=2))

    def test_minus_infinity_hides(self):
        q, k, v = draw(4, 100, 100)
        bias = np.zeros((4, 100), np.float32)
        bias[:, 10:] = -INF
        bias[3] = -INF
        o, lse = MODELS.scored(q, k, v, bias)
        self.close(o[0, 0, :3], v[0, 0, :10].mean(axis=0)[None].repeat(3, axis=0))
        self.close(lse[0, 0, :3], math.log(10))
        self.equal(o[0, 0, 3], 0)
        self.equal(lse[0, 0, 3], -INF)

    def test_non_finite_scores_stay_in_their_row(self):
        for n in LENGTHS:
            q, k, v = draw(n, n, n)
            for poison in (NAN, INF):
                bias = np.zeros((n, n), np.float32)
                bias[n // 2, n // 3] = poison
                o, lse = MODELS.scored(q, k, v, bias)
                bad = np.isnan(o[0, 0]).all(axis=1)
                self.equal(bad, np.arange(n) == n // 2, f"{n} keys, one score {poison}")
                self.assertTrue(np.isfinite(o[0, 0][~bad]).all())

    def test_nan_in_a_query_stays_in_its_row(self):
        for n in LENGTHS:
            q, k, v = draw(n, n, n)
            q[0, 0, n // 2, 5] = NAN
            o, lse = MODELS.causal(q, k, v)
            self.equal(np.isnan(o[0, 0]).any(axis=1), np.arange(n) == n // 2)
            self.equal(np.isnan(lse[0, 0]), np.arange(n) == n // 2)

    def test_scale_of_zero_gives_the_mean(self):
        q, k, v = draw(5, 77, 77)
        self.close(MODELS.no_scale(q, k, v), v.mean(axis=2, keepdims=True).repeat(5, axis=2))

    def test_finite_inputs_of_any_size(self):
        q, k, v = draw(40, 40, 40)
        o, lse = MODELS.causal(q * np.float32(1e18), k * np.float32(1e18), v)
        self.assertTrue(np.isfinite(o).all() and np.isfinite(lse).all())
        scores = q[0, 0].astype(float) @ k[0, 0].astype(float).T
        best = [scores[i, :i + 1].argmax() for i in range(40)]
        self.equal(o[0, 0], v[0, 0][best])

    def test_subnormal_values_are_kept(self):
        tiny = np.full((1, 1, 3, 8), 1e-41, np.float32)
        q, k = draw(3, 3)
        self.equal(MODELS.causal(q, k, tiny)[0][0, 0, 0], tiny[0, 0, 0])

    def test_positions(self):
        q, k, v = draw(10, 30, 30)
        whole = draw(30, 30, 30)[0]
        whole[:, :, 20:] = q
        o, lse = MODELS.causal(whole, k, v)
        for got, wanted in zip(MODELS.shifted(q, k, v, 20, 0), (o[:, :, 20:], lse[:, :, 20:])):
            self.close(got, wanted)
        for got, wanted in zip(MODELS.bottom_right(q, k, v), (o[:, :, 20:], lse[:, :, 20:])):
            self.close(got, wanted)
        o, lse = MODELS.shifted(q, k, v, 0, 1000)
        self.equal(o, 0)
        self.equal(lse, -INF)

    def test_reads_out_of_range_are_clamped(self):
        q, k, v = draw(5, 20, 20)
        o, _ = MODELS.allowed(0 * q, k, v, np.array([False] * 9 + [True]))
        self.close(o, v[:, :, 9:].mean(axis=2, keepdims=True).repeat(5, axis=2))
        o, _ = MODELS.allowed(q, k, v, np.zeros(0, bool))
        self.equal(o, 0)

    def test_division_is_defined(self):
        q = np.zeros((1, 1, 12, 8), np.float32)
        i, j = np.ogrid[:12, :12]
        quotient = np.where(j == 0, 0, i // np.maximum(j, 1))
        remainder = np.where(j == 0, i, i % np.maximum(j, 1))
        for function, value in (MODELS.divided, quotient), (MODELS.modulo, remainder):
            with np.errstate(divide="ignore"):
                self.close(function(q, q, q)[0, 0], np.log((value == 0).sum(axis=1)))
        self.close(MODELS.wrapped(q, q, q), math.log(12))

    def test_same_bits_every_time(self):
        q, k, v = draw(333, 333, 333)
        o, lse = MODELS.causal(q, k, v, num_threads=1)
        for threads in (1, 2, 3, 7):
            for got, wanted in zip(MODELS.causal(q, k, v, num_threads=threads), (o, lse)):
                self.equal(got, wanted)

    def test_padding_is_not_visible(self):
        for n in LENGTHS:
            q, k, v = draw(n, n, n)
            wanted = MODELS.dense(q, k, v)
            padded = [np.full((1, 1, n + 9, 8), NAN, np.float32) for _ in range(3)]
            for whole, part in zip(padded, (q, k, v)):
                whole[:, :, :n] = part
            got = MODELS.dense(*(whole[:, :, :n] for whole in padded))
            for a, b in zip(got, wanted):
                self.equal(a, b, f"{n} rows")

    def test_results_are_rounded_to_nearest(self):
        # The mean of 1 and the number after it is a tie, which goes to the even one, 1.
        q = np.zeros((1, 1, 2, 8), np.float16)
        v = np.array([1, 1 + 2**-10], np.float16).reshape(1, 1, 2, 1).repeat(8, axis=3)
        self.equal(MODELS.half(q, q, v), 1)


unittest.main()
