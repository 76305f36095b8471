"""Expressions: interned, folded, replaced and differentiated as the docstrings say."""

from __future__ import annotations

import math
import threading

import numpy as np
import pytest

from pronghorn.ir.scalar import (
    Expr,
    apply,
    const,
    differentiate,
    input_expr,
    order,
    rows,
    step_scalar,
    substitute,
)

X, Y = input_expr(0), input_expr(1)


def test_equal_expressions_are_one_object() -> None:
    assert apply("tanh", X * Y) is apply("tanh", X * Y)
    assert const(2) is const(2.0)
    assert const(math.nan) is const(float("nan"))
    assert step_scalar("lr") is step_scalar("lr")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (X, Y),
        (const(0.0), const(-0.0)),
        (const(1.0), const(math.nextafter(1.0, 2.0))),
        (const(1e-45), const(0.0)),
        (const(math.inf), const(-math.inf)),
        (X * Y, Y * X),
        (step_scalar("rows"), rows()),
        (step_scalar("0"), X),
    ],
)
def test_different_expressions_are_different_objects(a: Expr, b: Expr) -> None:
    assert a is not b


def test_threads_share_one_object() -> None:
    # Whoever comes second must find the first one's object, not make another.
    barrier = threading.Barrier(4)
    found: list[list[Expr]] = [[] for _ in range(4)]

    def work(mine: list[Expr]) -> None:
        barrier.wait()
        mine.extend(input_expr(10_000 + i) + 0.5 for i in range(2_000))

    threads = [threading.Thread(target=work, args=(mine,)) for mine in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(len(set(map(id, same))) == 1 for same in zip(*found, strict=True))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (X + 0.0, X), (0.0 + X, X), (X - 0.0, X), (X * 1.0, X), (1.0 * X, X), (X / 1.0, X),
        (apply("neg", -X), X), (const(2.0) * 3.0, const(6.0)), (apply("sqrt", 2.25), const(1.5)),
        (1.0 / const(0.0), const(math.inf)), (-const(0.0), const(-0.0)),
        (apply("select", const(1.0), const(4.0), const(5.0)), const(4.0)),
        (X * 2, X * 2.0), (X * np.float64(2.0), X * 2.0),
    ],
)  # fmt: skip
def test_constants_fold_and_neutral_elements_vanish(found: Expr, expected: Expr) -> None:
    assert found is expected


def test_zero_times_x_is_not_zero() -> None:
    # It is NaN where x is infinite, and that must stay visible.
    assert (X * 0.0).op == "mul"


def test_operands_are_counted() -> None:
    with pytest.raises(TypeError, match="add: expected 2 operands, received 1"):
        apply("add", X)


def test_a_truth_value_is_refused() -> None:
    with pytest.raises(TypeError, match=r"Use pronghorn\.ops\.where"):
        bool(X > 0.0)


def test_operands_come_before_users() -> None:
    root = apply("tanh", X * Y) + X * Y
    found = order((root, X))
    place = {e: i for i, e in enumerate(found)}
    assert len(found) == len(place) == 5  # x, y, x y, tanh, sum
    assert all(place[a] < place[e] for e in found for a in e.args)


def test_substitution_is_simultaneous() -> None:
    assert substitute((X - Y,), {X: Y, Y: X}) == (Y - X,)


def test_substitution_takes_whole_matches_first() -> None:
    inner = X * Y
    assert substitute((apply("tanh", inner) + X,), {inner: X, X: Y}) == (apply("tanh", X) + Y,)


def test_substitution_folds_what_became_constant() -> None:
    assert substitute((X * Y + 1.0,), {X: const(3.0), Y: const(2.0)}) == (const(7.0),)


def test_substitution_without_a_match_changes_nothing() -> None:
    root = apply("exp", X * 2.0)
    assert substitute((root,), {Y: X})[0] is root


def test_depth_is_not_limited_by_the_stack_of_python() -> None:
    e = X
    for _ in range(5_000):
        e = apply("tanh", e)
    (moved,) = substitute((e,), {X: Y})
    assert len(order((moved,))) == 5_001
    (slope,) = differentiate((moved,), (const(1.0),), (Y,))
    assert slope is not None


def test_cotangents_of_both_uses_add_up() -> None:
    # d(x² + 3 x) / dx = 2 x + 3
    (slope,) = differentiate((X * X + X * 3.0,), (const(1.0),), (X,))
    assert slope is not None
    assert substitute((slope,), {X: const(-5.0)}) == (const(-7.0),)


def test_no_path_gives_no_cotangent() -> None:
    assert differentiate((apply("gt", X, 0.0) * Y,), (const(1.0),), (X,)) == (None,)
