"""Names that Keras has and Pronghorn leaves out: the one table, with the reason of each."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from pronghorn._core.errors import LeftOutError, compose, suggest

__all__ = [
    "LEFT_OUT",
    "MEMBERS",
    "attach",
    "missing",
    "missing_member",
    "reason_for",
    "reason_for_kind",
]

_DENSE = "Pronghorn makes dense nets only"
_PICTURES = (
    f"{_DENSE}: flatten pictures and sounds (layers.Flatten) or hand their features to layers.Dense"
)
_OTHER_NETS = f"{_DENSE}, without windows and steps"
_SEQUENCES = (
    f"{_DENSE}: make a window of steps one row (layers.Flatten, layers.Reshape) for layers.Dense"
)
_TEXTS = (
    f"{_DENSE}: layers.TextVectorization, layers.StringLookup and layers.Embedding make numbers "
    "of texts and columns (datasets.load_csv, scikit-learn)"
)
_RELATIVES = (
    "layers.Dense, layers.BatchNormalization and layers.LayerNormalization are what there is"
)
_FOREIGN = "nets of other libraries are not run in this one"
_LARGE = "it is made for nets far larger than these: there are optimizers.AdamW and its kin"
_LARGE_NETS = "adapters and small numbers serve nets far larger than these"
_BY_ENGINE = "a step is a graph that the engine runs, and it keeps the state"
_INSIDE = "it is a part of how Keras is made inside"
_ONE_TYPE = "weights are float32; config.set_engine('reference') computes in float64"
_ONE_MACHINE = "a net is trained on the processor of one machine"
_SERVICES = "it writes for another program: callbacks.CSVLogger and callbacks.LambdaCallback write"
_OVERLAP = "it compares areas of pictures; write others with pronghorn.ops: a function is a loss"
_WRITE_YOUR_OWN = "write it with pronghorn.ops: a function is a loss and a metric"
_IN_LOSSES = "the function is in pronghorn.losses, and serves as a metric"
_SETTINGS = "there is nothing here that it would set"
_ARRAYS = "the graph of a step computes with real float32 numbers: use NumPy for it"
_MATRICES = "decompositions and inverses of matrices: NumPy and SciPy have them"
_CONTROL = (
    "one step is a graph that is built once: use Python's own loops and conditions, and where"
)
_IN_OPS = (
    "functions of the backend that Keras 2 had are in pronghorn.ops, under NumPy's names; "
    "`python -m pronghorn program.py` runs programs with the old ones"
)
_RARE = "NumPy has it for arrays, and no graph of a multilayer perceptron has needed it"

# Module (the top is "") → reason → names, where `*` stands for anything.
LEFT_OUT: dict[str, dict[str, str]] = {
    "": {
        _INSIDE: """FloatDTypePolicy Function KerasTensor Operation *Scope
            distillation dtype_policies export legacy name_scope src tree version visualization""",
        _ONE_TYPE: "Quantizer quantizers",
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
        _IN_OPS: """abs all any arange argmax argmin batch_dot batch_flatten batch_get_value
            batch_normalization batch_set_value bias_add binary_crossentropy
            binary_focal_crossentropy cast cast_to_floatx categorical_crossentropy
            categorical_focal_crossentropy clip concatenate constant cos count_params cumprod
            cumsum dot dropout dtype elu equal eval exp expand_dims eye flatten gather get_value
            gradients greater greater_equal hard_sigmoid in_top_k int_shape l2_normalize less
            less_equal log max maximum mean min minimum moving_average_update name_scope ndim
            not_equal one_hot ones ones_like permute_dimensions pow prod random_* relu
            repeat repeat_elements reshape reverse round set_value shape sigmoid sign sin softmax
            softplus softsign sparse_categorical_crossentropy sqrt square squeeze stack std
            stop_gradient sum tanh tile to_dense transpose truncated_normal update update_add
            update_sub var variable zeros zeros_like""",
        _CONTROL: "foldl foldr map_fn switch",
        _OTHER_NETS: "*conv* ctc_* pool2d pool3d resize_* rnn *_padding",
    },
    "callbacks": {_SERVICES: "OrbaxCheckpoint RemoteMonitor"},
    "config": {
        _SETTINGS: """*flash_attention* enable_unsafe_deserialization *image_data_format
            is_nnx_enabled *max_epochs *max_steps_per_epoch set_backend""",
    },
    "initializers": {_PICTURES: "STFT* stft"},
    "layers": {
        _PICTURES: """*Conv* AveragePool* AvgPool* MaxPool* Adaptive* Cropping1D SpatialDropout1D
            UpSampling1D ZeroPadding1D *2D *3D Random* RandAugment AugMix AutoContrast CenterCrop
            CutMix MixUp Resizing Solarization *Equalization MaxNumBoundingBoxes *Spectrogram
            Pipeline""",
        _SEQUENCES: "*RNN* *LSTM* GRU* Bidirectional *Attention Masking Wrapper",
        _TEXTS: "ReversibleEmbedding",
        _RELATIVES: "EinsumDense GroupNormalization SpectralNormalization",
        _FOREIGN: "FlaxLayer JaxLayer TFSMLayer TorchModuleWrapper",
        "layers.ReLU(threshold=theta) is the same": "ThresholdedReLU",
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
        _RARE: """argpartition bincount cdist corrcoef correlate diagflat dsplit erfinv
            fmod geomspace histogram i0 isin isreal kron ldexp nanargmax nanargmin
            nancumprod nancumsum nanmedian nanpercentile nanquantile nextafter nn numpy
            rearrange rot90 saturate_cast scatter scatter_update segment_max segment_min
            segment_prod segment_sum signbit slice slice_update unique unravel_index
            vander view""",
    },
    "optimizers": {
        _LARGE: """Adafactor Lamb LossScaleOptimizer MultiOptimizer Muon OptimizerMap
            ScheduleFreeAdamW""",
        _INSIDE: "legacy",
    },
    "saving": {_INSIDE: "KerasFileEditor"},
    "utils": {
        _PICTURES: "*img* bounding_boxes *image_dataset_from_*",
        _TEXTS: "*text_dataset_from_* *audio_dataset_from_*",
        _SEQUENCES: "timeseries_dataset_from_*",
        _INSIDE: "Config get_source_inputs is_keras_tensor legacy standardize_dtype",
    },
}


# What objects of Keras have besides: class → reason → names.
MEMBERS: dict[str, dict[str, str]] = {
    "Layer": {
        _INSIDE: "compute_output_spec metrics_variables",
        _BY_ENGINE: "rematerialized_call stateless_* symbolic_call",
        _LARGE_NETS: "*quant* enable_lora lora_*",
        _ONE_TYPE: "input_dtype",
        "make the value an output, with a metric of its own in compile()": "add_metric",
        "rows are left out with sample_weight": "compute_mask",
    },
    "Model": {
        _BY_ENGINE: """compute_loss_and_updates jax_state_sync predict_function test_function
            train_function""",
        "state() and get_weights() have what training goes on from": "*_state_tree",
        "save() writes files that open in Keras, which exports further": "export",
    },
}


def reason_for(module: str, name: str) -> str | None:
    """Why a name that Keras has in a module is left out, in any case of letters; else None.

    >>> reason_for("optimizers", "muon")
    'it is made for nets far larger than these: there are optimizers.AdamW and its kin'
    """
    return _find(LEFT_OUT.get(module, {}), name)


def reason_for_kind(kind: str, name: str) -> str | None:
    """``reason_for`` in the module of a kind of registered things: "loss" stands in "losses"."""
    return reason_for(f"{kind}es" if kind.endswith("s") else f"{kind}s", name)


def _find(table: dict[str, str], name: str) -> str | None:
    folded = name.lower()
    for reason, patterns in table.items():
        if any(fnmatchcase(folded, pattern.lower()) for pattern in patterns.split()):
            return reason
    return None


def missing(module: str, name: str, known: Iterable[str]) -> AttributeError:
    """The error for a name that a public module does not have.

    LeftOutError with the reason for a name of Keras that is left out, else an AttributeError that
    suggests the nearest of the ``known`` names.

    >>> print(missing("pronghorn.layers", "Conv2D", ()))
    module 'pronghorn.layers' has no attribute 'Conv2D': Pronghorn makes dense nets only: flatten \
