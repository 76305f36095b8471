"""How close is close: the only place in the test suite that holds tolerances.

Every entry says where its number comes from. Loosening one is a one-line change that needs a
reason in the same line of the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest


@dataclass(frozen=True)
class Tolerance:
    """|actual − expected| ≤ atol + rtol·|expected|, element by element."""

    rtol: float
    atol: float = 0.0

    def check(self, actual: Any, expected: Any, what: str = "") -> None:
        """Raise AssertionError, naming `what`, where shapes or values are further apart."""
        actual, expected = np.asarray(actual), np.asarray(expected)
        # assert_allclose would broadcast a scalar against an array.
        assert actual.shape == expected.shape, f"{what}: {actual.shape} is not {expected.shape}"
        np.testing.assert_allclose(
            actual.astype(np.float64),
            expected.astype(np.float64),
            rtol=self.rtol,
            atol=self.atol,
            err_msg=what,
        )

    def approx(self, expected: Any) -> Any:
        """What pytest compares with ``==``, for numbers and lists."""
        return pytest.approx(expected, rel=self.rtol, abs=self.atol)


def five_errors(deviation: float, n: int) -> Tolerance:
    """Five standard errors of a mean of n draws: beyond them is one run in two million."""
    return Tolerance(rtol=0.0, atol=5.0 * deviation / n**0.5)


# One float32 rounding step is 6e-8 relative; a loss is a mean over rows of a chain of them.
LOSS_VS_KERAS = Tolerance(rtol=1e-5)

# A weight after ten steps. Keras against itself with inputs and hidden units in another order (the
# same net, other rounding) differs by up to 1.3e-7; another epsilon of an optimizer by 6e-5.
WEIGHTS_VS_KERAS = Tolerance(rtol=1e-5, atol=2e-6)

# Outputs and metrics of a net that was trained for some steps, in float32 on both sides.
OUTPUTS_VS_KERAS = Tolerance(rtol=2e-5, atol=1e-6)

# The same weights in both libraries: roundings of three layers in float32, outputs of size 1.
OUTPUTS_ACROSS_FILES = Tolerance(rtol=1e-6, atol=1e-6)

# A count of hits divided by a count of rows: exact up to the float32 division Keras reports.
COUNTS_VS_KERAS = Tolerance(rtol=1e-6)

# Arithmetic of a few numbers that can be worked by hand, in float32: some roundings of 6e-8.
WORKED_IN_FLOAT32 = Tolerance(rtol=1e-6)

# The same where 0 may be expected: numbers of size 1, some roundings of 6e-8 each.
NEAR_ZERO_IN_FLOAT32 = Tolerance(rtol=1e-6, atol=1e-6)

# A chain in float32: a product, a sigmoid or tanh, a logarithm; sums of a hundred terms.
CHAIN_IN_FLOAT32 = Tolerance(rtol=1e-5)

# Arithmetic of sums and means in float64: some roundings of 1.1e-16 each, up to 200 terms.
WORKED_IN_FLOAT64 = Tolerance(rtol=1e-12)

# A number is rounded to float64 once.
ROUNDED_TO_FLOAT64 = Tolerance(rtol=1e-15)

# 1 − x in float64 with x near 1: what is left of x's last place.
LESS_THAN_ONE_IN_FLOAT64 = Tolerance(rtol=0.0, atol=2.0**-52)

# A float32 radius of 5 gives an angle of 11: one rounding of it moves a point by 5e-6.
SPIRAL_BY_ANGLE = Tolerance(rtol=1e-6, atol=2e-5)

# Cross-entropies against 120 digits, and their gradients, of which those of size 1e-16 are 0.
STABLE_LOSSES = Tolerance(rtol=1e-13)
STABLE_SLOPES = Tolerance(rtol=1e-13, atol=1e-16)

# Shares of hits are printed with six digits; shares of classes, several of them, add up.
PRINTED_SHARE = Tolerance(rtol=0.0, atol=1e-6)
PRINTED_SHARES = Tolerance(rtol=0.0, atol=1e-5)

# The page shows four digits.
SHOWN_DIGITS = Tolerance(rtol=5e-4)

# A line that a few epochs learnt: its units are to be seen, a factor would be far off.
UNITS_OF_A_LINE = Tolerance(rtol=0.06)

# Two panels are twice as wide as one, up to what a picture is cut to.
PIXELS = Tolerance(rtol=0.0, atol=2.0)

# Random numbers are rounded to float32 once (6e-8), and the tests square them or take their angle.
RANDOM_VS_DEFINITION = Tolerance(rtol=1e-6)

# float32 kernels against the float64 interpreter, ten steps, same bound as against Keras.
LOSS_VS_REFERENCE = Tolerance(rtol=1e-5)
WEIGHTS_VS_REFERENCE = Tolerance(rtol=1e-5, atol=2e-6)

# Two instruction sets differ by the order of sums and by reciprocal estimates, which is what each
# of them differs from the reference by.
LOSS_ACROSS_ISAS = Tolerance(rtol=1e-5)
WEIGHTS_ACROSS_ISAS = Tolerance(rtol=1e-5, atol=2e-6)

# Golden losses are float32 values from Keras, written in full.
LOSS_VS_GOLDEN = Tolerance(rtol=1e-5)
# Sums over whole weight matrices: errors of single weights partly cancel.
WEIGHTS_VS_GOLDEN = Tolerance(rtol=1e-5, atol=2e-6)

# Activations, losses, metrics and optimizers in float64 on both sides, up to ten steps: a few
# roundings of 1.1e-16 each, more where terms of the formula cancel.
KINDS_VS_KERAS = Tolerance(rtol=1e-12, atol=1e-13)
# Ten steps of an optimizer in float32 against float64, on weights of size 1: a rounding of 6e-8
# and a reciprocal estimate a step.
OPTIMIZERS_VS_KERAS = Tolerance(rtol=1e-5, atol=1e-6)

# Losses of twenty steps of a net that nobody chose, in float32 on both sides.
CURVES_VS_KERAS = Tolerance(rtol=1e-4, atol=1e-6)

# A metric of seven rows in float32 kernels, its sums in float64, against Keras in float64: a few
# roundings of 6e-8 for each row.
METRICS_VS_KERAS = Tolerance(rtol=1e-6, atol=1e-6)

# Metrics of a net that was trained for a few steps, in float32 on both sides.
METRICS_VS_KERAS_TRAINED = Tolerance(rtol=1e-5, atol=2e-6)

# One float64 formula against mpmath at 50 digits: a few roundings of 1.1e-16.
KINDS_VS_MPMATH = Tolerance(rtol=2e-15, atol=1e-300)

# What programs print has four digits: the last one may be one off, which is 1e-3 of the number.
# The trainings themselves agree to CURVES_VS_KERAS; differences of equal numbers print as 1e-7.
SCRIPTS_VS_KERAS = Tolerance(rtol=1.1e-3, atol=1e-4)

# A float32 kernel against the same mathematics in float64, standard normal operands: sums of up to
# 130 products stay below 60 in size and each rounding is 6e-8 of that at most.
KERNELS_VS_FLOAT64 = Tolerance(rtol=1e-5, atol=3e-5)

# The five-point stencil with h = 1e-3 in float64: about 1e-13 of the function's size.
GRADIENT_VS_DIFFERENCES = Tolerance(rtol=1e-8, atol=1e-10)
# Drawn expressions may be steep: the stencil's h⁴ f⁽⁵⁾ / 30 is larger for them.
GRADIENT_OF_DRAWN = Tolerance(rtol=1e-6, atol=1e-7)
# float64 formulas against 40 digits: a few roundings of 1.1e-16, in the exponent 700 of them.
MEANING_VS_MPMATH = Tolerance(rtol=4e-15)
# The same sums of the same float64 numbers, formulas regrouped.
FUSED_VS_UNFUSED = Tolerance(rtol=1e-11, atol=1e-13)

# One operation in float32 on both sides: some roundings, and cancellation in differences of sums.
OPS_VS_KERAS = Tolerance(rtol=2e-6, atol=2e-6)
# Its derivative: a product of a few of them.
OP_SLOPES_VS_KERAS = Tolerance(rtol=1e-5, atol=1e-5)

# Training in float32 beside scikit-learn's in float64: weights of about 1 differ by up to 2e-6
# after a hundred steps of Adam or twenty of L-BFGS, losses by up to 7e-7.
WEIGHTS_VS_SCIKIT_LEARN = Tolerance(rtol=1e-5, atol=5e-6)
LOSS_VS_SCIKIT_LEARN = Tolerance(rtol=3e-6, atol=1e-7)
# What float32 outputs of a small net may differ by from float64 ones.
OUTPUTS_VS_SCIKIT_LEARN = Tolerance(rtol=1e-5, atol=2e-6)
# scikit-learn goes on from weights that it was given in float64, or begins with them itself.
SCIKIT_LEARN_TRAINS_ON = Tolerance(rtol=1e-7, atol=1e-6)
# Probabilities from float32 logits of size 1 against the same in float64.
PROBABILITIES_VS_FLOAT64 = Tolerance(rtol=1e-5)

# A slope in float32, as a share of the steepest: roundings of 6e-8, some of them of terms that
# cancel; the differences with h = 1e-4 add h² f‴ / 6.
SLOPES_VS_DIFFERENCES = Tolerance(rtol=0.0, atol=2e-5)
# Second differences of heights in float64 with gaps of 1e-3: about 1e-16 · f / 1e-6 and gap² f⁗.
CURVATURES_VS_THEORY = Tolerance(rtol=1e-6, atol=1e-6)
# Coefficients of size 1 where the float32 gradient of a mean loss is below 1e-6, by L-BFGS.
OPTIMUM_VS_SCIKIT_LEARN = Tolerance(rtol=1e-3, atol=1e-3)
# Share of right rows after the same float32 and float64 steps: rounding turns few of 1,797 digits.
SCORE_VS_SCIKIT_LEARN = Tolerance(rtol=0, atol=0.02)
# The least mean pinball loss, by steps that end at 0: it is flat there.
LEAST_PINBALL = Tolerance(rtol=2e-3)
# Coefficients of a lasso by such steps: zeros are zero up to the last steps.
LASSO = Tolerance(rtol=5e-3, atol=5e-3)

# Test accuracies of the lectures' nets against the ones that the lectures print, each from a first
# state that nobody knows. Keras 3.15 on JAX reaches from 0.8653 to 0.8793 with 784-128-10 on
# Fashion-MNIST (8 seeds), from 0.9740 to 0.9808 with 784-512-10 on MNIST (6 seeds). Five epochs of
# 784-128-10 of ours have a mean of 0.8706 and a standard deviation of 0.0056 (24 seeds): the bound
# is three deviations of the difference of two such draws, of which the lecture's is one.
DECK_ACCURACY_FASHION_MNIST = Tolerance(rtol=0, atol=0.024)
DECK_ACCURACY_MNIST = Tolerance(rtol=0, atol=0.006)

# Slopes of a float32 loss of size 1 over steps of 1e-2 to both sides: rounding gives 1e-5, the
# third derivative h²/6, 2e-5 of it.
TRACE_VS_DIFFERENCES = Tolerance(rtol=0.0, atol=1e-4)

# Numbers rounded to 8 bits after roundings of 6e-8 in either engine: one in about 2^16 / 2 = 30,000
# lies so near a tie that it goes up in one and down in the other, which is 2^-8 of it. In a sum of
# 48 products of size 1 / 200 a single such turn is below 1e-4.
SLOPES_OF_BFLOAT16 = Tolerance(rtol=1e-4, atol=1e-4)
# A few turned numbers in ten steps of some thousand products each, in a mean over 48 rows.
LOSSES_OF_BFLOAT16 = Tolerance(rtol=1e-4)
# What a net of bfloat16 products may lose: 0.3 points of accuracy, in the mean of three seeds.
ACCURACY_OF_BFLOAT16 = 0.003

# Keras's float16: 2^-11 of each operand, of each of nine products of size 1, and of their sum.
PRODUCTS_OF_FLOAT16 = Tolerance(rtol=1e-3, atol=5e-3)

# Operands of size 1 with 16 bits in place of 24, l l left out: 2^-16 of each product of nine.
PRODUCTS_OF_THREE_PARTS = Tolerance(rtol=1e-5, atol=3e-5)
# The bar for such a training: losses within 1e-4 of those in float32.
LOSSES_OF_THREE_PARTS = Tolerance(rtol=1e-4)
