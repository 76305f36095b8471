"""Models: layers connected, trained and used."""

from pronghorn.models._clone import clone_model, model_from_json
from pronghorn.models._files import load_model, save_model
from pronghorn.models._model import Model
from pronghorn.models._sequential import Sequential

__all__ = ["Model", "Sequential", "clone_model", "load_model", "model_from_json", "save_model"]
