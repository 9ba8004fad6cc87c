"""Turns Python numbers into the bytes of scalar arguments."""
import ctypes
import math
import operator
import struct

from attnc import _abi


def convert(value, dtype):
    """A ctypes buffer with `value`; raises TypeError or ValueError (a sentence) if it does not fit."""
    size = dtype.bits // 8
    if dtype.code in (_abi.FLOAT, _abi.BFLOAT):
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise TypeError(f"wanted a number, got {type(value).__name__}") from None
        return _buffer(_float_bytes(number, dtype))
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"wanted an integer, got {type(value).__name__}") from None
    signed = dtype.code == _abi.INT
    low, high = (-(1 << dtype.bits - 1), (1 << dtype.bits - 1) - 1) if signed else \
        (0, 1 if dtype.code == _abi.BOOL else (1 << dtype.bits) - 1)
    if not low <= number <= high:
        raise ValueError(f"wanted a value from {low} to {high}, got {number}")
    return _buffer(number.to_bytes(size, "little", signed=signed))


def _buffer(content):
    return ctypes.create_string_buffer(content, len(content))


def _float_bytes(number, dtype):
    if dtype.code == _abi.BFLOAT:
        return _bf16_bytes(number)
    try:
        return struct.pack({64: "<d", 32: "<f", 16: "<e"}[dtype.bits], number)
    except OverflowError:  # struct refuses what rounds to infinity
        return struct.pack({32: "<f", 16: "<e"}[dtype.bits], math.copysign(math.inf, number))


def _bf16_bytes(number):
    """Rounds once, to nearest, ties to even: a bf16 is the upper half of an f32."""
    if math.isnan(number):
        return struct.pack("<H", 0x7FC0)
    if number == 0 or math.isinf(number):
        return struct.pack("<f", number)[2:]
    # The weight of the last of 8 significant bits; not less than that of a subnormal.
    step = math.ldexp(1.0, max(math.frexp(number)[1] - 8, -133))
    rounded = round(number / step) * step  # exact steps; Python's round ties to even
    try:
        return struct.pack("<f", rounded)[2:]
    except OverflowError:
        return struct.pack("<f", math.copysign(math.inf, number))[2:]
