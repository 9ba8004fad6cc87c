"""Libraries and their functions: loading, checking what Python must check, calling."""
import ctypes
import os
import threading
from typing import NamedTuple

from attnc import _abi, _elf, _scalars, _tensors

_WORKSPACE_ALIGNMENT = 64
_MAX_THREADS = 1024


class Error(Exception):
    """A call or a load that failed; outputs are as they were.

    status: attnc_status of the C interface: 1 invalid argument, 3 unsupported (CPU, ABI version),
    4 out of resources, 70 internal error. The text is a sentence that says what was wanted and what
    was got.
    """

    def __init__(self, status, sentence):
        super().__init__(sentence)
        self.status = status


class Argument(NamedTuple):
    """What a function says of one argument.

    kind: "input", "output" or "scalar". dtype: "f32", "bf16", "i64", "bool", ... shape: a tuple of
    ints and of the names ("B", "S+1", ...) of sizes that are known at run time; equal names are
    equal sizes. Scalars have none.
    """
    name: str
    kind: str
    dtype: str
    shape: tuple

    def __str__(self):
        return f"{self.name}: " + "x".join([str(size) for size in self.shape] + [self.dtype])


def load(path):
    """Loads a library that attnc compiled and returns it as a `Library`.

    path: str or os.PathLike. It is not searched for: a name without folders is in the current one.
    Loading runs code of the library: load only what you trust.

    Raises Error (status 3) when the file cannot be loaded.
    """
    return Library(path)


class Library:
    """A loaded library: its functions are attributes (`library.attention`) and items.

    Iteration gives the names of the functions.
    """

    def __init__(self, path):
        self._path = os.path.abspath(os.fspath(path))
        try:
            self._handle = ctypes.CDLL(self._path, mode=os.RTLD_NOW | os.RTLD_LOCAL)
        except OSError as error:
            raise Error(_abi.UNSUPPORTED, str(error)) from None
        self._functions = {}

    def __getitem__(self, name):
        """The function `name`, a `Function`. Raises KeyError when there is none."""
        if name not in self._functions:
            if not hasattr(self._handle, f"{name}_metadata"):
                raise KeyError(f"{self._path} has no function '{name}' "
                               f"(it has: {', '.join(self) or 'none'})")
            self._functions[name] = Function(self._handle, name)
        return self._functions[name]

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(error.args[0]) from None

    def __iter__(self):
        return iter(_elf.list_functions(self._path))

    def __dir__(self):
        return list(self)

    def __repr__(self):
        return f"<attnc library {self._path}: {', '.join(self)}>"


