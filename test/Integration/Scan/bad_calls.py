"""Calls of scans and convolutions that break a rule are refused with a sentence, and write nothing."""
# REQUIRES: numpy, avx2
# RUN: sed "" %S/Inputs/models.mlir %S/Inputs/any-number.mlir > %t.mlir
# RUN: attnc %t.mlir -o %t.so
# RUN: %python %s %t.so
import sys
import unittest

import attnc
import numpy as np

MODELS = attnc.load(sys.argv.pop())
FLOAT = np.float32


def zeros(*shape, dtype=FLOAT):
    return np.zeros(shape, dtype)


def make_arguments(function):
    """Good arguments, by name: 2 batch entries (1 with packed sequences) of 9 steps."""
    batch = 1 if "packed" in function else 2
    states = 3 if function.endswith("any") else 4 if "packed" in function else 2
    if function.startswith("conv"):
        values = {"x": zeros(batch, 9, 21), "weight": zeros(21, 4), "bias": zeros(21),
                  "init": zeros(states, 3, 21)}
    elif function == "heads":
        values = {"u": zeros(2, 9, 3, 11), "delta": zeros(2, 9, 3), "A": zeros(3),
                  "B": zeros(2, 9, 1, 5), "C": zeros(2, 9, 1, 5), "init": zeros(2, 3, 11, 5)}
    else:
        values = {"u": zeros(batch, 9, 21), "delta": zeros(batch, 9, 21), "A": zeros(21, 5),
                  "B": zeros(batch, 9, 1, 5), "C": zeros(batch, 9, 1, 5)}
        if function == "full":
            values |= {"skip": zeros(21), "gate": zeros(2, 9, 21), "bias": zeros(21)}
        values["init"] = zeros(states, 21, 5)
    if function.endswith("reset"):
        values["reset"] = zeros(2, 9, dtype=bool)
    if "packed" in function:
        values["cu"] = np.arange(states + 1, dtype=np.int32)
    return values


def make_outputs(function, values):
    rows = next(iter(values.values()))
    return np.full(rows.shape, 7, rows.dtype), np.full(values["init"].shape, 7, FLOAT)


# Function, changed arguments, what the sentence says.
BAD_CALLS = [
    ("plain", {"u": zeros(2, 9, 21, 1)}, "argument 0 (u): wanted rank 3, got 4"),
    ("plain", {"u": zeros(2, 9, 21, dtype=np.float16)}, "argument 0 (u): wanted dtype f32, got f16"),
    ("plain", {"u": zeros(2, 9, 20)}, "argument 0 (u), dim 2: wanted 21, got 20"),
    ("plain", {"delta": zeros(2, 8, 21)},
     "argument 1 (delta), dim 1: wanted 9, the size of argument 0 (u), dim 1, got 8"),
    ("plain", {"delta": zeros(1, 9, 21)},
     "argument 1 (delta), dim 0: wanted 2, the size of argument 0 (u), dim 0, got 1"),
    ("plain", {"delta": zeros(2, 9, 1)}, "argument 1 (delta), dim 2: wanted 21, got 1"),
    ("plain", {"A": zeros(5, 21)}, "argument 2 (A), dim 0: wanted 21, got 5"),
    ("plain", {"A": zeros(21)}, "argument 2 (A): wanted rank 2, got 1"),
    ("plain", {"A": zeros(21, 5, dtype=np.float64)}, "argument 2 (A): wanted dtype f32, got f64"),
    ("plain", {"B": zeros(2, 9, 5)}, "argument 3 (B): wanted rank 4, got 3"),
    ("plain", {"B": zeros(2, 9, 2, 5)}, "argument 3 (B), dim 2: wanted 1, got 2"),
    ("plain", {"B": zeros(2, 10, 1, 5)}, "argument 3 (B), dim 1: wanted 9"),
    ("plain", {"C": zeros(2, 9, 1, 6)}, "argument 4 (C), dim 3: wanted 5, got 6"),
    ("plain", {"C": zeros(3, 9, 1, 5)}, "argument 4 (C), dim 0: wanted 2"),
    ("plain", {"init": zeros(3, 21, 5)}, "argument 5 (init), dim 0: wanted 2"),
    ("plain", {"init": zeros(2, 5, 21)}, "argument 5 (init), dim 1: wanted 21, got 5"),
    ("plain", {"u": zeros(2, 21, 9).transpose(0, 2, 1)}, "argument 0 (u)"),
    ("full", {"skip": zeros(1)}, "argument 5 (skip), dim 0: wanted 21, got 1"),
    ("full", {"skip": zeros(21, dtype=np.int32)}, "argument 5 (skip): wanted dtype f32, got i32"),
    ("full", {"gate": zeros(2, 7, 21)}, "argument 6 (gate), dim 1: wanted 9"),
    ("full", {"bias": zeros(22)}, "argument 7 (bias), dim 0: wanted 21, got 22"),
    ("heads", {"u": zeros(2, 9, 33)}, "argument 0 (u): wanted rank 4, got 3"),
    ("heads", {"delta": zeros(2, 9, 33)}, "argument 1 (delta), dim 2: wanted 3, got 33"),
    ("heads", {"A": zeros(1)}, "argument 2 (A), dim 0: wanted 3, got 1"),
    ("heads", {"init": zeros(2, 11, 3, 5)}, "argument 5 (init), dim 1: wanted 3, got 11"),
    ("reset", {"reset": zeros(2, 8, dtype=bool)}, "argument 6 (reset), dim 1: wanted 9"),
    ("reset", {"reset": zeros(9, dtype=bool)}, "argument 6 (reset): wanted rank 2, got 1"),
    ("reset", {"reset": zeros(2, 9, dtype=np.int32)}, "argument 6 (reset): wanted dtype"),
    ("packed", {"u": zeros(2, 9, 21)}, "argument 0 (u), dim 0: wanted 1, got 2"),
    ("packed", {"cu": zeros(4, dtype=np.int32)}, "argument 6 (cu), dim 0: wanted 5, got 4"),
    ("packed", {"cu": zeros(0, dtype=np.int32)}, "argument 6 (cu), dim 0: wanted 5, got 0"),
    ("packed", {"cu": zeros(5, dtype=np.int64)}, "argument 6 (cu): wanted dtype i32, got i64"),
    ("packed_any", {"cu": zeros(5, dtype=np.int32)}, "argument 6 (cu), dim 0: wanted 4"),
    ("packed_any", {"cu": zeros(2, dtype=np.int32)}, "argument 6 (cu), dim 0: wanted 4"),
    ("packed_any", {"cu": zeros(0, dtype=np.int32)},
     "argument 6 (cu), dim 0: wanted a size of 1 or more, got 0"),
    ("packed_any", {name: zeros(2, *shape) for name, shape in
                    {"u": (9, 21), "delta": (9, 21), "B": (9, 1, 5), "C": (9, 1, 5)}.items()},
     "argument 0 (u), dim 0: wanted 1, got 2"),
    ("packed_any", {name: zeros(0, *shape) for name, shape in
                    {"u": (9, 21), "delta": (9, 21), "B": (9, 1, 5), "C": (9, 1, 5)}.items()},
     "argument 0 (u), dim 0: wanted 1, got 0"),
    ("conv", {"x": zeros(2, 9, 22)}, "argument 0 (x), dim 2: wanted 21, got 22"),
    ("conv", {"weight": zeros(21, 3)}, "argument 1 (weight), dim 1: wanted 4, got 3"),
    ("conv", {"weight": zeros(4, 21)}, "argument 1 (weight), dim 0: wanted 21, got 4"),
    ("conv", {"bias": zeros(21, 1)}, "argument 2 (bias): wanted rank 1, got 2"),
    ("conv", {"init": zeros(2, 4, 21)}, "argument 3 (init), dim 1: wanted 3, got 4"),
    ("conv", {"init": zeros(1, 3, 21)}, "argument 3 (init), dim 0: wanted 2"),
    ("conv_reset", {"reset": zeros(1, 9, dtype=bool)}, "argument 4 (reset), dim 0: wanted 2"),
    ("conv_packed", {"cu": zeros(6, dtype=np.int32)}, "argument 4 (cu), dim 0: wanted 5, got 6"),
    ("conv_packed_any", {"cu": zeros(9, dtype=np.int32)}, "argument 4 (cu), dim 0: wanted 4"),
    ("conv_packed_any", {"x": zeros(2, 9, 21)}, "argument 0 (x), dim 0: wanted 1, got 2"),
]


