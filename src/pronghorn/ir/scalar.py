"""Scalar expressions: the mathematics of everything pointwise, stated once.

An ``Expr`` is one node of an expression over real numbers, interned, so that equal expressions
are one object and ``is`` compares them. ``SCALAR_OPS`` is the vocabulary: for each operation its
arity, its meaning in NumPy (the definition that the reference engine runs) and its vjp column
(reverse-mode derivative, from which every gradient in the library follows). The C++ loops spell
the same names; ``tools/gen_kernels.py`` writes them.

Shape of the design: derivatives are rows of a table, as in tinygrad's gradient rules, and the
table is the only place to touch for a further operation.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeAlias
from weakref import WeakValueDictionary

import numpy as np

from pronghorn.ir.operators import Operators

Number: TypeAlias = float | int


class Expr(Operators):
    """One scalar expression: ``op(args)``, or a leaf.

    Leaves: ``input`` (value: position), ``const`` (value: float), ``step`` (value: the name of a
    number that changes from step to step, such as the learning rate) and ``rows`` (the number of
    samples in the batch).
    """

    __slots__ = ("__weakref__", "args", "op", "value")
    op: str
    args: tuple[Expr, ...]
    value: Any

    def _combine(self, op: str, *operands: Expr | Number) -> Expr:
        return apply(op, *operands)

    _kind, _member = "traced", "element"

    def __repr__(self) -> str:
        if self.op == "input":
            return f"x{self.value}"
        if self.op == "const":
            return repr(self.value)
        if self.op in ("step", "rows"):
            return self.value or "rows"
        return f"{self.op}({', '.join(map(repr, self.args))})"


_interned: WeakValueDictionary[tuple[Any, ...], Expr] = WeakValueDictionary()
# Two threads that build models must not make two objects of one expression.
_interning = threading.Lock()


def _intern(op: str, args: tuple[Expr, ...], value: Any) -> Expr:
    # By its text: as keys of a dictionary 0.0 would be -0.0, and a NaN would not be itself.
    key = (op, tuple(map(id, args)), repr(value))
    found = _interned.get(key)
    if found is None:
        with _interning:
            found = _interned.get(key)
            if found is None:
                found = Expr.__new__(Expr)
                found.op, found.args, found.value = op, args, value
                _interned[key] = found
    return found


def input_expr(position: int) -> Expr:
    return _intern("input", (), position)


def const(value: Number) -> Expr:
    return _intern("const", (), float(value))


def step_scalar(name: str) -> Expr:
    """A number given anew for every step, such as the learning rate."""
    return _intern("step", (), name)


def rows() -> Expr:
    """The number of samples in the batch at hand."""
    return _intern("rows", (), "")


def lift(value: Expr | Number) -> Expr:
    """Expressions, and what stands for one, as expressions; numbers as constants."""
    if isinstance(value, Expr):
        return value
    stands_for = getattr(value, "__pronghorn_node__", None)
    found = None if stands_for is None else stands_for()
    return found if isinstance(found, Expr) else const(value)


def _is_const(e: Expr, value: float) -> bool:
    return e.op == "const" and e.value == value


def apply(op: str, *operands: Expr | Number) -> Expr:
    """``op`` of the operands, with constants folded and neutral elements dropped."""
    args = tuple(lift(a) for a in operands)
    row = SCALAR_OPS[op]
    if len(args) != row.arity:
        raise TypeError(f"{op}: expected {row.arity} operands, received {len(args)}")
    if all(a.op == "const" for a in args):
        with np.errstate(all="ignore"):
            return const(float(row.meaning(*(np.float64(a.value) for a in args))))
    if op in ("add", "mul"):
        neutral = 0.0 if op == "add" else 1.0
        if _is_const(args[0], neutral):
            return args[1]
        if _is_const(args[1], neutral):
            return args[0]
    if op == "sub" and _is_const(args[1], 0.0):
        return args[0]
    if op == "div" and _is_const(args[1], 1.0):
        return args[0]
    if op == "pow" and args[1].op == "const" and args[1].value in _POWERS:
        return _POWERS[args[1].value](args[0])
    if op == "neg" and args[0].op == "neg":
        return args[0].args[0]
    return _intern(op, args, None)


# Powers that are cheaper and, for negative numbers, more exact as products.
_POWERS: dict[float, Callable[[Expr], Expr]] = {
    -1.0: lambda x: apply("div", 1.0, x),
    0.5: lambda x: apply("sqrt", x),
    1.0: lambda x: x,
    2.0: lambda x: apply("mul", x, x),
    3.0: lambda x: apply("mul", apply("mul", x, x), x),
}


Vjp: TypeAlias = Callable[..., tuple[Expr | None, ...]]


@dataclass(frozen=True)
class ScalarOp:
    """A row of the table. ``vjp(out, *args, g)`` gives the cotangent of each argument."""

    arity: int
    meaning: Callable[..., Any]
    vjp: Vjp


def _tie(a: Expr, b: Expr) -> Expr:
    """1 where a > b, 1/2 where equal, else 0: the subgradient of maximum that JAX uses."""
    return 0.5 * (apply("gt", a, b) + apply("ge", a, b))


def _erf(x: Any) -> Any:
    return np.vectorize(math.erf, otypes=[np.float64])(x)


def _sigmoid(x: Any) -> Any:
    positive = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, positive) / (1.0 + positive)


def _float(compare: np.ufunc) -> Callable[[Any, Any], Any]:
    @wraps(compare)
    def as_number(a: Any, b: Any) -> Any:
        return np.asarray(compare(a, b), dtype=np.float64)

    return as_number


def _nothing(*_: Expr) -> tuple[None, ...]:
    return (None, None)


def _pow_vjp(out: Expr, x: Expr, y: Expr, g: Expr) -> tuple[Expr | None, ...]:
    """y·x^(y−1), 0 where y is 0 whatever x; and x^y·log x, 0 where x has no logarithm."""
    by_power = apply("select", apply("gt", x, 0.0), out * apply("log", x), 0.0)
    slope = y * apply("pow", x, y - 1.0)
    if y.op != "const":
        slope = apply("select", apply("ne", y, 0.0), slope, 0.0)
    elif y.value == 0.0:
        return None, g * by_power
    return g * slope, g * by_power


SCALAR_OPS: dict[str, ScalarOp] = {
    "add": ScalarOp(2, np.add, lambda out, a, b, g: (g, g)),
    "sub": ScalarOp(2, np.subtract, lambda out, a, b, g: (g, -g)),
    "mul": ScalarOp(2, np.multiply, lambda out, a, b, g: (g * b, g * a)),
    "div": ScalarOp(2, np.divide, lambda out, a, b, g: (g / b, -(g * out / b))),
    "maximum": ScalarOp(2, np.maximum, lambda out, a, b, g: (g * _tie(a, b), g * _tie(b, a))),
    "minimum": ScalarOp(2, np.minimum, lambda out, a, b, g: (g * _tie(b, a), g * _tie(a, b))),
    "gt": ScalarOp(2, _float(np.greater), _nothing),
    "ge": ScalarOp(2, _float(np.greater_equal), _nothing),
    "lt": ScalarOp(2, _float(np.less), _nothing),
    "le": ScalarOp(2, _float(np.less_equal), _nothing),
    "eq": ScalarOp(2, _float(np.equal), _nothing),
    "ne": ScalarOp(2, _float(np.not_equal), _nothing),
    "select": ScalarOp(
        3,
        lambda c, a, b: np.where(np.not_equal(c, 0), a, b),
        lambda out, c, a, b, g: (None, apply("select", c, g, 0.0), apply("select", c, 0.0, g)),
    ),
    "neg": ScalarOp(1, np.negative, lambda out, x, g: (-g,)),
    "abs": ScalarOp(1, np.abs, lambda out, x, g: (g * apply("sign", x),)),
    "sign": ScalarOp(1, np.sign, lambda out, x, g: (None,)),
    "exp": ScalarOp(1, np.exp, lambda out, x, g: (g * out,)),
    "expm1": ScalarOp(1, np.expm1, lambda out, x, g: (g * (out + 1.0),)),
    "log": ScalarOp(1, np.log, lambda out, x, g: (g / x,)),
    "log1p": ScalarOp(1, np.log1p, lambda out, x, g: (g / (x + 1.0),)),
    "sqrt": ScalarOp(1, np.sqrt, lambda out, x, g: (g * 0.5 / out,)),
    "rsqrt": ScalarOp(1, lambda x: 1.0 / np.sqrt(x), lambda out, x, g: (g * -0.5 * out / x,)),
    "tanh": ScalarOp(1, np.tanh, lambda out, x, g: (g * (1.0 - out * out),)),
    "sigmoid": ScalarOp(1, _sigmoid, lambda out, x, g: (g * (out * (1.0 - out)),)),
    # relu's derivative is taken from its result, so that z need not be kept; at 0 it is 0 (Keras).
    "relu": ScalarOp(
        1,
        lambda x: np.maximum(x, 0.0),
        lambda out, x, g: (apply("select", apply("gt", out, 0.0), g, 0.0),),
    ),
    "softplus": ScalarOp(
        1,
        lambda x: np.logaddexp(x, 0.0),
        lambda out, x, g: (g * apply("sigmoid", x),),
    ),
    "erf": ScalarOp(
        1,
        _erf,
        lambda out, x, g: (g * (2.0 / math.sqrt(math.pi)) * apply("exp", -(x * x)),),
    ),
    "sin": ScalarOp(1, np.sin, lambda out, x, g: (g * apply("cos", x),)),
    "cos": ScalarOp(1, np.cos, lambda out, x, g: (-(g * apply("sin", x)),)),
    "atan": ScalarOp(1, np.arctan, lambda out, x, g: (g / (x * x + 1.0),)),
    "floor": ScalarOp(1, np.floor, lambda out, x, g: (None,)),
    "round": ScalarOp(1, np.rint, lambda out, x, g: (None,)),  # half to even
    "pow": ScalarOp(2, np.power, lambda out, x, y, g: _pow_vjp(out, x, y, g)),
}


def order(roots: tuple[Expr, ...]) -> list[Expr]:
    """Every expression under the roots, operands before users, in a fixed order."""
    seen: set[Expr] = set()
    found: list[Expr] = []
    stack: list[tuple[Expr, bool]] = [(r, False) for r in reversed(roots)]
    while stack:
        e, ready = stack.pop()
        if ready:
            found.append(e)
        elif e not in seen:
            seen.add(e)
            stack.append((e, True))
            stack.extend((a, False) for a in reversed(e.args) if a not in seen)
    return list(dict.fromkeys(found))


def substitute(roots: tuple[Expr, ...], mapping: dict[Expr, Expr]) -> tuple[Expr, ...]:
    """The roots with every expression in ``mapping`` replaced; whole matches come first."""
    done: dict[Expr, Expr] = dict(mapping)
    stack = list(roots)
    while stack:
        e = stack.pop()
        if e in done:
            continue
        missing = [a for a in e.args if a not in done]
        if missing:
            stack.append(e)
            stack.extend(missing)
        elif e.args:
            args = tuple(done[a] for a in e.args)
            done[e] = e if args == e.args else apply(e.op, *args)
        else:
            done[e] = e
    return tuple(done[e] for e in roots)


def differentiate(
    outputs: tuple[Expr, ...], cotangents: tuple[Expr | None, ...], wrt: tuple[Expr, ...]
) -> tuple[Expr | None, ...]:
    """Reverse mode over an expression: the cotangent of each of ``wrt``."""
    found: dict[Expr, Expr] = {}
    for out, g in zip(outputs, cotangents, strict=True):
        if g is not None:
            found[out] = found[out] + g if out in found else g
    for e in reversed(order(outputs)):
        g = found.get(e)
        if g is None or not e.args:
            continue
        for arg, part in zip(e.args, SCALAR_OPS[e.op].vjp(e, *e.args, g), strict=True):
            if part is not None and arg.op != "const":
                found[arg] = found[arg] + part if arg in found else part
    return tuple(found.get(x) for x in wrt)
