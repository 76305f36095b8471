"""The public names of the first slice, and where their parameters differ from Keras's, with why."""

from __future__ import annotations

LAYERS = [
    "InputLayer", "Dense", "Flatten", "Reshape", "Permute", "RepeatVector", "Identity", "Lambda",
    "Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise", "ActivityRegularization",
    "Activation", "ReLU", "LeakyReLU", "ELU", "PReLU", "Softmax", "BatchNormalization",
    "LayerNormalization", "RMSNormalization", "UnitNormalization", "Normalization", "Rescaling",
    "CategoryEncoding", "Discretization", "Embedding", "HashedCrossing", "Hashing",
    "GlobalAveragePooling1D", "GlobalAvgPool1D", "GlobalMaxPool1D", "GlobalMaxPooling1D",
    "IntegerLookup", "StringLookup", "TextVectorization", "TimeDistributed", "Add", "Subtract",
    "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot", "add", "subtract",
    "multiply", "average", "maximum", "minimum", "concatenate", "dot",
]  # fmt: skip
LOSSES = [
    "MeanSquaredError", "MeanAbsoluteError", "BinaryCrossentropy", "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy", "MeanAbsolutePercentageError",
    "MeanSquaredLogarithmicError", "CosineSimilarity", "Huber", "LogCosh", "Poisson",
    "KLDivergence", "Hinge", "SquaredHinge", "CategoricalHinge", "BinaryFocalCrossentropy",
    "CategoricalFocalCrossentropy",
]  # fmt: skip
LOSS_FUNCTIONS = [
    "mean_squared_error", "mean_absolute_error", "binary_crossentropy",
    "categorical_crossentropy", "sparse_categorical_crossentropy",
    "mean_absolute_percentage_error", "mean_squared_logarithmic_error", "cosine_similarity",
    "huber", "log_cosh", "poisson", "kl_divergence", "hinge", "squared_hinge",
    "categorical_hinge", "binary_focal_crossentropy", "categorical_focal_crossentropy",
]  # fmt: skip
METRICS = [
    "Metric", "Mean", "Sum", "MeanMetricWrapper", "Accuracy", "BinaryAccuracy",
    "CategoricalAccuracy", "SparseCategoricalAccuracy", "TopKCategoricalAccuracy",
    "SparseTopKCategoricalAccuracy", "MeanSquaredError", "RootMeanSquaredError",
    "MeanAbsoluteError", "MeanAbsolutePercentageError", "MeanSquaredLogarithmicError",
    "CosineSimilarity", "LogCoshError", "R2Score", "AUC", "Precision", "Recall", "TruePositives",
    "TrueNegatives", "FalsePositives", "FalseNegatives", "PrecisionAtRecall",
    "RecallAtPrecision", "SensitivityAtSpecificity", "SpecificityAtSensitivity", "F1Score",
    "FBetaScore", "Hinge", "SquaredHinge", "CategoricalHinge", "KLDivergence", "Poisson",
    "BinaryCrossentropy", "CategoricalCrossentropy", "SparseCategoricalCrossentropy",
    "Metric.add_variable", "Metric.add_weight",
]  # fmt: skip
ACTIVATIONS = [
    "linear", "relu", "sigmoid", "tanh", "softmax", "elu", "selu", "gelu", "softplus", "softsign",
    "exponential", "hard_sigmoid", "silu", "swish", "leaky_relu", "relu6", "mish", "log_softmax",
    "hard_silu", "hard_swish", "hard_tanh", "celu", "log_sigmoid", "squareplus", "soft_shrink",
    "hard_shrink", "tanh_shrink", "threshold", "sparse_plus", "sparse_sigmoid", "sparsemax",
]  # fmt: skip
INITIALIZERS = [
    "GlorotUniform", "GlorotNormal", "HeUniform", "HeNormal", "LecunUniform", "LecunNormal",
    "Zeros", "Ones", "Constant", "RandomNormal", "RandomUniform", "TruncatedNormal",
    "VarianceScaling", "Orthogonal", "Identity",
]  # fmt: skip
OPTIMIZERS = [
    "SGD", "RMSprop", "Adam", "AdamW", "Adamax", "Nadam", "Adagrad", "Adadelta", "Ftrl", "Lion",
]  # fmt: skip
OPTIMIZER_METHODS = [
    "build", "apply", "apply_gradients", "set_weights", "get_config", "from_config",
    "exclude_from_weight_decay", "finalize_variable_values", "save_own_variables",
    "load_own_variables", "scale_loss",
]  # fmt: skip
SCHEDULES = [
    "ExponentialDecay", "PiecewiseConstantDecay", "PolynomialDecay", "InverseTimeDecay",
    "CosineDecay", "CosineDecayRestarts",
]  # fmt: skip
CONSTRAINTS = ["MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"]
REGULARIZERS = ["L1", "L2", "L1L2", "OrthogonalRegularizer"]
CALLBACKS = [
    "Callback", "CallbackList", "History", "EarlyStopping", "LambdaCallback", "ProgbarLogger",
    "ModelCheckpoint", "ReduceLROnPlateau", "LearningRateScheduler", "CSVLogger",
    "TerminateOnNaN", "BackupAndRestore", "SwapEMAWeights", "TensorBoard",
]  # fmt: skip
HOOKS = [
    "on_epoch_begin", "on_epoch_end", "on_train_begin", "on_train_end", "on_train_batch_begin",
    "on_train_batch_end", "on_test_begin", "on_test_end", "on_test_batch_begin",
    "on_test_batch_end", "on_predict_begin", "on_predict_end", "on_predict_batch_begin",
    "on_predict_batch_end", "on_batch_begin", "on_batch_end",
]  # fmt: skip
MODEL_METHODS = [
    "compile", "fit", "evaluate", "predict", "train_on_batch", "summary", "get_weights",
    "set_weights", "get_layer", "count_params", "save", "save_weights", "load_weights", "to_json",
    "test_on_batch", "predict_on_batch", "get_config", "from_config", "reset_metrics", "add_loss",
    "get_metrics_result", "get_compile_config", "compile_from_config", "make_predict_function",
]  # fmt: skip
OPS = [
    "abs", "absolute", "add", "all", "allclose", "amax", "amin", "any", "append", "arange",
    "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "argmax", "argmin",
    "argsort", "array", "array_split", "average", "batch_normalization", "binary_crossentropy",
    "broadcast_to", "cast", "categorical_crossentropy", "cbrt", "ceil", "clip", "concatenate",
    "convert_to_numpy", "convert_to_tensor", "copy", "cos", "cosh", "count_nonzero", "cross",
    "cumprod", "cumsum", "deg2rad", "diag", "diagonal", "diff", "digitize", "divide",
    "divide_no_nan", "dot", "dstack", "dtype", "einsum", "empty", "empty_like", "equal", "erf",
    "erfc", "exp", "exp2", "expand_dims", "expm1", "eye", "fabs", "flip", "fliplr", "flipud",
    "floor", "floor_divide", "fmax", "fmin", "full", "full_like", "get_item", "glu", "greater",
    "greater_equal", "heaviside", "hsplit", "hstack", "hypot", "identity", "in_top_k", "inner",
    "is_tensor", "isclose", "isfinite", "isinf", "isnan", "isneginf", "isposinf",
    "layer_normalization", "less", "less_equal", "linspace", "log", "log10", "log1p", "log2",
    "log_softmax", "logaddexp", "logaddexp2", "logical_and", "logical_not", "logical_or",
    "logical_xor", "logspace", "logsumexp", "matmul", "max", "maximum", "mean", "median",
    "meshgrid", "min", "minimum", "mod", "moments", "moveaxis", "multi_hot", "multiply",
    "nan_to_num", "nanmax", "nanmean", "nanmin", "nanprod", "nanstd", "nansum", "nanvar", "ndim",
    "negative", "nonzero", "norm", "normalize", "not_equal", "one_hot", "ones", "ones_like",
    "outer", "pad", "percentile", "power", "prod", "ptp", "quantile", "rad2deg", "ravel",
    "reciprocal", "relu", "repeat", "reshape", "rms_normalization", "roll", "round", "rsqrt",
    "searchsorted", "select", "shape", "sigmoid", "sign", "sin", "sinc", "sinh", "size", "softmax",
    "softplus", "sort", "sparse_categorical_crossentropy", "split", "sqrt", "square", "squeeze",
    "stack", "std", "stop_gradient", "subtract", "sum", "swapaxes", "take", "take_along_axis",
    "tan", "tanh", "tensordot", "tile", "top_k", "trace", "transpose", "trapezoid", "tri", "tril",
    "triu", "true_divide", "trunc", "unstack", "var", "vdot", "vsplit", "vstack", "where", "zeros",
    "zeros_like",
]  # fmt: skip
LAYER_METHODS = [
    "get_weights", "set_weights", "count_params", "get_config", "from_config", "add_weight",
    "add_loss", "compute_output_shape", "build_from_config", "get_build_config",
]  # fmt: skip

