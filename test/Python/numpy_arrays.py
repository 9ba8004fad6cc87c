"""Calls of a library on NumPy arrays: views without copies, allocated outputs, and errors."""
# REQUIRES: numpy
# RUN: %sample %t.so
# RUN: %python %s %t.so
import sys
import threading
import unittest

import attnc
import numpy as np

LIBRARY = attnc.load(sys.argv.pop())


def expected(x, factor, offset):
    return (x * np.float32(factor) + np.float32(offset)).astype(np.float32)


class NumpyTest(unittest.TestCase):
    def setUp(self):
        self.x = np.arange(12, dtype=np.float32).reshape(3, 4)

    def fails(self, sentence, *args, status=1, **kwargs):
        with self.assertRaises(attnc.Error) as context:
            LIBRARY.affine(*args, **kwargs)
        self.assertEqual(str(context.exception), sentence)
        self.assertEqual(context.exception.status, status)

    def test_allocates_outputs(self):
        y, last = LIBRARY.affine(self.x, 0.5, -1)
        np.testing.assert_array_equal(y, expected(self.x, 0.5, -1))
        np.testing.assert_array_equal(last, y[-1])
        self.assertEqual(y.dtype, np.float32)

    def test_writes_into_out(self):
        y, last = np.full((3, 4), np.nan, np.float32), np.empty(4, np.float32)
        result = LIBRARY.affine(self.x, np.float32(2), np.int64(1), out=(y, last), num_threads=1)
        self.assertIs(result[0], y)
        self.assertIs(result[1], last)
        np.testing.assert_array_equal(y, expected(self.x, 2, 1))

    def test_views_are_not_copied(self):
        wide = np.arange(48, dtype=np.float32).reshape(6, 8)
        view = wide[1::2, 2:6]
        out = np.zeros((3, 6), np.float32)
        y, _ = LIBRARY.affine(view, 1, 0, out=(out[:, 1:5], np.empty(4, np.float32)))
        np.testing.assert_array_equal(out[:, 1:5], view)
        np.testing.assert_array_equal(out[:, 0], 0)
        np.testing.assert_array_equal(out[:, 5], 0)

    def test_read_only_inputs(self):
        self.x.flags.writeable = False
        y, _ = LIBRARY.affine(self.x, 1, 0)
        np.testing.assert_array_equal(y, self.x)
        self.fails("argument 3 (y): wanted memory that can be written, got read-only memory",
                   self.x.copy(), 1, 0, out=(self.x, np.empty(4, np.float32)))

    def test_empty(self):
        y, _ = LIBRARY.affine(self.x[:0], 1, 0)
        self.assertEqual(y.shape, (0, 4))

    def test_bf16_as_uint16(self):
        bits = np.array([16256, 49024, 1], np.uint16)
        y = LIBRARY.copy16(bits, uint16_is_bf16=True)
        np.testing.assert_array_equal(y, bits)
        self.assertEqual(y.dtype, np.uint16)
        with self.assertRaisesRegex(attnc.Error, r"argument 0 \(x\): wanted dtype bf16, got u16"):
            LIBRARY.copy16(bits)
        # The flag concerns bf16 arguments only.
        self.fails("argument 0 (x): wanted dtype f32, got u16", np.zeros((1, 4), np.uint16), 1, 0,
                   uint16_is_bf16=True)

    def test_errors_of_the_library(self):
        x = self.x
        self.fails("argument 0 (x): wanted dtype f32, got f64", x.astype(np.float64), 1, 0)
        self.fails("argument 0 (x), dim 1: wanted 4, got 3", x[:, :3], 1, 0)
        self.fails("argument 0 (x): wanted rank 2, got 1", x[0], 1, 0)
        self.fails("argument 0 (x), dim 1: wanted stride 1 on the last axis, got 2",
                   np.zeros((3, 8), np.float32)[:, ::2], 1, 0)
        self.fails("argument 0 (x), dim 0: wanted a stride of 0 or more, got -4", x[::-1], 1, 0)
        self.fails("argument 3 (y): wanted memory of its own, got an overlap with argument 0 (x)",
                   x, 1, 0, out=(x, np.empty(4, np.float32)))
        self.fails("argument 3 (y), dim 0: wanted 3, the size of argument 0 (x), dim 0, got 2",
                   x, 1, 0, out=(np.empty((2, 4), np.float32), np.empty(4, np.float32)))
        self.fails("num_threads: wanted 0 to 1024, got -1", x, 1, 0, num_threads=-1)

    def test_errors_of_the_loader(self):
        x = self.x
        self.fails("argument 0 (x): wanted a little-endian float, integer or bool array, "
                   "got dtype >f4", x.astype(">f4"), 1, 0)
        self.fails("argument 0 (x): wanted a little-endian float, integer or bool array, "
                   "got dtype <c8", x.astype(np.complex64), 1, 0)
        fields = np.zeros((3, 4), [("a", "<f4"), ("b", "u1")])["a"]
        self.fails("argument 0 (x): wanted strides that are multiples of 4 bytes, got (20, 5)",
                   fields, 1, 0)
        self.fails(f"argument 2 (offset): wanted a value from {-2**63} to {2**63 - 1}, "
                   f"got {2**63}", x, 1, 2**63)
        for args, sentence in [
                ((x, 1), "affine takes 3 arguments, got 2: affine(x: N1x4xf32, "),
                (([1, 2], 1, 0), r"argument 0 (x): wanted a tensor (NumPy, PyTorch, or with "
                 "__dlpack__), got list"),
                ((x, "a", 0), "argument 1 (factor): wanted a number, got str"),
                ((x, 1, 0.5), "argument 2 (offset): wanted an integer, got float")]:
            with self.assertRaises(TypeError) as context:
                LIBRARY.affine(*args)
            self.assertTrue(str(context.exception).startswith(sentence), context.exception)
        with self.assertRaisesRegex(TypeError, "affine has 2 outputs, got 1"):
            LIBRARY.affine(x, 1, 0, out=np.empty((3, 4), np.float32))

    def test_many_threads(self):
        def work(factor, failures):
            for _ in range(200):
                y, _ = LIBRARY.affine(self.x, factor, 0)
                if not np.array_equal(y, expected(self.x, factor, 0)):
                    failures.append(factor)

        failures = []
        threads = [threading.Thread(target=work, args=(i, failures)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])


unittest.main()
