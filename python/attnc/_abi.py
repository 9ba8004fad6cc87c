"""The structs of the C interface (attnc-c/runtime.h) and of DLPack, for ctypes."""
import ctypes

ABI_VERSION = 1

INVALID_ARGUMENT = 1
UNSUPPORTED = 3
INTERNAL = 70

INPUT, OUTPUT, SCALAR = 0, 1, 2

CPU = 1  # kDLCPU
INT, UINT, FLOAT, BFLOAT, BOOL = 0, 1, 2, 4, 6  # DLDataTypeCode


class DataType(ctypes.Structure):
    """DLDataType."""
    _fields_ = [("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16)]

    def __str__(self):
        name = {INT: "i", UINT: "u", FLOAT: "f", BFLOAT: "bf"}.get(self.code)
        if self.code == BOOL:
            return "bool"
        return f"{name}{self.bits}" if name else f"dtype({self.code}, {self.bits})"


class Tensor(ctypes.Structure):
    """DLTensor; strides count elements."""
    _fields_ = [("data", ctypes.c_void_p), ("device_type", ctypes.c_int32),
                ("device_id", ctypes.c_int32), ("ndim", ctypes.c_int32), ("dtype", DataType),
                ("shape", ctypes.POINTER(ctypes.c_int64)),
                ("strides", ctypes.POINTER(ctypes.c_int64)), ("byte_offset", ctypes.c_uint64)]


class Call(ctypes.Structure):
    """attnc_call."""
    _fields_ = [("size", ctypes.c_size_t), ("workspace", ctypes.c_void_p),
                ("workspace_bytes", ctypes.c_int64), ("num_threads", ctypes.c_int32)]


class Arg(ctypes.Structure):
    """attnc_arg."""
    _fields_ = [("name", ctypes.c_char_p), ("kind", ctypes.c_int32), ("dtype", DataType),
                ("ndim", ctypes.c_int32), ("shape", ctypes.POINTER(ctypes.c_int64))]


class Symbol(ctypes.Structure):
    """attnc_symbol."""
    _fields_ = [("name", ctypes.c_char_p), ("base", ctypes.c_int64), ("plus", ctypes.c_int64)]


class Metadata(ctypes.Structure):
    """attnc_metadata."""
    _fields_ = [("size", ctypes.c_size_t), ("abi_version", ctypes.c_uint32),
                ("name", ctypes.c_char_p), ("producer", ctypes.c_char_p),
                ("triple", ctypes.c_char_p), ("cpu_features", ctypes.c_char_p),
                ("num_args", ctypes.c_int32), ("args", ctypes.POINTER(Arg)),
                ("scratch_bytes", ctypes.c_int64), ("num_symbols", ctypes.c_int32),
                ("symbols", ctypes.POINTER(Symbol))]

    def symbol(self, size):
        """(name, base, plus) of the negative `size` in a shape; what adds to none is its own base.

        A library that does not name its symbols has N1, N2, ...
        """
        end_of_symbols = Metadata.symbols.offset + Metadata.symbols.size
        if self.size < end_of_symbols or -size > self.num_symbols:
            return f"N{-size}", size, 0
        symbol = self.symbols[-1 - size]
        return symbol.name.decode(), symbol.base or size, symbol.plus