SURFACE: list[str] = [
    "Sequential",
    "Sequential.add",
    "Sequential.pop",
    "Variable",
    "Input",
    *(f"Model.{name}" for name in MODEL_METHODS),
    *(f"layers.{name}" for name in LAYERS),
    *(f"layers.Dense.{name}" for name in LAYER_METHODS),
    *(f"ops.{name}" for name in OPS),
    *(f"losses.{name}" for name in [*LOSSES, *LOSS_FUNCTIONS]),
    *(f"metrics.{name}" for name in METRICS),
    *(f"optimizers.{name}" for name in OPTIMIZERS),
    *(f"optimizers.Optimizer.{name}" for name in OPTIMIZER_METHODS),
    *(f"optimizers.schedules.{name}" for name in SCHEDULES),
    *(f"constraints.{name}" for name in CONSTRAINTS),
    *(f"activations.{name}" for name in ACTIVATIONS),
    *(f"initializers.{name}" for name in INITIALIZERS),
    *(f"regularizers.{name}" for name in REGULARIZERS),
    *(f"callbacks.{name}" for name in CALLBACKS),
    *(f"callbacks.Callback.{name}" for name in HOOKS),
    "utils.set_random_seed",
    "utils.to_categorical",
    "utils.normalize",
    "utils.split_dataset",
    "utils.get_file",
    "utils.plot_model",
    "utils.Progbar",
    "utils.Progbar.update",
    "utils.Progbar.add",
    "utils.PyDataset",
    "datasets.mnist.load_data",
    "datasets.fashion_mnist.load_data",
    "datasets.boston_housing.load_data",
    "datasets.california_housing.load_data",
    "backend.clear_session",
    "backend.floatx",
    "backend.set_floatx",
    "backend.epsilon",
    "backend.set_epsilon",
    "config.backend",
    "config.floatx",
    "config.set_floatx",
    "config.epsilon",
    "config.set_epsilon",
    "config.disable_interactive_logging",
    "config.disable_traceback_filtering",
    "config.enable_interactive_logging",
    "config.enable_traceback_filtering",
    "config.is_interactive_logging_enabled",
    "config.dtype_policy",
    "config.set_dtype_policy",
    "DTypePolicy",
    "mixed_precision.DTypePolicy",
    "mixed_precision.Policy",
    "mixed_precision.dtype_policy",
    "mixed_precision.global_policy",
    "mixed_precision.set_dtype_policy",
    "mixed_precision.set_global_policy",
    "utils.disable_interactive_logging",
]

