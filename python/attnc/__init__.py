"""Calls libraries compiled by attnc, on NumPy arrays, PyTorch CPU tensors and DLPack tensors.

    import attnc
    model = attnc.load("model.so")
    o = model.attention(q, k, v)

See `load`, `Library`, `Function` and `Error`.
"""
from attnc._library import Argument, Error, Function, Library, load

__all__ = ["Argument", "Error", "Function", "Library", "load"]
__version__ = "0.1.0"
