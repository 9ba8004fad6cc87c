"""Borrows tensors of other libraries without copies, and allocates outputs of their kind."""
import ctypes
import sys

from attnc import _abi

_get_name = ctypes.pythonapi.PyCapsule_GetName
_get_name.restype = ctypes.c_char_p
_get_name.argtypes = [ctypes.py_object]
_get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_get_pointer.restype = ctypes.c_void_p
_get_pointer.argtypes = [ctypes.py_object, ctypes.c_char_p]

# Where a capsule's struct holds the flags and the DLTensor.
_VERSIONED_FLAGS = 24
_VERSIONED_TENSOR = 32
_READ_ONLY = 1

_NUMPY_CODES = {"i": _abi.INT, "u": _abi.UINT, "f": _abi.FLOAT, "b": _abi.BOOL}


class Borrowed:
    """A DLTensor (`tensor`) that describes `owner`'s memory, and what keeps it alive."""

    def __init__(self, owner, tensor, writable, keep=()):
        self.owner = owner
        self.tensor = tensor
        self.writable = writable
        self._keep = keep

    @property
    def shape(self):
        return tuple(self.tensor.shape[:self.tensor.ndim])


def borrow(value, uint16_is_bf16):
    """Describes `value`; raises TypeError or ValueError (a sentence) where that cannot be."""
    if hasattr(value, "__array_interface__"):
        # Not by NumPy's DLPack: that refuses read-only arrays, and bool in old versions.
        return _borrow_array(value, uint16_is_bf16)
    if hasattr(value, "__dlpack__"):
        return _borrow_dlpack(value)
    raise TypeError("wanted a tensor (NumPy, PyTorch, or with __dlpack__), "
                    f"got {type(value).__name__}")


def _is_bfloat16_array(value):
    """Whether an extension of NumPy (ml_dtypes) says so."""
    return getattr(getattr(value, "dtype", None), "name", "") == "bfloat16"


def _borrow_array(value, uint16_is_bf16):
    interface = value.__array_interface__
    order, kind, item = interface["typestr"][0], interface["typestr"][1], interface["typestr"][2:]
    item = int(item)
    is_bf16 = _is_bfloat16_array(value) or (uint16_is_bf16 and (kind, item) == ("u", 2))
    code = _abi.BFLOAT if is_bf16 else _NUMPY_CODES.get(kind)
    if code is None or order == ">":
        raise ValueError(f"wanted a little-endian float, integer or bool array, "
                         f"got dtype {interface['typestr']}")
    shape = interface["shape"]
    address, read_only = interface["data"]
    tensor = _abi.Tensor(data=address, device_type=_abi.CPU, ndim=len(shape),
                         dtype=_abi.DataType(code, 8 * item, 1))
    sizes = (ctypes.c_int64 * len(shape))(*shape)
    tensor.shape = ctypes.cast(sizes, ctypes.POINTER(ctypes.c_int64))
    keep = [interface, sizes]
    if interface.get("strides") is not None:
        if any(stride % item for stride in interface["strides"]):
            raise ValueError(f"wanted strides that are multiples of {item} bytes, "
                             f"got {interface['strides']}")
        strides = (ctypes.c_int64 * len(shape))(*(s // item for s in interface["strides"]))
        tensor.strides = ctypes.cast(strides, ctypes.POINTER(ctypes.c_int64))
        keep.append(strides)
    return Borrowed(value, tensor, not read_only, keep)


def _borrow_dlpack(value):
    device = int(value.__dlpack_device__()[0])
    if device != _abi.CPU:
        raise ValueError(f"wanted device CPU ({_abi.CPU}), got device type {device}")
    try:
        capsule = _export(value)
    except (BufferError, RuntimeError) as error:  # say, a tensor that requires a gradient
        raise ValueError(f"its DLPack export failed: {error}") from error
    name = _get_name(capsule)
    address = _get_pointer(capsule, name)
    writable = True
    if name == b"dltensor_versioned":
        flags = ctypes.c_uint64.from_address(address + _VERSIONED_FLAGS).value
        writable = not flags & _READ_ONLY
        address += _VERSIONED_TENSOR
    return Borrowed(value, _abi.Tensor.from_address(address), writable, [capsule])


def _export(value):
    if is_torch(value) and value.requires_grad and not sys.modules["torch"].is_grad_enabled():
        value = value.detach()  # as PyTorch's own functions do under no_grad
    try:
        return value.__dlpack__(max_version=(1, 0))
    except TypeError:  # an exporter from before DLPack 1.0
        return value.__dlpack__()


def is_torch(value):
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def empty(shape, dtype, inputs):
    """A new tensor of the kind of `inputs`: of PyTorch if one is, else of NumPy.

    NumPy's bf16 is that of the inputs (ml_dtypes), or else the bit patterns in uint16.
    """
    if any(is_torch(value) for value in inputs):
        import torch
        return torch.empty(shape, dtype=getattr(torch, _torch_name(dtype)))
    try:
        import numpy
    except ImportError:
        raise TypeError("there is no NumPy to make outputs with; give them by out=") from None
    if dtype.code == _abi.BFLOAT:
        known = (value.dtype for value in inputs if _is_bfloat16_array(value))
        return numpy.empty(shape, next(known, numpy.uint16))
    kind = {_abi.INT: "i", _abi.UINT: "u", _abi.FLOAT: "f", _abi.BOOL: "b"}[dtype.code]
    return numpy.empty(shape, f"{kind}{dtype.bits // 8}")


def _torch_name(dtype):
    if dtype.code == _abi.BOOL:
        return "bool"
    family = {_abi.INT: "int", _abi.UINT: "uint", _abi.FLOAT: "float", _abi.BFLOAT: "bfloat"}
    return f"{family[dtype.code]}{dtype.bits}"