pictures and sounds (layers.Flatten) or hand their features to layers.Dense.
    """
    text = f"module {module!r} has no attribute {name!r}"
    reason = None if name.startswith("_") else reason_for(module.partition(".")[2], name)
    if reason is not None:
        return LeftOutError(f"{text}: {reason}.", f"{module}.{name}")
    near = None if name.startswith("_") else suggest(name, known)
    return AttributeError(compose(text, remedy=near))


def missing_member(owner: object, name: str, *kinds: str) -> AttributeError:
    """The error for an attribute that an object does not have; ``kinds`` are keys of MEMBERS.

    For ``__getattr__``, which Python also calls where a property raised an AttributeError: that
    one is raised again.
    """
    own = type(owner).__name__
    if hasattr(type(owner), name):
        object.__getattribute__(owner, name)
    text = f"{own!r} object has no attribute {name!r}"
    for kind in () if name.startswith("_") else kinds:
        reason = _find(MEMBERS[kind], name)
        if reason is not None:
            return LeftOutError(f"{text}: {reason}.", f"{own}.{name}")
    # Python itself names the nearest attribute of the object.
    return AttributeError(text, name=name, obj=owner)


def attach(module: str) -> None:
    """Let a module in which all its names stand say ``missing`` for the others."""
    held = vars(sys.modules[module])

    def get(name: str) -> Any:
        raise missing(module, name, held["__all__"])

    held["__getattr__"] = get
