"""Formulas: the canonical form is the same function; composing and deriving keep the meaning."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import tolerances
from pronghorn.ir.formula import Formula, compose, single, trace
from pronghorn.ir.passes import prepare
from pronghorn.ir.scalar import SCALAR_OPS, apply, input_expr, rows, step_scalar
from unit.ir.general_nets import ALL
from unit.ir.interpreter import run_code
from unit.ir.nets import ADAM

X, Y, Z = (input_expr(i) for i in range(3))
STEPS, ROWS = {"alpha": 0.25}, 32.0


def update(beta_1: float, beta_2: float) -> Formula:
    def formula(w: Any, grad: Any, m: Any, v: Any) -> tuple[Any, ...]:
        m = m * beta_1 + grad * (1.0 - beta_1)
        v = v * beta_2 + grad * grad * (1.0 - beta_2)
        return w - m * step_scalar("alpha") / apply("sqrt", v), m, v

    return trace(formula, 4)


def draw(count: int) -> list[Any]:
    return [np.random.default_rng(7 + i).uniform(0.1, 2.0, size=(2, 5)) for i in range(count)]


def check_canonical(formula: Formula) -> None:
    """The code computes, bit for bit, what the expressions say."""
    arrays = draw(formula.inputs)
    found = run_code(formula.canonical, arrays, STEPS, ROWS)
    expected = formula.evaluate(arrays, STEPS, ROWS)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_array_equal(np.broadcast_to(a, np.shape(b)), b)


@pytest.mark.parametrize("op", SCALAR_OPS)
def test_code_of_one_operation(op: str) -> None:
    check_canonical(single(op))


@pytest.mark.parametrize(
    "formula",
    [
        update(0.9, 0.999),
        Formula(2, (X * Y, X * Y + 1.0, X)),
        Formula(1, (X,)),
        Formula(0, (1.0 / rows(),)),
        Formula(2, (apply("tanh", X) * rows() / 2.0 - step_scalar("alpha"), Y)),
        Formula(3, (apply("select", X > Y, Z * 2.0, Z * Z), apply("exp", Z * Z))),
    ],
    ids=["update", "shared", "identity", "number", "leaves", "select"],
)
def test_code_of_formulas(formula: Formula) -> None:
    check_canonical(formula)


@pytest.mark.parametrize("name", ALL)
def test_code_of_every_formula_of_a_prepared_step(name: str) -> None:
    for node in prepare(ALL[name]()).nodes():
        if "formula" in node.attrs:
            check_canonical(node.attrs["formula"])


def test_registers_are_reused_once_dead() -> None:
    # tanh(exp(-x)) needs one temporary beside its input.
    chain = Formula(1, (apply("tanh", apply("exp", -X)),))
    assert chain.canonical.registers == 2
    assert chain.canonical.code == (("neg", 1, (0,)), ("exp", 1, (1,)), ("tanh", 1, (1,)))


def test_a_result_keeps_its_register() -> None:
    # x y is a result as well as an operand: tanh must not overwrite it.
    both = Formula(2, (X * Y, apply("tanh", X * Y)))
    assert both.canonical.outputs == (2, 3)


def test_text_does_not_show_numbers() -> None:
    first, second = update(0.9, 0.999).canonical, update(0.5, 0.8).canonical
    assert (first.key, first.code) == (second.key, second.code)
    assert first.scalars != second.scalars


def test_equal_numbers_do_not_change_the_text() -> None:
    # beta_1 = beta_2: each occurrence has a slot of its own.
    assert update(0.9, 0.9).canonical.key == update(0.9, 0.999).canonical.key


def test_text_tells_functions_apart() -> None:
    keys = {
        Formula(2, outputs, approximate).canonical.key
        for outputs in ((X - Y,), (Y - X,), (X * 2.0,), (X / 2.0,), (X,), (Y,), (X, Y), (Y, X))
        for approximate in (False, True)
    }
    assert len(keys) == 16


def test_scalars_are_constants_steps_and_rows() -> None:
    formula = Formula(1, (X * step_scalar("alpha") / rows() + 0.5,))
    assert formula.canonical.scalars == (("step", "alpha"), ("rows", ""), ("const", 0.5))


@pytest.mark.parametrize("position", [0, 1])
def test_composition_is_the_function_of_the_function(position: int) -> None:
    outer = trace(lambda a, b: apply("tanh", a) / (b * b + 1.0), 2)
    inner = trace(lambda a, b: (a - b, a * b + 0.5), 2)
    other, u, v = draw(3)
    made = compose(outer, position, inner, 1)
    assert made.inputs == 3
    between = inner.evaluate([u, v], {}, 1.0)[1]
    operands = [between, other] if position == 0 else [other, between]
    (expected,) = outer.evaluate(operands, {}, 1.0)
    np.testing.assert_array_equal(made.evaluate([other, u, v], {}, 1.0)[0], expected)


def test_composition_is_approximate_if_a_part_is() -> None:
    exact, rough = single("tanh"), Formula(1, (X * 2.0,), approximate=True)
    assert compose(exact, 0, rough, 0).approximate
    assert compose(rough, 0, exact, 0).approximate
    assert not compose(exact, 0, exact, 0).approximate


def test_renumbering_moves_operands() -> None:
    moved = Formula(2, (X - Y,)).renumber({0: 2, 1: 0}, 3)
    assert moved == Formula(3, (Z - X,))


def test_only_what_is_read_is_used() -> None:
    assert Formula(3, (Z * X, Z)).used == (0, 2)


def test_derivative_is_taken_from_the_result_where_it_can() -> None:
    # tanh' = 1 - out²: input 0 is not read again. Inputs: x, out, cotangent.
    backward, known = single("tanh").vjp((0,))
    assert known == (True,)
    assert backward.used == (1, 2)


def test_derivative_of_relu_reads_the_result() -> None:
    assert single("relu").vjp((0,))[0].used == (1, 2)


def test_derivative_of_a_chain_is_the_chain_of_derivatives() -> None:
    f, h = single("tanh"), trace(lambda v: apply("exp", v * 0.5), 1)
    whole = compose(f, 0, h, 0)
    (x,) = draw(1)
    (y,) = h.evaluate([x], {}, 1.0)
    (z,) = f.evaluate([y], {}, 1.0)
    one = np.ones_like(x)
    (dz,) = f.vjp((0,))[0].evaluate([y, z, one], {}, 1.0)
    (expected,) = h.vjp((0,))[0].evaluate([x, y, dz], {}, 1.0)
    (found,) = whole.vjp((0,))[0].evaluate([x, z, one], {}, 1.0)
    tolerances.MEANING_VS_MPMATH.check(found, expected)


def test_the_update_in_the_nets_has_one_operation_for_each_of_its_signs() -> None:
    formula = trace(ADAM.update, 4)
    # g-m, ·, m; g², -v, ·, v; m α; sqrt, +ε; /; w-
    assert len(formula.canonical.code) == 12
