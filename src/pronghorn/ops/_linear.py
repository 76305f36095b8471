"""Products of matrices and vectors."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_letters
from typing import Any

import numpy as np

from pronghorn._core.errors import GraphError, compose
from pronghorn.ir import graph as g
from pronghorn.ir.graph import Node
from pronghorn.ops._elementwise import multiply
from pronghorn.ops._reductions import sum as sum_over
from pronghorn.ops._shapes import expand_dims, ndim, reshape, shape, transpose
from pronghorn.ops._values import as_node, as_numbers, common_dtype, is_symbolic, unwrap

__all__ = ["dot", "einsum", "inner", "matmul", "outer", "tensordot", "vdot"]


def matmul(x1: Any, x2: Any) -> Any:
    """x1 (…, k) @ x2 (k, m) → (…, m); with more axes one product for each of the leading ones."""
    x1, x2 = unwrap(x1), unwrap(x2)
    if is_symbolic(x1, x2):
        return g.matmul(as_node(x1), as_node(x2))
    return np.matmul(*_in_common(x1, x2))


def dot(x1: Any, x2: Any) -> Any:
    """x1 (…, k) · x2 (k, m) or (k,); a number times anything is their product."""
    x1, x2 = unwrap(x1), unwrap(x2)
    if not is_symbolic(x1, x2):
        return np.dot(*_in_common(x1, x2))
    if ndim(x1) == 0 or ndim(x2) == 0:
        return multiply(x1, x2)
    if ndim(x2) > 2:
        raise GraphError(
            compose("ops.dot", expected="a second operand of up to 2 axes", received=f"{ndim(x2)}")
        )
    if ndim(x1) == 1:
        rows = matmul(expand_dims(x1, 0), x2)
        return reshape(rows, shape(rows)[1:])
    return matmul(x1, x2)


def inner(x1: Any, x2: Any) -> Any:
    """Σ x1 x2 over the last axis of both, for every pair of the others."""
    x1, x2 = unwrap(x1), unwrap(x2)
    if not is_symbolic(x1, x2):
        return np.inner(*_in_common(x1, x2))
    return dot(x1, x2 if ndim(x2) < 2 else transpose(x2))


def vdot(x1: Any, x2: Any) -> Any:
    """Σ x1 x2 over all elements."""
    return sum_over(multiply(x1, x2))


def outer(x1: Any, x2: Any) -> Any:
    """x1 (n,), x2 (m,) → (n, m): every product."""
    return multiply(reshape(x1, (-1, 1)), reshape(x2, (1, -1)))


def tensordot(x1: Any, x2: Any, axes: Any = 2) -> Any:
    """Σ over the last ``axes`` axes of x1 and the first of x2, or over the axes of two lists."""
    x1, x2 = unwrap(x1), unwrap(x2)
    if not is_symbolic(x1, x2):
        one, two = _in_common(x1, x2)
        return np.tensordot(one, two, axes)
    if isinstance(axes, int):
        pairs = [(ndim(x1) - axes + i, i) for i in range(axes)]
    else:
        left, right = ([a] if isinstance(a, int) else list(a) for a in axes)
        pairs = [(a % ndim(x1), b % ndim(x2)) for a, b in zip(left, right, strict=True)]
    names = "abcdefghijklmnopqrstuvwxyz"
    one = list(names[: ndim(x1)])
    two = list(names[ndim(x1) : ndim(x1) + ndim(x2)])
    for a, b in pairs:
        two[b] = one[a]
    summed = {one[a] for a, _ in pairs}
    kept = [letter for letter in one + two if letter not in summed]
    return einsum(f"{''.join(one)},{''.join(two)}->{''.join(kept)}", x1, x2)


def _in_common(*values: Any) -> list[Any]:
    kind = common_dtype(values)
    return [as_numbers(x).astype(kind, copy=False) for x in values]


def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> Any:
    """Σ of products over the letters that the result does not name: "nk,km->nm".

    "…" stands for all other axes, "...k,km->...m". Of symbolic values: no letter twice in one
    operand, and the batch in front.
    """
    operands = tuple(unwrap(x) for x in operands)
    if not is_symbolic(*operands):
        left, arrow, result = subscripts.partition("->")
        if arrow and "..." in left and "..." not in result:
            # A sum over the further axes, which NumPy does not make of itself.
            terms, result = _read_subscripts(subscripts, [ndim(x) for x in operands])
            subscripts = f"{','.join(terms)}->{result}"
        return np.einsum(subscripts, *_in_common(*operands))
    terms, result = _read_subscripts(subscripts, [ndim(x) for x in operands])
    if len(operands) == 2:
        if _is_product(terms, result):
            return matmul(*operands)
        # The second transposed, as in "nk,mk->nm".
        if len(terms[1]) == 2 and _is_product([terms[0], terms[1][::-1]], result):
            return matmul(operands[0], transpose(operands[1]))
    letters = [*result, *dict.fromkeys(a for term in terms for a in term if a not in result)]
    factors = [_spread(x, term, letters) for x, term in zip(operands, terms, strict=True)]
    total = factors[0]
    for factor in factors[1:]:
        total = multiply(total, factor)
    return sum_over(total, axis=tuple(range(len(result), len(letters))))


def _read_subscripts(subscripts: str, ranks: Sequence[int]) -> tuple[list[str], str]:
    """The letters of the operands and of the result; "..." becomes letters of its own."""
    left, arrow, result = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    if not arrow:
        once = sorted(a for a in set(left) if a.isalpha() and left.count(a) == 1)
        result = "".join(["..." if "..." in left else "", *once])
    further = [
        rank - len(term.replace("...", "")) if "..." in term else 0
        for term, rank in zip(terms, ranks, strict=False)
    ]
    # Where they are not equally many they are lined up from behind, as when values broadcast.
    free = "".join(a for a in ascii_letters if a not in subscripts)[: max(0, *further)]
    terms = [
        term.replace("...", free[len(free) - max(0, count) :])
        for term, count in zip(terms, further, strict=False)
    ]
    result = result.replace("...", free)
    parts = [*terms, result]
    is_plain = all(part.isalpha() or not part for part in parts) and set(result) <= {
        *"".join(terms)
    }
    fits = [len(term) for term in terms] == list(ranks)
    if not (is_plain and fits and all(len(set(part)) == len(part) for part in parts)):
        raise GraphError(
            compose(
                "ops.einsum of symbolic values",
                expected="one letter an axis, none twice in an operand, and '...' for further axes",
                received=f"{subscripts!r} and operands of {', '.join(map(str, ranks))} axes",
            )
        )
    return terms, result


def _is_product(terms: Sequence[str], result: str) -> bool:
    """Whether it is "…k,km->…m"."""
    a, b = terms
    return len(b) == 2 and a[-1:] == b[0] and b[1] not in a and result == a[:-1] + b[1]


def _spread(x: Any, term: str, letters: Sequence[str]) -> Node:
    """The operand with one axis for each letter: its own, and others of length 1."""
    order = sorted(range(len(term)), key=lambda i: letters.index(term[i]))
    x = transpose(as_node(x), order)
    lengths = iter(x.shape)
    spread: Node = reshape(x, [next(lengths) if a in term else 1 for a in letters])
    return spread
