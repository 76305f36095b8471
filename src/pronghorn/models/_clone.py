"""Copies of models, and models from JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pronghorn._core.errors import ParameterError, compose
from pronghorn.models._config import revive

__all__ = ["clone_model", "model_from_json"]


def clone_model(model: Any) -> Any:
    """A model of the same layers and connections, with new weights, not compiled.

    Source: keras.models.clone_model.

    >>> from pronghorn import Input, Sequential, layers, models
    >>> model = Sequential([Input((3,)), layers.Dense(2, name="out")])
    >>> models.clone_model(model).get_layer("out").units
    2
    """
    return type(model).from_config(model.get_config())


def model_from_json(json_string: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The model that ``to_json`` described, with new weights.

    Raises ParameterError for text that is not JSON, UnknownNameError for unknown classes.

    Source: keras.models.model_from_json.

    >>> from pronghorn import Input, Sequential, layers, models
    >>> text = Sequential([Input((3,)), layers.Dense(2)]).to_json()
    >>> models.model_from_json(text).output_shape
    (None, 2)
    """
    try:
        config = json.loads(json_string)
    except ValueError as error:
        raise ParameterError(
            compose("model_from_json", expected="JSON text", received=str(error))
        ) from error
    return revive(config, custom_objects)