class BadCalls(unittest.TestCase):
    def refused(self, function, values, outputs, message):
        before = [output.copy() for output in outputs]
        with self.assertRaises(attnc.Error) as caught:
            getattr(MODELS, function)(*values.values(), out=outputs)
        self.assertIn(message, str(caught.exception))
        for output, old in zip(outputs, before):
            np.testing.assert_array_equal(output, old)

    def test_good_calls(self):
        for function in {function for function, _, _ in BAD_CALLS}:
            values = make_arguments(function)
            outputs = make_outputs(function, values)
            getattr(MODELS, function)(*values.values(), out=outputs)
            self.assertTrue(all((output == 0).all() for output in outputs), function)

    def test_bad_inputs(self):
        for function, changes, message in BAD_CALLS:
            with self.subTest(function=function, message=message):
                values = make_arguments(function)
                outputs = make_outputs(function, values)
                self.refused(function, values | changes, outputs, message)

    def test_bad_outputs(self):
        values = make_arguments("plain")
        y, last = make_outputs("plain", values)
        for outputs, message in (
                ((y[:, :8], last), "dim 1: wanted 9"),
                ((y, last[:1]), "dim 0: wanted 2"),
                ((y, zeros(2, 21)), "wanted rank 3, got 2"),
                ((y, zeros(2, 21, 5, dtype=np.float16)), "wanted dtype f32, got f16"),
                ((values["u"], last), "wanted memory of its own"),
                ((y, values["init"]), "wanted memory of its own")):
            with self.subTest(message=message):
                self.refused("plain", values, outputs, message)

    def test_numbers_that_decrease_are_no_danger(self):
        # The results are open, but nothing else is read or written, whatever the numbers are.
        generator = np.random.default_rng(1)
        for function in ("packed", "conv_packed", "packed_any", "conv_packed_any"):
            values = make_arguments(function)
            for low, high in ((-2**31, 2**31), (-5, 15), (0, 10)):
                for _ in range(50):
                    values["cu"] = generator.integers(low, high, values["cu"].shape,
                                                      dtype=np.int64).astype(np.int32)
                    y, last = getattr(MODELS, function)(*values.values())
                    self.assertTrue((y == 0).all() and (last == 0).all())


unittest.main()
