"""What scans and convolutions must satisfy whatever their values are, bit by bit.

Every step is computed alone and in the order of time, so that no cut of time, tile size or number of
threads changes a bit.
"""
# REQUIRES: numpy, avx2
# RUN: attnc %S/Inputs/models.mlir -o %t.so
# RUN: %python %s %t.so
#
# Other tiles of time and channels give the same results.
# RUN: attn-opt %S/Inputs/models.mlir --attn-tile="time-tile=7 channels=8" > %t.small.mlir
# RUN: attnc %t.small.mlir -o %t.small.so
# RUN: %python %s %t.small.so --same-as %t.so
# RUN: attn-opt %S/Inputs/models.mlir --attn-tile="time-tile=1 channels=16" > %t.steps.mlir
# RUN: attnc %t.steps.mlir -o %t.steps.so
# RUN: %python %s %t.steps.so --same-as %t.so
import argparse
import unittest

import attnc
import numpy as np

PARSER = argparse.ArgumentParser()
PARSER.add_argument("library")
PARSER.add_argument("--same-as")
ARGUMENTS = PARSER.parse_args()
MODELS = attnc.load(ARGUMENTS.library)

LENGTH = 37
# Those of `scan` functions that have a batch and time; the others hold for all time.
OVER_TIME = {"u", "delta", "B", "C", "gate", "reset", "x"}


def draw(function, length=LENGTH, batch=2, seed=5):
    """The arguments of a model, by name."""
    generator = np.random.default_rng(seed)

    def normal(*shape):
        return generator.standard_normal(shape, dtype=np.float32)

    inner = (3, 11) if function == "heads" else (21,)
    deltas = inner[:1]
    if function.startswith("conv"):
        values = {"x": normal(batch, length, 21), "weight": normal(21, 4), "bias": normal(21),
                  "init": normal(batch, 3, 21)}
    else:
        step = np.exp(generator.uniform(np.log(1e-3), np.log(0.1), (batch, length, *deltas)))
        values = {"u": normal(batch, length, *inner), "delta": step.astype(np.float32),
                  "A": -generator.uniform(1, 16, deltas if function == "heads" else (21, 5))
                       .astype(np.float32),
                  "B": normal(batch, length, 1, 5), "C": normal(batch, length, 1, 5)}
        if function == "full":
            values |= {"skip": normal(21), "gate": normal(batch, length, 21), "bias": normal(21)}
        values["init"] = normal(batch, *inner, 5)
    if function.endswith("reset"):
        values["reset"] = generator.random((batch, length)) < 0.1
    return values


def call(function, values, **options):
    return getattr(MODELS, function)(*values.values(), **options)


def cut(values, begin, end, **others):
    """The arguments of the steps [begin, end)."""
    part = {name: value[:, begin:end] if name in OVER_TIME else value
            for name, value in values.items()}
    return part | others


CHUNKABLE = ("plain", "full", "heads", "reset", "conv", "conv_reset")


