"""Names that Keras has and Pronghorn leaves out: the one table, with the reason of each."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from pronghorn._core.errors import LeftOutError, compose, suggest

__all__ = ["LEFT_OUT", "attach", "missing"]

_DENSE = "Pronghorn makes dense nets only"
_PICTURES = (
    f"{_DENSE}: flatten pictures and sounds (layers.Flatten) or hand their features to layers.Dense"
)
_SEQUENCES = (
    f"{_DENSE}: make a window of steps one row (layers.Flatten, layers.Reshape) for layers.Dense"
)
_TEXTS = (
    f"{_DENSE}: turn texts and columns into numbers before the net (scikit-learn, "
    "datasets.load_csv, layers.CategoryEncoding, layers.Embedding)"
)
_RELATIVES = (
    "layers.Dense, layers.BatchNormalization and layers.LayerNormalization are what there is"
)
_FOREIGN = "nets of other libraries are not run in this one"
_LARGE = "it is made for nets far larger than these: there are optimizers.AdamW and its kin"
_INSIDE = "it is a part of how Keras is made inside"
_ONE_TYPE = "weights are float32; config.set_engine('reference') computes in float64"
_ONE_MACHINE = "a net is trained on the processor of one machine"
_SERVICES = "it writes for another program: callbacks.CSVLogger and callbacks.LambdaCallback write"
_OVERLAP = "it compares areas of pictures; write others with pronghorn.ops: a function is a loss"
_WRITE_YOUR_OWN = "write it with pronghorn.ops: a function is a loss and a metric"
_IN_LOSSES = "the function is in pronghorn.losses, and serves as a metric"
_DATA = f"{_DENSE}: datasets of pictures and texts are not fetched (datasets.mnist is)"
_SETTINGS = "there is nothing here that it would set"
_ARRAYS = "the graph of a step computes with real float32 numbers: use NumPy for it"
_MATRICES = "decompositions and inverses of matrices: NumPy and SciPy have them"
_CONTROL = (
    "one step is a graph that is built once: use Python's own loops and conditions, and where"
)
_RARE = "NumPy has it for arrays, and no graph of a multilayer perceptron has needed it"

# Module (the top is "") → reason → names, where `*` stands for anything.
LEFT_OUT: dict[str, dict[str, str]] = {
    "": {
        _INSIDE: """DTypePolicy FloatDTypePolicy Function InputSpec KerasTensor Operation *Scope
            distillation dtype_policies export legacy name_scope src tree version visualization""",
        _ONE_TYPE: "Quantizer mixed_precision quantizers",
        _ONE_MACHINE: "device distribution remat",
        _PICTURES: "applications",
        _TEXTS: "preprocessing",
        "NumPy's random numbers make arrays, and layers.Dropout and its kin the noise of a net": """
            random""",
    },
    "activations": {"it halves its input: layers.Dense and ops.sigmoid make the same": "glu"},
    "backend": {
        _INSIDE: "get_uid is_* result_type standardize_dtype",
        _PICTURES: "*image_data_format",
    },
    "callbacks": {_SERVICES: "OrbaxCheckpoint RemoteMonitor"},
    "config": {
        _SETTINGS: """*flash_attention* enable_unsafe_deserialization *image_data_format
            is_nnx_enabled *max_epochs *max_steps_per_epoch set_backend""",
        _ONE_TYPE: "*dtype_policy",
    },
    "datasets": {_DATA: "cifar10 cifar100 imdb reuters"},
    "initializers": {_PICTURES: "STFT* stft"},
    "layers": {
        _PICTURES: """*Conv* *Pool* *1D *2D *3D Random* RandAugment AugMix AutoContrast CenterCrop
            CutMix MixUp Resizing Solarization *Equalization MaxNumBoundingBoxes *Spectrogram
            Pipeline""",
        _SEQUENCES: "*RNN* *LSTM* GRU* Bidirectional *Attention Masking TimeDistributed Wrapper",
        _TEXTS: """Discretization Hash* IntegerLookup StringLookup TextVectorization
            ReversibleEmbedding""",
        _RELATIVES: "EinsumDense GroupNormalization SpectralNormalization",
        _FOREIGN: "FlaxLayer JaxLayer TFSMLayer TorchModuleWrapper",
        _INSIDE: "InputSpec",
    },
    "losses": {
        _SEQUENCES: "CTC ctc",
        _OVERLAP: "Circle circle Dice dice Tversky tversky",
        _WRITE_YOUR_OWN: """CategoricalGeneralizedCrossEntropy
            categorical_generalized_cross_entropy""",
    },
    "metrics": {
        _OVERLAP: "*IoU",
        _WRITE_YOUR_OWN: """ConcordanceCorrelation concordance_correlation PearsonCorrelation
            pearson_correlation""",
        _IN_LOSSES: "huber binary_focal_crossentropy categorical_focal_crossentropy",
    },
    "ops": {
        _PICTURES: """adaptive_average_pool adaptive_max_pool average_pool bartlett blackman conv
            conv_transpose depth_to_space depthwise_conv extract_sequences fft fft2 fold hamming
            hanning ifft2 image irfft istft kaiser max_pool psnr rfft separable_conv
            space_to_depth stft unfold""",
        _MATRICES: """cholesky cholesky_inverse det eig eigh inv linalg logdet lstsq lu_factor
            matrix_rank pinv qr slogdet solve solve_triangular svd""",
        _SEQUENCES: "ctc_decode ctc_loss dot_product_attention",
        _CONTROL: """associative_scan cond custom_gradient fori_loop jvp map scan switch vectorize
            vectorized_map while_loop""",
        _ARRAYS: """angle bitwise_and bitwise_invert bitwise_left_shift bitwise_not bitwise_or
            bitwise_right_shift bitwise_xor conj conjugate gcd imag lcm left_shift polar real
            right_shift view_as_complex view_as_real""",
        _RARE: """argpartition array_split bincount cdist corrcoef correlate cross diagflat dsplit
            dstack empty empty_like erfc erfinv fliplr flipud fmax fmin fmod geomspace heaviside
            histogram hsplit i0 isin isneginf isposinf isreal kron ldexp logaddexp2 nanargmax
            nanargmin nancumprod nancumsum nanmax nanmedian nanmin nanpercentile nanprod
            nanquantile nanstd nanvar nextafter nn numpy rearrange rot90 saturate_cast scatter
            scatter_update segment_max segment_min segment_prod segment_sum signbit sinc slice
            slice_update trapezoid unique unravel_index vander view vsplit""",
    },
    "optimizers": {
        _LARGE: """Adafactor Lamb LossScaleOptimizer MultiOptimizer Muon OptimizerMap
            ScheduleFreeAdamW""",
        _INSIDE: "legacy",
    },
    "saving": {_INSIDE: "KerasFileEditor"},
    "utils": {
        _PICTURES: "*img* bounding_boxes *image_dataset_from_*",
        _TEXTS: "FeatureSpace *text_dataset_from_* *audio_dataset_from_* pad_sequences",
        _SEQUENCES: "timeseries_dataset_from_*",
        _INSIDE: "Config get_source_inputs is_keras_tensor legacy standardize_dtype",
        "it needs Graphviz: utils.plot_model draws without, as SVG or PNG": "model_to_dot",
    },
}


def missing(module: str, name: str, known: Iterable[str]) -> AttributeError:
    """The error for a name that a public module does not have.

    LeftOutError with the reason for a name of Keras that is left out, else an AttributeError that
    suggests the nearest of the ``known`` names.

    >>> print(missing("pronghorn.layers", "Conv2D", ()))
    module 'pronghorn.layers' has no attribute 'Conv2D': Pronghorn makes dense nets only: flatten \
pictures and sounds (layers.Flatten) or hand their features to layers.Dense.
    """
    text = f"module {module!r} has no attribute {name!r}"
    if not name.startswith("_"):
        for reason, patterns in LEFT_OUT.get(module.partition(".")[2], {}).items():
            if any(fnmatchcase(name, pattern) for pattern in patterns.split()):
                return LeftOutError(f"{text}: {reason}.", f"{module}.{name}")
    near = None if name.startswith("_") else suggest(name, known)
    return AttributeError(compose(text, remedy=near))


def attach(module: str) -> None:
    """Let a module in which all its names stand say ``missing`` for the others."""
    held = vars(sys.modules[module])

    def get(name: str) -> Any:
        raise missing(module, name, held["__all__"])

    held["__getattr__"] = get
