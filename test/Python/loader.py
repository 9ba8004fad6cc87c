"""The loader without NumPy: loading, listing, describing, scalars, and the errors on the way."""
# RUN: %sample %t.so
# RUN: echo "not ELF" > %t.text.so
# RUN: %sample %t.future.so -DFUTURE
# RUN: %sample %t.earlier.so -DEARLIER
# RUN: %python %s %t.so %t.text.so %t.future.so %t.earlier.so
import os
import struct
import sys
import unittest

for name in ("numpy", "torch"):
    sys.modules[name] = None  # an import of it fails

import attnc
from attnc import _abi, _scalars

SAMPLE, TEXT, FUTURE, EARLIER = sys.argv[1:]
del sys.argv[1:]


def scalar(value, code, bits):
    return bytes(_scalars.convert(value, _abi.DataType(code, bits, 1)))


class LoaderTest(unittest.TestCase):
    def test_functions(self):
        library = attnc.load(SAMPLE)
        self.assertEqual(list(library), ["affine", "copy16", "nothing", "overread", "parts"])
        self.assertIs(library.affine, library["affine"])
        self.assertEqual(
            repr(library.affine),
            "affine(x: N1x4xf32, factor: f32, offset: i64) -> (y: N1x4xf32, last: 4xf32)")
        self.assertEqual(library.affine.arguments[0],
                         attnc.Argument("x", "input", "f32", ("N1", 4)))
        self.assertEqual(repr(library.parts), "parts(ends: S+1xi32, x: Lxf32) -> (sums: Sxf32)")
        # From before symbols had names.
        self.assertEqual(repr(attnc.load(EARLIER).earlier), "earlier() -> (y: N2xf32)")
        self.assertEqual(library.affine.producer, "by hand")
        with self.assertRaisesRegex(AttributeError, "no function 'missing' .it has: affine, copy16"):
            library.missing

    def test_a_relative_path_is_not_searched_for(self):
        with self.assertRaises(attnc.Error) as context:
            attnc.load("libc.so.6")
        self.assertEqual(context.exception.status, 3)
        self.assertIn(os.path.join(os.getcwd(), "libc.so.6"), str(context.exception))

    def test_bad_files(self):
        with self.assertRaises(attnc.Error) as context:
            attnc.load(TEXT)
        self.assertEqual(context.exception.status, 3)
        with self.assertRaises(attnc.Error) as context:
            attnc.load(FUTURE).future
        self.assertEqual(str(context.exception),
                         "future: made for ABI version 2, this loader knows 1")

    def test_outputs_need_numpy(self):
        with self.assertRaisesRegex(TypeError, "there is no NumPy to make outputs with; give them"):
            attnc.load(SAMPLE).nothing()

    def test_integers(self):
        self.assertEqual(scalar(-2, _abi.INT, 64), struct.pack("<q", -2))
        self.assertEqual(scalar(255, _abi.UINT, 8), b"\xff")
        self.assertEqual(scalar(True, _abi.BOOL, 8), b"\1")
        for value, code, bits in [(128, _abi.INT, 8), (-1, _abi.UINT, 32), (2, _abi.BOOL, 8)]:
            with self.assertRaises(ValueError):
                scalar(value, code, bits)

    def test_floats_round_to_nearest_even(self):
        self.assertEqual(scalar(0.1, _abi.FLOAT, 32), struct.pack("<f", 0.1))
        self.assertEqual(scalar(0.1, _abi.FLOAT, 64), struct.pack("<d", 0.1))
        self.assertEqual(scalar(0.1, _abi.FLOAT, 16), struct.pack("<e", 0.1))
        self.assertEqual(scalar(-1e300, _abi.FLOAT, 32), struct.pack("<f", float("-inf")))

    def test_bf16_rounds_once(self):
        for value, bits in [(1.0, 0x3F80), (-0.0, 0x8000), (float("inf"), 0x7F80), (1e39, 0x7F80),
                            (1 + 2**-8, 0x3F80), (1 + 3 * 2**-8, 0x3F82),
                            (1 + 2**-8 + 2**-40, 0x3F81), (2**-133, 1), (2**-134, 0),
                            (1.5 * 2**-133, 2), (float("nan"), 0x7FC0),
                            (2.0**128 - 2**119, 0x7F80), (2.0**128 - 1.5 * 2**119, 0x7F7F)]:
            self.assertEqual(scalar(value, _abi.BFLOAT, 16), struct.pack("<H", bits), value)


unittest.main()
