"""The native engine's module: packed stores, formulas and validated plans that run without the GIL.

Shapes: n rows of a batch, k inputs, m outputs, c classes. Everything is float32 unless said
otherwise. Every method that refuses its arguments raises ValueError and changes nothing.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

def isas() -> list[str]:
    """Instruction sets compiled in that this machine has, best first."""

def default_isa() -> str:
    """The instruction set in force at first: PRONGHORN_ISA if set, else the best."""

def set_isa(name: str) -> None:
    """Choose the instruction set of stores and plans made from now on."""

def units() -> list[str]:
    """What computes products of rounded operands beside the instruction set in force, best first.

    The last one, "emulated_amx", is slow and for tests.
    """

def set_pieces(name: str) -> None:
    """When several threads' batches are cut in pieces that any of them takes: "auto", where threads
    wait for each other, "always" or "never". Results are the same.
    """

def hardware_threads() -> int:
    """Cores this process may use."""

def hold_bytes(rows: NDArray[Any], divisor: float, out: NDArray[np.uint8]) -> bool:
    """Fill `out` with the bytes whose quotients by `divisor`, rounded to float32, `rows` are.

    False, and anything in `out`, where a number is no such quotient. `rows`: float32 or float64.
    """

def shuffle_rows(order: NDArray[np.int64], key0: int, key1: int) -> None:
    """Shuffle as NumPy's ``Generator(Philox(key=[key0, key1])).shuffle(order)``, in place."""

def find_places(rows: NDArray[Any], places: NDArray[np.uint16]) -> bool:
    """Fill `places` (n,) so that rows which are 0 in the same columns have places that are near.

    False, and `places` as they were, where such rows together would leave out hardly more columns
    than any others: without zeros, or with zeros that follow no pattern.
    """

def group_alike(order: NDArray[np.int64], batch: int, places: NDArray[np.uint16]) -> None:
    """Bring rows with near places together within each batch of `order`, in place."""

def forward_pass(
    x: NDArray[Any],
    weights: Sequence[NDArray[Any]],
    biases: Sequence[NDArray[Any]],
    activations: Sequence[str],
    out: NDArray[Any],
) -> bool:
    """Fill `out` (n, units) with what dense layers make of x (n, k), in the precision of both.

    Arrays of another precision are converted. False, and anything in `out`, where a number of x is
    none.
    """

def has_map(key: str) -> bool:
    """Whether the current instruction set has a generated loop for a formula's text."""

class Store:
    """A parameter or an optimizer slot in the kernels' layout, zeros at first."""

    def __init__(self, shape: Sequence[int]) -> None: ...
    @property
    def shape(self) -> tuple[int, ...]: ...
    def read(self) -> NDArray[np.float32]:
        """A row-major copy."""

    def write(self, array: NDArray[Any]) -> None:
        """Replace every element; the shape must be equal."""

    def copy_from(self, other: Store) -> None: ...
    def fill(self, value: float) -> None: ...

class Map:
    """A pointwise formula.

    `code` rows are (operation, result register, a, b, c). Registers are the inputs, then the
    scalars, then results. `scalars` are ("const", value), ("step", column of the run's scalars) or
    ("rows", 0), the number of samples in the batch. `key` is looked up among the generated loops.
    """

    def __init__(
        self,
        key: str,
        inputs: int,
        code: Sequence[tuple[int, int, int, int, int]],
        outputs: Sequence[int],
        scalars: Sequence[tuple[str, float]],
    ) -> None: ...
    @property
    def generated(self) -> bool:
        """Whether the current instruction set has a generated loop for it."""