# Folders in which every function and class that Keras has too must have its parameters.
SHARED_FOLDERS = [
    "activations", "callbacks", "constraints", "initializers", "layers", "losses", "metrics",
    "models", "ops", "optimizers", "optimizers.schedules", "regularizers", "saving", "utils",
]  # fmt: skip

# Parameters of Keras that Pronghorn leaves out: the name of a thing, then the parameter and the
# reason. An entry that is no longer left out fails the tests.
_OF_INPUT = {
    "sparse": "no sparse tensors in an engine of packed dense kernels",
    "ragged": "no ragged rows: every row of a multilayer perceptron has one length",
    "tensor": "there are no tensors outside a graph to wrap",
    "optional": "every input of a graph is fed",
}
LEFT_OUT: dict[str, dict[str, str]] = {
    "Input": _OF_INPUT,
    "layers.Input": _OF_INPUT,
    "layers.InputLayer": {
        "sparse": "as for Input",
        "ragged": "as for Input",
        "input_tensor": "as for Input's tensor",
        "optional": "as for Input",
    },
    "layers.Layer": {"autocast": "taken as a keyword: all layers compute in float32"},
    "Variable": {"layout": "there is one machine"},
    "layers.CategoryEncoding": {"sparse": "as for Input"},
    "layers.Embedding": {
        "lora_rank": "adapters of large models",
        "lora_alpha": "as lora_rank",
        "quantization_config": "everything is computed in float32",
    },
    "layers.Dense": {
        "lora_rank": "adapters of large models; variants do not enter Dense",
        "lora_alpha": "as lora_rank",
        "quantization_config": "variants do not enter Dense",
    },
    "utils.split_dataset": {"preferred_backend": "the parts are arrays, as the whole is"},
    "ops.one_hot": {"sparse": "as for Input"},
    "ops.multi_hot": {"sparse": "as for Input"},
}

