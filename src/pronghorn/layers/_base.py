"""What every layer is: weights, and a function of symbolic values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from pronghorn import ops, regularizers
from pronghorn._core.config import matmul_precision
from pronghorn._core.dtype_policy import DTypePolicy, read_policy
from pronghorn._core.errors import (
    GraphError,
    NotBuiltError,
    ParameterError,
    ShapeError,
    compose,
    describe,
)
from pronghorn._core.members import list_members
from pronghorn._core.params import Boolean, check
from pronghorn._core.results import as_shape
from pronghorn.ir.graph import Node, Shape, as_node, constant
from pronghorn.ir.precision import use_precision
from pronghorn.layers._arguments import bind_call, is_builtin, name_first, spread, takes
from pronghorn.layers._building import complete_build
from pronghorn.layers._connecting import connect_layer, further_shapes, trace_shape
from pronghorn.layers._described import Described
from pronghorn.layers._direct import complete_call
from pronghorn.layers._eager import run_eagerly
from pronghorn.layers._emission import active, current
from pronghorn.layers._input_spec import Specified
from pronghorn.layers._names import name_automatically
from pronghorn.layers._options import read_legacy_shape, refuse_unknown
from pronghorn.layers._regularization._noise import Draws
from pronghorn.layers._shapes import arrange, count_rows, list_shapes
from pronghorn.layers._tensor import Call, Tensor, flatten, map_leaves
from pronghorn.layers._variable import Variable
from pronghorn.layers._weights import WeightHolder

__all__ = ["Layer"]


class Layer(WeightHolder, Described, Specified):
    """y = call(x): a function with weights, from which models are put together.

    Args:
        name: How messages, summaries and files call it. Default: "dense", "dense_1", ...
        trainable: Whether training changes the weights. Default True; takes effect at the next
            ``compile``.
        dtype: A policy: "float32", "mixed_bfloat16", … (see ``DTypePolicy``). Default None: what
            ``config.set_dtype_policy`` set, at first "float32".
        activity_regularizer: A penalty on the output, divided by the batch size. Default None.

    A layer of your own defines ``call(x)`` with ``pronghorn.ops``, and, where it has weights,
    ``build(input_shape)`` with ``add_weight``. ``call`` may take further inputs and ``training``,
    assign weights (then every step of training writes them) and ``add_loss``. Layers kept in
    attributes, lists and dicts belong to it. The derivative follows by itself.

    Called on a symbolic tensor (from ``Input``) it becomes part of a model; called on arrays it
    computes at once.

    Errors: ParameterError for unknown arguments, ShapeError for input that does not fit.

    Source: keras.layers.Layer.

    >>> import numpy as np
    >>> from pronghorn import layers
    >>> class Scale(layers.Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight((input_shape[-1],), initializer="ones")
    ...     def call(self, x):
    ...         return x * self.factor
    >>> Scale()(np.array([[1.0, 2.0]])).tolist()
    [[1.0, 2.0]]
    """

    # Whether a layer of Pronghorn takes a list of inputs; one of the user's own may.
    _takes_several: ClassVar[bool] = False
    # Whether texts may be among the inputs: where a model begins, and in what NumPy computes.
    _carries_text: bool = False
    #: Whether a mask of the steps of the input is one of those of the output too.
    supports_masking: bool = False
    # Whether a layer that has no weights counts as built before its first use, as in Keras.
    _is_built_at_once: ClassVar[bool] = False
    # Whose tables say what objects of Keras have besides (_core/left_out.py).
    _kinds: ClassVar[tuple[str, ...]] = ("Layer",)

    def __init__(
        self,
        *,
        name: str | None = None,
        trainable: bool = True,
        dtype: Any = None,
        activity_regularizer: Any = None,
        **kwargs: Any,
    ) -> None:
        kind = type(self).__name__
        if name is not None and (not isinstance(name, str) or "/" in name):
            # Paths of weights, and places in files, are made of names with "/" between them.
            expected = "None or a text without '/'"
            raise ParameterError(
                compose(f"{kind} name", expected=expected, received=describe(name))
            )
        self._trainable = check(kind, "trainable", trainable, Boolean())
        self._dtype_policy: DTypePolicy = read_policy(kind, dtype)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self._legacy_shape = read_legacy_shape(kind, kwargs)
        self._initial_weights = kwargs.pop("weights", None)
        refuse_unknown(type(self), kwargs)
        self.name: str = name or name_automatically(kind)
        self.built = self._is_built_at_once and type(self).build is Layer.build
        self._is_building = False
        self._build_shape: Any = None
        self._further_shapes: dict[str, Any] = {}
        self._uses: list[Call] = []
        #: Of the outputs when the layer was last traced inside a model or another layer.
        self._emitted_shapes: tuple[Shape, ...] = ()
        self._variables: list[Variable] = []
        self._added_losses: list[float] = []
        self._draws = Draws()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "build" in vars(cls):
            cls.build = complete_build(vars(cls)["build"])  # type: ignore[method-assign]
        if "call" in vars(cls) and is_builtin(cls):
            cls.call = complete_call(vars(cls)["call"])  # type: ignore[method-assign]

    # What a subclass defines.

    @complete_build
    def build(self, input_shape: Any) -> None:
        """Make the weights for rows of ``input_shape`` (None first). By default there are none."""

    def call(self, x: Any) -> Any:
        """The output for symbolic input; may take ``training`` as well."""
        raise NotImplementedError(f"{type(self).__name__} must define call(x)")

    def _check_input(self, shapes: Sequence[Shape], origin: str | None) -> None:
        """Refuse shapes that do not fit, with a ShapeError; ``origin`` names where they come from.

        By default anything goes, as far as ``call`` can compute with it.
        """

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the output for rows of ``input_shape``; None, or how many, first."""
        shapes = list_shapes(input_shape)
        self._build(shapes, like=input_shape)
        tensors = [Tensor(shape) for shape in shapes]
        return count_rows(trace_shape(self, arrange(tensors, input_shape), {}), input_shape)

    # Calling.

    def __call__(self, inputs: Any, *args: Any, training: bool | None = None, **kwargs: Any) -> Any:
        """The layer on symbolic tensors (a place in a model) or on arrays (computed at once).

        ``args`` and ``kwargs`` are further arguments of ``call``, tensors or arrays like the
        first, or plain values.
        """
        self._require_init()
        keywords = bind_call(type(self).__name__, type(self).call, args, kwargs)
        training = keywords.pop("training", training)
        leaves = [leaf for value in (inputs, *keywords.values()) for leaf in list_members(value)]
        if any(isinstance(leaf, Tensor) for leaf in leaves):
            return self._connect(inputs, training, keywords)
        if any(isinstance(leaf, Node) for leaf in leaves):
            shapes = [node.shape for node in flatten(inputs, Node, self.name)]
            self._build(shapes, like=inputs, further=further_shapes(keywords, Node))
            return self._emit(inputs, training, keywords)
        return run_eagerly(self, inputs, training, keywords)

    def _require_init(self) -> None:
        """Refuse a subclass whose constructor left out that of its base."""
        if "_variables" not in vars(self):
            raise GraphError(
                compose(
                    f"{type(self).__name__}.__init__",
                    expected="a call of super().__init__()",
                    received="none",
                    remedy="Begin the constructor with it",
                )
            )

    def _connect(
        self, inputs: Any, training: bool | None, keywords: Mapping[str, Any] | None = None
    ) -> Any:
        return connect_layer(self, inputs, training, keywords or {})

    def _call_by_hand(self, inputs: Any, training: Any, keywords: Any, formula: Any) -> Any:
        """``call`` on arrays outside of any layer."""
        return run_eagerly(self, inputs, training, keywords, formula)

    def _move_before_engine(self) -> bool:
        """Whether the output is there before rows go to the engine, for a lookup that reads it."""
        return self._carries_text

    def _output_dtype(self) -> str:
        """How the outputs are called where layers are connected."""
        return "float32"

    def _build(
        self,
        shapes: Sequence[Shape],
        origin: str | None = None,
        like: Any = None,
        further: Mapping[str, Any] | None = None,
    ) -> None:
        self._check_count(shapes, origin)
        self._check_spec(shapes, like, origin)
        self._check_input(shapes, origin)
        if self.built:
            return
        known = {name: s for name, s in (further or {}).items() if takes(type(self).build, name)}
        self.build(self._own_shape(arrange(shapes, like)), **known)

    def _own_shape(self, shape: Any) -> Any:
        """The shape as the class expects it: a program's own may want another kind of tuple."""
        return shape if is_builtin(type(self)) else as_shape(shape)

    def _check_again(self, shapes: Sequence[Shape]) -> None:
        """Refuse shapes for which a layer that is built cannot be built."""
        self._check_input(shapes, None)

    def _check_count(self, shapes: Sequence[Shape], origin: str | None) -> None:
        if len(shapes) != 1 and is_builtin(type(self)) and not self._takes_several:
            raise ShapeError(
                compose(
                    f"{type(self).__name__} {self.name!r}",
                    expected="one input",
                    received=f"{len(shapes)}",
                    origin=origin,
                    remedy="Join them first, for instance with Concatenate()([a, b])",
                )
            )

    def _emit(
        self, inputs: Any, training: bool | None = None, keywords: Mapping[str, Any] | None = None
    ) -> Any:
        emission = current()
        arguments = dict(keywords or {})
        outer = emission.training
        # Whoever says training=… says it for the layers inside as well.
        emission.training = emission.choose_training(self, training)
        if takes(type(self).call, "training") and emission.training is not None:
            arguments["training"] = emission.training
        try:
            with use_precision(self._product_precision):
                further, named = spread(type(self).call, arguments)
                result = self.call(inputs, *further, **named)
        finally:
            emission.training = outer
        # A variable stands for what it holds here.
        result = map_leaves(result, as_node)
        nodes: list[Any] = []
        map_leaves(result, nodes.append)
        for node in nodes:
            if not isinstance(node, Node):
                raise GraphError(
                    compose(
                        f"{type(self).__name__} {self.name!r} call",
                        expected="a symbolic value",
                        received=describe(node),
                        remedy="Return what it computes"
                        if node is None
                        else "Compute with pronghorn.ops",
                    )
                )
        emission.note(self, nodes)
        mask = self._mask_after(inputs)
        if mask is not None and len(nodes) == 1:
            emission.masks[nodes[0]] = mask
        self._emitted_shapes = tuple(node.shape for node in nodes)
        return result

    def _mask_after(self, inputs: Any) -> Node | None:
        """Which steps of the output count, where not all do."""
        knows = self.supports_masking and isinstance(inputs, Node)
        return current().masks.get(inputs) if knows else None

    def add_loss(self, loss: Any) -> None:
        """Add a term, or a list of them, to the loss that training minimizes.

        For ``call``: the terms are symbolic values; one with axes is summed. Raises GraphError
        elsewhere.

        Source: keras.layers.Layer.add_loss.
        """
        emission = active()
        if emission is None:
            raise GraphError(
                compose(
                    f"{type(self).__name__} {self.name!r} add_loss",
                    expected="a call inside a layer's or model's own call()",
                    received="one outside of it",
                    remedy="For a value between layers write a layer whose call(x) does "
                    "self.add_loss(…) and returns x; for a layer's output pass "
                    "activity_regularizer=, for a weight a regularizer",
                )
            )
        for term in loss if isinstance(loss, list | tuple) else [loss]:
            value = as_node(term)
            node = value if isinstance(value, Node) else constant(np.asarray(value))
            emission.penalized.append((self, ops.sum(node) if node.rank else node))

    @property
    def losses(self) -> list[Any]:
        """What ``add_loss`` and activity regularizers added when arrays were passed last, then
        the penalties of the trainable weights, as numbers; symbolic ones inside of a graph."""
        emission = active()
        if emission is not None:
            inner = set(self._with_sublayers())
            terms: list[Any] = [node for layer, node in emission.penalized if layer in inner]
            held = [w for w in self.trainable_weights if w.regularizer is not None]
            return [*terms, *(w.regularizer(emission.parameter(w)) for w in held)]
        added = [value for layer in self._with_sublayers() for value in layer._added_losses]
        penalized = [w for w in self.trainable_weights if w.regularizer is not None]
        return [*added, *(float(w.regularizer(w.numpy())) for w in penalized)]

    def _with_sublayers(self) -> list[Layer]:
        found: dict[Layer, None] = {self: None}
        for layer in self._sublayers():
            found.update(dict.fromkeys(layer._with_sublayers()))
        return list(found)

    # Configuration.

    @property
    def _product_precision(self) -> str:
        precision = self.dtype_policy.product_precision
        return "high" if precision == "float32" and matmul_precision() == "high" else precision

    @property
    def dtype_policy(self) -> DTypePolicy:
        """In what products are computed; set it before the model is compiled."""
        return self._dtype_policy

    @dtype_policy.setter
    def dtype_policy(self, policy: Any) -> None:
        self._dtype_policy = read_policy(type(self).__name__, policy)

    @property
    def dtype(self) -> str:
        """What the weights are: "float32"."""
        return self.dtype_policy.variable_dtype

    @property
    def variable_dtype(self) -> str:
        """The same as ``dtype``."""
        return self.dtype_policy.variable_dtype

    @property
    def compute_dtype(self) -> str:
        """That of its policy: "float32", "bfloat16" or "float16"."""
        return self.dtype_policy.compute_dtype

    @property
    def input(self) -> Any:
        """The symbolic input of the layer's first use in a model."""
        return self._first_call().structure

    @property
    def output(self) -> Any:
        """The symbolic output of the layer's first use: ``Model(m.input, layer.output)``."""
        return self._first_call().result

    def _first_call(self) -> Call:
        if not self._uses:
            raise NotBuiltError(
                compose(
                    f"{type(self).__name__} {self.name!r}",
                    expected="a layer in a model",
                    received="one that was not called on a symbolic tensor yet",
                )
            )
        return self._uses[0]

    def get_build_config(self) -> dict[str, Any] | None:
        """What ``build_from_config`` needs to make the same weights: the shapes of the inputs."""
        if not self.built or self._build_shape is None:
            return None
        if not self._further_shapes:
            return {"input_shape": self._build_shape}
        first = name_first(type(self).build)
        return {"shapes_dict": {first: self._build_shape, **self._further_shapes}}

    def build_from_config(self, config: Mapping[str, Any]) -> None:
        """Make the weights for the input that ``get_build_config`` described."""
        further = dict(config.get("shapes_dict") or config)
        # Keras calls the shape of the first input as the class's own build does.
        shape = further.pop(name_first(type(self).build), None) or further.pop("input_shape", None)
        if shape is not None:
            self._build(list_shapes(shape), like=shape, further=further)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name in ("input_shape", "output_shape") and self.__dict__.get("_uses"):
                # Names of Keras 2; a layer of one's own may have attributes called so.
                tensors = getattr(self, name.removesuffix("_shape"))
                return map_leaves(tensors, lambda tensor: tensor.shape)
            # Only a refusal needs the table.
            from pronghorn._core.left_out import missing_member

            raise missing_member(self, name, *self._kinds)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"