class Plan:
    """Values and steps for batches of up to `max_rows` samples.

    A float value is a matrix (n * rows_per_sample, cols), or one row whatever the batch (fixed).
    """

    def __init__(self, max_rows: int, unit: str = "") -> None:
        """`unit`: one of `units()`; "": PRONGHORN_UNIT if set, else the best."""

    def buffer(self, cols: int, rows_per_sample: int = 1, fixed: bool = False) -> int: ...
    def labels(self, per_sample: int = 1) -> int:
        """int32 numbers, `per_sample` for each sample."""

    def words(self, of: int, across: bool, split: str = "none") -> int:
        """A buffer for a value's numbers rounded to bfloat16, packed along or across its rows.

        `split`: "left" or "right", the side of a product, for the three parts of its numbers.
        """

    @property
    def split_pays(self) -> bool:
        """Whether products of three parts take less time here than one of floats."""

    def accumulator(self) -> int:
        """A float64 sum over the steps of all runs until `reset_totals`."""

    def gather(self, source: int, out: int, scale: float = 1.0, offset: float = 0.0) -> None:
        """out = source[index] * scale + offset; NaN or infinity in the source ends the run."""

    def gather_labels(self, source: int, out: int, classes: int) -> None:
        """out = source[index]; a label outside [0, classes) ends the run."""

    def round_rows(self, x: int, out: int) -> None:
        """The words of `out` = x rounded to bfloat16. Products of words are rounded products."""

    def dense_forward(
        self, x: int, w: Store, map: Map, ins: Sequence[int | Store], outs: Sequence[int]
    ) -> None:
        """outs = map(x @ w, *ins)."""

    def dense_input_gradient(
        self, dz: int, w: Store, map: Map, ins: Sequence[int | Store], outs: Sequence[int]
    ) -> None:
        """outs = map(dz @ w.T, *ins)."""

    def dense_weight_gradient(
        self, x: int, dz: int, map: Map, ins: Sequence[Store], outs: Sequence[Store]
    ) -> None:
        """outs = map(x.T @ dz, *ins)."""

    def column_sum(
        self, x: int, map: Map, ins: Sequence[int | Store], outs: Sequence[int | Store]
    ) -> None:
        """outs = map(sum of x over its rows, *ins), all (m,) stores or fixed buffers."""

    def map_rows(self, map: Map, ins: Sequence[int | Store], outs: Sequence[int]) -> None: ...
    def map_store(self, map: Map, ins: Sequence[Store], outs: Sequence[Store]) -> None: ...
    def reduce_rows(self, kind: str, x: int, out: int) -> None:
        """out (n, 1) = "sum", "mean", "max" or "product" of x over its columns."""

    def reduce_columns(self, kind: str, x: int, out: int) -> None:
        """out (1, m), fixed = "max" or "product" of x over its rows, or the row of the first
        largest element ("argmax")."""

    def softmax(self, x: int, out: int) -> None: ...
    def log_softmax(self, x: int, out: int) -> None: ...
    def softmax_gradient(self, p: int, g: int, out: int) -> None: ...
    def log_softmax_gradient(self, y: int, g: int, out: int) -> None: ...
    def sparse_xent(self, z: int, labels: int, out: int) -> None: ...
    def sparse_xent_gradient(self, z: int, labels: int, g: int, out: int) -> None: ...
    def dense_xent(self, z: int, t: int, out: int) -> None: ...
    def dense_xent_gradient(self, z: int, t: int, g: int, out: int) -> None: ...
    def sparse_hit(self, p: int, labels: int, out: int) -> None: ...
    def dense_hit(self, p: int, t: int, out: int) -> None: ...
    def one_hot(self, labels: int, out: int) -> None: ...
    def dropout_mask(self, out: int, rate: float, stream: int, seed: int | None = None) -> None:
        """0, or 1 / (1 - rate), drawn from (seed, stream, step, row, column); the seed is the
        run's by default."""

    def random_normal(self, out: int, stream: int, seed: int | None = None) -> None:
        """Standard normal numbers, drawn from (seed, stream, step, row, column)."""

    def random_uniform(self, out: int, stream: int, seed: int | None = None) -> None:
        """Uniform numbers in [0, 1), drawn likewise."""

    def argmax(self, x: int, out: int) -> None:
        """out (n, 1) = the column of the first largest element of each row."""

    def top_k_mask(self, x: int, k: int, out: int) -> None:
        """1 for the k largest elements of each row (of equal ones the first), else 0.

        NaN counts as the largest.
        """

    def take_rows(self, table: Store, labels: int, out: int) -> None:
        """out row i = table[labels[i]]."""

    def take_rows_gradient(self, labels: int, dy: int, out: Store) -> None:
        """out[labels[i]] = sum of the rows i of dy with that label, in order; 0 without one."""

    def unpack(self, store: Store, out: int) -> None:
        """A fixed buffer = the store's elements in row-major order."""

    def pack(self, x: int, out: Store) -> None:
        """A store = the elements of a fixed buffer in row-major order."""

    def index_copy(self, ins: Sequence[int], offsets: NDArray[np.int64], out: int) -> None:
        """out[j] = v[offsets[j]], sample by sample; an offset of -1 gives 0.

        v: the elements of one sample of all of `ins`, one value after another, row-major; fixed
        values repeat for every sample.
        """

    def index_reduce(self, kind: str, x: int, offsets: NDArray[np.int64], out: int) -> None:
        """out[j] = "sum", "max" or "product" of x[offsets[j, :]], sample by sample, in the order
        of the row."""

    def sample_matmul(self, a: int, b: int, out: int, count: int, m: int, k: int, p: int) -> None:
        """out (count, m, p) = a (count, m, k) @ b (count, k, p), sample by sample.

        A buffer's columns hold whole rows of its matrices; fixed values repeat for every sample.
        """

    def copy_columns(self, src: int, src_col: int, out: int, out_col: int, cols: int) -> None: ...
    def reshape(self, src: int, out: int) -> None: ...
    def total(self, x: int, accumulator: int) -> None:
        """accumulator += sum of x (n, 1), or n times a fixed (1, 1) value."""

    def count(self, each: float, accumulator: int) -> None:
        """accumulator += n * each."""

    def tally(self, x: int, first: int) -> None:
        """accumulators first, first + 1, … += the column sums of x, in float64.

        A fixed row counts once for each sample.
        """

    def store_sum(self, map: Map, ins: Sequence[Store]) -> int:
        """The number of a sum: of map(*ins), over all elements, as they are at this step."""

    def sum_total(self, sum: int, accumulator: int) -> None:
        """accumulator += n * sum."""

    def formula_total(self, map: Map, sums: Sequence[int], accumulator: int) -> None:
        """accumulator += n * map(*sums), of the sums as float32."""

    def sum_value(self, sum: int, out: int | Store) -> None:
        """out, a fixed (1, 1) buffer or a store of one element, = sum."""

    def guard(self, accumulator: int) -> None:
        """End the run before any later step when the batch's share of the sum is not finite."""

    def emit(self, x: int, output: int) -> None:
        """outputs[output] rows of this batch = x."""

    def run(
        self,
        sources: Sequence[NDArray[Any]],
        index: NDArray[np.int64],
        batch: int,
        scalars: NDArray[np.float32],
        step: int,
        seed: int,
        outputs: Sequence[NDArray[np.float32]] = ...,
        threads: int = 0,
        limit: int = 0,
        profiled: bool = False,
        divisors: Sequence[float] = ...,
    ) -> tuple[int, str, int, int]:
        """Run ceil(len(index) / batch) steps; KeyboardInterrupt comes after a whole step.

        `threads` 0: as many as the work is worth, at most `limit` (0: the cores of this process).
        `divisors`: what the bytes of each source are divided by, 1 for other dtypes.
        Returns (steps done, status, source or accumulator, row of the source or -1). Status: "ok",
        "nonfinite_input", "label", "nonfinite_total". A batch that was given up adds nothing.
        """

    def answer(
        self, source: NDArray[Any], output: NDArray[np.float32]
    ) -> tuple[int, str, int, int] | None:
        """One batch of all rows of the only source, on the calling thread, into output 0.

        For plans without step scalars. None where all went well, else what `run` returns.
        """

    def take_times(self) -> NDArray[np.int64]:
        """Nanoseconds (threads, steps + 1, 2) of the profiled runs since the last call.

        For each step: waiting before it, working in it; the last place is the end of the batch.
        """

    def listed_weights(self, source: int) -> int:
        """Weights of the forward products that leave out zeros of a source's rows."""

    def wanted_threads(self, batch: int) -> int:
        """Threads that the work of a batch is worth, whatever the limit."""

    def totals(self) -> NDArray[np.float64]: ...
    def reset_totals(self) -> None: ...
    def read(self, value: int, rows: int) -> NDArray[Any]:
        """A value after the last batch, of `rows` samples: float32, or int32 for labels."""

    def describe(self) -> list[str]:
        """One line a step: kind, shapes, formula, generated or interpreted, partition."""

    @property
    def flops(self) -> int:
        """Floating-point operations of the matrix products, for one sample."""
