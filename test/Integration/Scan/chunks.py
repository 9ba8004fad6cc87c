"""Scans that are cut along time equal the reference; where there is nothing to cut, the uncut scan."""
# REQUIRES: numpy, avx2
# RUN: attnc %S/Inputs/chunks.mlir --threads=16 -o %t.so
# RUN: attnc %S/Inputs/chunks.mlir -o %t.whole.so
# RUN: %python %s %t.so %t.whole.so %S/Inputs/chunks.mlir
import os
import subprocess
import sys
import tempfile
import unittest

import attnc
import numpy as np

MODEL = sys.argv.pop()
WHOLE, CHUNKED = (attnc.load(sys.argv.pop()) for _ in range(2))
LENGTH = 1237


def draw(function, length=LENGTH, batch=1, states=1):
    """The arguments of a model, by name. Step sizes are small enough that chunks see each other."""
    generator = np.random.default_rng(length)

    def normal(*shape):
        return generator.standard_normal(shape, dtype=np.float32)

    inner, deltas = ((2, 70), (2,)) if function == "heads" else ((40,), (40,))
    rates = deltas if function == "heads" else (40, 5)
    values = {"u": normal(batch, length, *inner), "delta": normal(batch, length, *deltas) - 6,
              "A": -np.exp(normal(*rates)), "B": normal(batch, length, 1, 5),
              "C": normal(batch, length, 1, 5)}
    if function != "heads":
        values["init"] = normal(states, 40, 5)
    if function.endswith("ward"):
        values["reset"] = generator.random((batch, length)) < 0.002
    return values


def call(library, function, values, **options):
    results = getattr(library, function)(*values.values(), **options)
    return results if isinstance(results, tuple) else (results,)


def refer(function, values, results):
    """What the reference makes of the arguments, in float64."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["attn-ref", MODEL, "--function", function, "--f64"]
        for name, value in values.items():
            path = os.path.join(folder, f"{name}.npy")
            np.save(path, value)
            command += ["--in", path]
        outputs = [os.path.join(folder, f"{n}.out.npy") for n in range(results)]
        for path in outputs:
            command += ["--out", path]
        subprocess.run(command, check=True)
        return [np.load(path) for path in outputs]


class Chunks(unittest.TestCase):
    def near(self, function, values):
        got = call(CHUNKED, function, values)
        for result, wanted in zip(got, refer(function, values, len(got))):
            error = np.sqrt(np.mean((result - wanted) ** 2) / np.mean(wanted ** 2))
            self.assertLess(error, 1e-6, function)
        return got

    def same(self, got, wanted, message):
        for a, b in zip(got, wanted):
            np.testing.assert_array_equal(a, b, message)

    def test_equal_the_reference(self):
        for function in ("forward", "backward", "heads"):
            for batch in (1, 3):
                values = draw(function, batch=batch, states=batch)
                got = self.near(function, values)
                # Merged states are rounded in another way, which shows that there are chunks. Of
                # two chunks without an initial state there is nothing to merge.
                if batch == 1:
                    whole = call(WHOLE, function, values)
                    self.assertFalse((got[0] == whole[0]).all(), function)

    def test_packed_sequences(self):
        values = draw("packed", states=3)
        for bounds in ((0, 600, 601, LENGTH), (0, 0, LENGTH, LENGTH), (7, 300, 1000, 1100)):
            self.near("packed", values | {"cu": np.array(bounds, np.int32)})

    def test_lengths_around_those_of_chunks(self):
        for length in (256, 257, 511, 512, 513, 1024, 16 * 256 + 1):
            self.near("forward", draw("forward", length))

    def test_short_scans_are_not_cut(self):
        for function in ("forward", "backward"):
            for length in (0, 1, 31, 256):
                values = draw(function, length)
                self.same(call(CHUNKED, function, values), call(WHOLE, function, values), length)

    def test_any_number_of_threads_gives_the_same(self):
        values = draw("forward")
        one = call(CHUNKED, "forward", values, num_threads=1)
        for threads in (2, 3, 16):
            self.same(call(CHUNKED, "forward", values, num_threads=threads), one, threads)


unittest.main()
