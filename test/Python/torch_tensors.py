"""Calls of a library on PyTorch CPU tensors: views, bf16, allocated outputs and gradients."""
# REQUIRES: torch
# RUN: %sample %t.so
# RUN: %python %s %t.so
import sys
import unittest

import attnc
import torch

LIBRARY = attnc.load(sys.argv.pop())


class TorchTest(unittest.TestCase):
    def test_allocates_outputs(self):
        x = torch.randn(3, 4)
        y, last = LIBRARY.affine(x, 2, 1)
        self.assertIsInstance(y, torch.Tensor)
        torch.testing.assert_close(y, x * 2 + 1)
        torch.testing.assert_close(last, y[-1])

    def test_views_are_not_copied(self):
        x, out = torch.randn(6, 8), torch.zeros(3, 6)
        LIBRARY.affine(x[1::2, 2:6], 1, 0, out=(out[:, 1:5], torch.empty(4)))
        self.assertTrue(torch.equal(out[:, 1:5], x[1::2, 2:6]))
        self.assertTrue(torch.equal(out[:, 5], torch.zeros(3)))

    def test_bf16(self):
        x = torch.randn(100).bfloat16()
        y = LIBRARY.copy16(x)
        self.assertEqual(y.dtype, torch.bfloat16)
        self.assertTrue(torch.equal(y, x))
        self.assertTrue(torch.equal(LIBRARY.copy16(x, out=torch.empty_like(x)), x))

    def test_gradients_are_not_dropped_silently(self):
        x = torch.randn(3, 4, requires_grad=True)
        with self.assertRaisesRegex(attnc.Error, "argument 0 .x.: its DLPack export failed"):
            LIBRARY.affine(x, 1, 0)
        with torch.no_grad():
            self.assertTrue(torch.equal(LIBRARY.affine(x, 1, 0)[0], x))
        self.assertTrue(torch.equal(LIBRARY.affine(x.detach(), 1, 0)[0], x))

    def test_errors(self):
        with self.assertRaises(attnc.Error) as context:
            LIBRARY.affine(torch.zeros(3, 4, dtype=torch.float64), 1, 0)
        self.assertEqual(str(context.exception), "argument 0 (x): wanted dtype f32, got f64")
        with self.assertRaises(attnc.Error) as context:
            LIBRARY.affine(torch.zeros(3, 4, device="meta"), 1, 0)
        self.assertIn("argument 0 (x): ", str(context.exception))


unittest.main()