class Properties(unittest.TestCase):
    def same(self, got, wanted, message=None):
        for a, b in zip(got, wanted):
            np.testing.assert_array_equal(a, b, message)

    def test_split_and_carry_at_every_cut(self):
        for function in CHUNKABLE:
            values = draw(function)
            y, last = call(function, values)
            for at in range(LENGTH + 1):
                head, carried = call(function, cut(values, 0, at))
                tail, end = call(function, cut(values, at, LENGTH, init=carried))
                joined = np.concatenate((head, tail), axis=1)
                self.same((joined, end), (y, last), f"{function} cut at {at}")

    def test_step_by_step(self):
        for function in CHUNKABLE:
            values = draw(function)
            y, last = call(function, values)
            state = values["init"]
            for t in range(LENGTH):
                row, state = call(function, cut(values, t, t + 1, init=state))
                self.same((row,), (y[:, t:t + 1],), f"{function} step {t}")
            self.same((state,), (last,), function)

    def test_no_steps_hand_the_state_on(self):
        for function in CHUNKABLE:
            values = draw(function)
            y, last = call(function, cut(values, 0, 0))
            self.assertEqual(y.shape[1], 0)
            self.same((last,), (values["init"],), function)

    def test_reverse_is_the_flip_of_the_scan_of_the_flip(self):
        values = draw("reversed")
        y, last = call("reversed", values)
        flipped = {name: value[:, ::-1].copy() if name in OVER_TIME else value
                   for name, value in values.items()}
        wanted, wanted_last = call("plain", flipped)
        self.same((y, last), (wanted[:, ::-1], wanted_last))

    def test_packed_sequences_are_separate_calls(self):
        for function, alone in (("packed", "plain"), ("conv_packed", "conv")):
            for bounds in ((0, 5, 5, 33, LENGTH), (0, 32, 33, 34, LENGTH), (0, 0, 0, 0, 0),
                           (3, 9, 10, 11, 20), (0, LENGTH, LENGTH, LENGTH, LENGTH)):
                values = draw(alone, batch=1)
                states = np.concatenate([draw(alone, batch=1, seed=s)["init"] for s in range(4)])
                packed = values | {"init": states, "cu": np.array(bounds, np.int32)}
                y, last = call(function, packed)
                wanted = np.zeros_like(y)
                for s in range(4):
                    part = cut(values, bounds[s], bounds[s + 1], init=states[s:s + 1])
                    wanted[:, bounds[s]:bounds[s + 1]], end = call(alone, part)
                    self.same((last[s:s + 1],), (end,), f"{function} {bounds}, sequence {s}")
                self.same((y,), (wanted,), f"{function} {bounds}")

    def test_reset_is_a_new_call(self):
        for function, alone in (("reset", "plain"), ("conv_reset", "conv")):
            for at in range(LENGTH):
                values = draw(function)
                values["reset"] = np.zeros((2, LENGTH), bool)
                values["reset"][:, at] = True
                y, last = call(function, values)
                del values["reset"]
                head, _ = call(alone, cut(values, 0, at))
                tail, end = call(alone, cut(values, at, LENGTH, init=0 * values["init"]))
                joined = np.concatenate((head, tail), axis=1)
                self.same((joined, end), (y, last), f"{function} at {at}")

    def test_reset_ends_what_is_not_a_number(self):
        values = draw("reset")
        values["reset"][:] = False
        values["reset"][:, 20] = True
        wanted, wanted_last = call("reset", values)
        values["u"][:, 7] = np.nan
        y, last = call("reset", values)
        self.assertTrue(np.isnan(y[:, 7:20]).all())
        self.same((y[:, :7], y[:, 20:], last), (wanted[:, :7], wanted[:, 20:], wanted_last))

    def test_not_a_number_stays_in_its_channel(self):
        values = draw("plain")
        wanted, wanted_last = call("plain", values)
        values["u"][1, 12, 4] = np.nan
        y, last = call("plain", values)
        self.assertTrue(np.isnan(y[1, 12:, 4]).all() and np.isnan(last[1, 4]).all())
        y[1, 12:, 4], last[1, 4] = wanted[1, 12:, 4], wanted_last[1, 4]
        self.same((y, last), (wanted, wanted_last))

    def test_steps_of_no_size_keep_the_state(self):
        values = draw("plain")
        values["delta"][:] = 0
        y, last = call("plain", values)
        self.same((last,), (values["init"],))
        # softplus(-200) is 0 in f32, and -1000 overflows nothing.
        values = draw("heads")
        for low in (-200, -1000, -np.inf):
            values["delta"][:] = low
            _, last = call("heads", values)
            self.same((last,), (values["init"],))

    def test_huge_steps_forget(self):
        values = draw("plain")
        values["delta"][:] = 1000
        y, last = call("plain", values)
        values["init"] = -values["init"]
        self.same(call("plain", values), (y, last))
        self.assertTrue(np.isfinite(y).all())

    def test_sums_of_integers_are_exact(self):
        generator = np.random.default_rng(1)
        for function in ("plain", "reversed"):
            values = draw(function, length=300)
            values["A"][:] = 0
            values["delta"][:] = 1
            for name in ("u", "B", "C", "init"):
                values[name] = generator.integers(-4, 5, values[name].shape).astype(np.float32)
            y, last = call(function, values)
            added = values["u"][..., None] * values["B"]
            if function == "reversed":
                added = added[:, ::-1]
            states = values["init"][:, None] + np.cumsum(added, axis=1)
            self.same((last,), (states[:, -1],))
            if function == "reversed":
                states = states[:, ::-1]
            self.same((y,), ((states * values["C"]).sum(axis=-1),))

    def test_linear_in_u(self):
        values = draw("plain")
        values["init"][:] = 0
        y, last = call("plain", values)
        values["u"] *= 4
        self.same(call("plain", values), (4 * y, 4 * last))

    def test_same_bits_every_time(self):
        for function in CHUNKABLE + ("reversed",):
            values = draw(function, length=150, batch=5)
            wanted = call(function, values, num_threads=1)
            for threads in (1, 2, 3, 7):
                self.same(call(function, values, num_threads=threads), wanted, function)

    def test_batch_entries_do_not_meet(self):
        for function in CHUNKABLE:
            values = draw(function, batch=3)
            y, last = call(function, values)
            per_batch = OVER_TIME | {"init"}
            for b in range(3):
                alone = {name: value[b:b + 1] if name in per_batch else value
                         for name, value in values.items()}
                self.same(call(function, alone), (y[b:b + 1], last[b:b + 1]), function)

    @unittest.skipUnless(ARGUMENTS.same_as, "there is nothing to compare with")
    def test_tile_sizes_do_not_matter(self):
        others = attnc.load(ARGUMENTS.same_as)
        for function in CHUNKABLE + ("reversed",):
            for length in (1, 31, 32, 33, 150):
                values = draw(function, length)
                wanted = getattr(others, function)(*values.values())
                self.same(call(function, values), wanted, f"{function} {length}")


unittest.main(argv=["properties.py"])
