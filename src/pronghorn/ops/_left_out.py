"""The names of ``keras.ops`` that are not here, with the reason."""

from __future__ import annotations

from collections.abc import Iterable

from pronghorn._core.errors import suggest

__all__ = ["LEFT_OUT", "explain_missing"]

_PICTURES = (
    "layers of neighbouring points, pictures and sounds are no part of a multilayer perceptron"
)
_MATRICES = "decompositions and inverses of matrices: NumPy and SciPy have them"
_WORDS = "sequences and attention are no part of a multilayer perceptron"
_CONTROL = (
    "one step is a graph that is built once: use Python's own loops and conditions, and where"
)
_WHOLE = "operations on bits of whole numbers: NumPy has them, and a graph computes with floats"
_COMPLEX = "a graph computes with real numbers: NumPy has it"
_RARE = "NumPy has it for arrays, and no graph of a multilayer perceptron has needed it"

# Reason → names.
LEFT_OUT: dict[str, str] = {
    _PICTURES: """adaptive_average_pool adaptive_max_pool average_pool bartlett blackman conv
        conv_transpose depth_to_space depthwise_conv extract_sequences fft fft2 fold hamming hanning
        ifft2 image irfft istft kaiser max_pool psnr rfft separable_conv space_to_depth stft
        unfold""",
    _MATRICES: """cholesky cholesky_inverse det eig eigh inv linalg logdet lstsq lu_factor
        matrix_rank pinv qr slogdet solve solve_triangular svd""",
    _WORDS: "ctc_decode ctc_loss dot_product_attention",
    _CONTROL: """associative_scan cond custom_gradient fori_loop jvp map scan switch vectorize
        vectorized_map while_loop""",
    _WHOLE: """bitwise_and bitwise_invert bitwise_left_shift bitwise_not bitwise_or
        bitwise_right_shift bitwise_xor gcd lcm left_shift right_shift""",
    _COMPLEX: "angle conj conjugate imag polar real view_as_complex view_as_real",
    _RARE: """argpartition array_split bincount cdist corrcoef correlate cross diagflat dsplit
        dstack empty empty_like erfc erfinv fliplr flipud fmax fmin fmod geomspace heaviside
        histogram hsplit i0 isin isneginf isposinf isreal kron ldexp logaddexp2 nanargmax
        nanargmin nancumprod nancumsum nanmax nanmedian nanmin nanpercentile nanprod nanquantile
        nanstd nanvar nextafter nn numpy rearrange rot90 saturate_cast scatter scatter_update
        segment_max segment_min segment_prod segment_sum signbit sinc slice slice_update trapezoid
        unique unravel_index vander view vsplit""",
}


def explain_missing(name: str, known: Iterable[str]) -> str:
    """What the AttributeError of a missing function says: why, or which name is near."""
    text = f"module 'pronghorn.ops' has no attribute {name!r}"
    for reason, names in LEFT_OUT.items():
        if name in names.split():
            return f"{text}: keras.ops.{name} is left out: {reason}."
    near = suggest(name, known)
    return f"{text}. {near}" if near else text