# Parameters that only Pronghorn has, in the same form.
ADDED: dict[str, dict[str, str]] = {
    "callbacks.ModelCheckpoint": {"period": "Keras 2 counted epochs with it"},
    "layers.Softmax": {"temperature": "the softmax of the decks has one"},
}

# Defaults that differ, in the same form.
OTHER_DEFAULTS: dict[str, dict[str, str]] = {
    "optimizers.Optimizer": {"learning_rate": "0.01, so that a subclass need not give one"},
}

# What every Keras layer takes in **kwargs and Pronghorn may write out by name.
LAYER_KEYWORDS = frozenset(
    {
        "name", "trainable", "dtype", "autocast", "activity_regularizer", "input_shape",
        "input_dim", "batch_input_shape",
    }
)  # fmt: skip

# Strings that compile and the layers take, by kind: those that Keras takes, all of them.
STRINGS: dict[str, list[str]] = {
    "losses": [
        "mse", "MSE", "mean_squared_error", "MeanSquaredError", "mae", "MAE",
        "mean_absolute_error", "MeanAbsoluteError", "bce", "BCE", "binary_crossentropy",
        "BinaryCrossentropy", "categorical_crossentropy", "CategoricalCrossentropy",
        "sparse_categorical_crossentropy", "SparseCategoricalCrossentropy", "mape", "MAPE",
        "mean_absolute_percentage_error", "MeanAbsolutePercentageError", "msle", "MSLE",
        "mean_squared_logarithmic_error", "MeanSquaredLogarithmicError", "cosine_similarity",
        "CosineSimilarity", "huber", "Huber", "log_cosh", "LogCosh", "poisson", "Poisson", "kld",
        "KLD", "kl_divergence", "KLDivergence", "hinge", "Hinge", "squared_hinge", "SquaredHinge",
        "categorical_hinge", "CategoricalHinge", "binary_focal_crossentropy",
        "BinaryFocalCrossentropy", "categorical_focal_crossentropy",
        "CategoricalFocalCrossentropy",
    ],
    "metrics": [
        "mse", "MSE", "mean_squared_error", "MeanSquaredError", "mae", "MAE",
        "mean_absolute_error", "binary_accuracy", "BinaryAccuracy", "categorical_accuracy",
        "sparse_categorical_accuracy", "SparseCategoricalAccuracy", "AUC", "auc", "mape", "MAPE",
        "msle", "MSLE", "bce", "BCE", "Precision", "precision", "Recall", "recall", "F1Score",
        "f1_score", "FBetaScore", "f_beta_score", "R2Score", "r2_score", "cosine_similarity",
        "log_cosh_error", "LogCoshError", "hinge", "squared_hinge", "categorical_hinge", "poisson",
        "kl_divergence", "KLDivergence", "top_k_categorical_accuracy",
        "TopKCategoricalAccuracy", "sparse_top_k_categorical_accuracy", "true_positives",
        "false_negatives", "root_mean_squared_error", "Mean", "mean", "Sum", "sum",
    ],
    "optimizers": [
        "sgd", "SGD", "rmsprop", "RMSprop", "RMSProp", "adam", "Adam", "ADAM", "adamw", "AdamW",
        "adamax", "nadam", "Nadam", "adagrad", "Adadelta", "ftrl", "Ftrl", "lion", "Lion",
    ],
    "constraints": [
        "max_norm", "MaxNorm", "min_max_norm", "MinMaxNorm", "non_neg", "NonNeg", "unit_norm",
        "UnitNorm",
    ],
    "activations": ACTIVATIONS,
    "initializers": [
        "glorot_uniform", "GlorotUniform", "glorot_normal", "he_uniform", "he_normal", "HeNormal",
        "lecun_uniform", "lecun_normal", "zeros", "zero", "Zeros", "ones", "one", "Ones",
        "RandomNormal", "random_normal", "normal", "RandomUniform", "random_uniform", "uniform",
        "TruncatedNormal", "truncated_normal", "VarianceScaling", "variance_scaling",
        "Orthogonal", "orthogonal", "OrthogonalInitializer", "Identity", "identity",
        "IdentityInitializer",
    ],
    "regularizers": [
        "l1", "l2", "l1l2", "L1", "L2", "L1L2", "OrthogonalRegularizer", "orthogonal_regularizer",
    ],
}  # fmt: skip