class Function:
    """A compiled function. Calls release the GIL and may be made from several threads.

    arguments: tuple of `Argument`, in call order: inputs and scalars, then outputs.
    name, producer, triple, cpu_features: str, as the library says of itself.
    """

    def __init__(self, handle, name):
        self._call = getattr(handle, f"{name}_argv")
        self._call.argtypes = [ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(_abi.Call)]
        self._call.restype = ctypes.c_int
        self._workspace = getattr(handle, f"{name}_workspace")
        self._workspace.argtypes = [ctypes.POINTER(_abi.Call)]
        self._workspace.restype = ctypes.c_int64
        self._last_error = handle.attnc_last_error
        self._last_error.restype = ctypes.c_char_p
        get_metadata = getattr(handle, f"{name}_metadata")
        get_metadata.restype = ctypes.POINTER(_abi.Metadata)
        metadata = get_metadata().contents
        if metadata.abi_version != _abi.ABI_VERSION:
            raise Error(_abi.UNSUPPORTED, f"{name}: made for ABI version {metadata.abi_version}, "
                        f"this loader knows {_abi.ABI_VERSION}")
        self.name = name
        self.producer = metadata.producer.decode()
        self.triple = metadata.triple.decode()
        self.cpu_features = metadata.cpu_features.decode()
        self._args = [metadata.args[i] for i in range(metadata.num_args)]
        self._metadata = metadata
        self.arguments = tuple(
            Argument(arg.name.decode(), ("input", "output", "scalar")[arg.kind], str(arg.dtype),
                     tuple(size if size >= 0 else metadata.symbol(size)[0]
                           for size in arg.shape[:arg.ndim]))
            for arg in self._args)
        self._thread = threading.local()
        self.__doc__ = f"{self}\n\nSee attnc.Function.__call__ for how to call it."

    def __repr__(self):
        taken = ", ".join(str(a) for a in self.arguments if a.kind != "output")
        given = ", ".join(str(a) for a in self.arguments if a.kind == "output")
        return f"{self.name}({taken}) -> ({given})"

    def __call__(self, *args, out=None, num_threads=0, uint16_is_bf16=False):
        """Calls the function on `args`, its inputs and scalars in order.

        args: tensors are NumPy arrays, PyTorch CPU tensors, or objects with __dlpack__, of the
            dtype and shape that `arguments` says. Nothing is copied. Any strides but negative ones
            are fine, with 1 along the last axis. Scalars are Python or NumPy numbers.
        out: the output, or a tuple of all outputs. They may share memory with nothing. Without it,
            new ones are made: of PyTorch if an input is, else of NumPy (where bf16 is uint16
            unless an input has the bfloat16 of ml_dtypes).
        num_threads: at most so many threads; 0 means ATTNC_NUM_THREADS or, unset, all cores.
        uint16_is_bf16: NumPy arrays of uint16 hold the bit patterns of bf16, which NumPy lacks.

        Returns the output, or a tuple if there are several.

        Raises TypeError for a wrong number or kind of arguments, and Error when the library refuses
        the call (dtype, rank, shape, strides, alignment, overlap, ...): outputs are then untouched.
        """
        given = [arg for arg in self._args if arg.kind != _abi.OUTPUT]
        if len(args) != len(given):
            raise TypeError(f"{self.name} takes {len(given)} arguments, got {len(args)}: {self}")
        if not 0 <= num_threads <= _MAX_THREADS:
            raise Error(_abi.INVALID_ARGUMENT,
                        f"num_threads: wanted 0 to {_MAX_THREADS}, got {num_threads}")
        inputs = [self._convert(i, value, uint16_is_bf16) for i, value in enumerate(args)]
        outputs = self._take_outputs(out, inputs, uint16_is_bf16)
        borrowed = inputs + outputs
        pointers = (ctypes.c_void_p * len(borrowed))(*(
            ctypes.addressof(b.tensor if isinstance(b, _tensors.Borrowed) else b)
            for b in borrowed))
        call = _abi.Call(size=ctypes.sizeof(_abi.Call), num_threads=num_threads)
        self._add_workspace(call)
        status = self._call(pointers, ctypes.byref(call))
        if status != 0:
            raise Error(status, self._last_error().decode(errors="replace"))
        results = tuple(b.owner for b in outputs)
        return results[0] if len(results) == 1 else results

    def _convert(self, index, value, uint16_is_bf16):
        arg = self._args[index]
        try:
            if arg.kind == _abi.SCALAR:
                return _scalars.convert(value, arg.dtype)
            borrowed = _tensors.borrow(value, uint16_is_bf16 and arg.dtype.code == _abi.BFLOAT)
            if arg.kind == _abi.OUTPUT and not borrowed.writable:
                raise ValueError("wanted memory that can be written, got read-only memory")
            return borrowed
        except TypeError as error:
            raise TypeError(f"argument {index} ({arg.name.decode()}): {error}") from None
        except ValueError as error:
            raise Error(_abi.INVALID_ARGUMENT,
                        f"argument {index} ({arg.name.decode()}): {error}") from None

    def _take_outputs(self, out, inputs, uint16_is_bf16):
        first = len(inputs)
        wanted = len(self._args) - first
        if out is None:
            owners = [b.owner for b in inputs if isinstance(b, _tensors.Borrowed)]
            out = tuple(_tensors.empty(self._output_shape(arg, inputs), arg.dtype, owners)
                        for arg in self._args[first:])
            uint16_is_bf16 = True  # so `empty` makes them
        elif not isinstance(out, (tuple, list)):
            out = (out,)
        if len(out) != wanted:
            raise TypeError(f"{self.name} has {wanted} outputs, got {len(out)}: {self}")
        return [self._convert(first + i, value, uint16_is_bf16) for i, value in enumerate(out)]

    def _output_shape(self, output, inputs):
        """Dynamic sizes are those of the inputs; where these are wrong the library will say so."""
        bases = {}
        for arg, value in zip(self._args, inputs):
            if isinstance(value, _tensors.Borrowed):
                for wanted, size in zip(arg.shape[:arg.ndim], value.shape):
                    if wanted < 0:
                        _, base, plus = self._metadata.symbol(wanted)
                        bases.setdefault(base, size - plus)

        def find_size(wanted):
            if wanted >= 0:
                return wanted
            _, base, plus = self._metadata.symbol(wanted)
            return max(bases.get(base, 0) + plus, 0)

        return tuple(find_size(wanted) for wanted in output.shape[:output.ndim])

    def _add_workspace(self, call):
        """Each thread keeps its workspace from call to call."""
        needed = self._workspace(ctypes.byref(call))
        if needed <= 0:  # none, or options that the call itself will refuse
            return
        if getattr(self._thread, "bytes", 0) < needed:
            buffer = ctypes.create_string_buffer(needed + _WORKSPACE_ALIGNMENT)
            self._thread.buffer, self._thread.bytes = buffer, needed
        address = ctypes.addressof(self._thread.buffer)
        call.workspace = address + -address % _WORKSPACE_ALIGNMENT
        call.workspace_bytes = self._thread.bytes
