"""What classes of one's own keep in a file beside weights, through Keras's hooks of saving."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from pronghorn.files._content import Content
from pronghorn.files._object_tree import loads_itself, walk_objects
from pronghorn.layers._base import Layer

__all__ = ["collect_assets", "restore_own_state"]


def collect_assets(model: Layer) -> dict[str, bytes]:
    """The files that layers write with ``save_assets(folder)``, by the way to the layer."""
    found: dict[str, bytes] = {}
    for way, layer in walk_objects(model):
        if not hasattr(type(layer), "save_assets"):
            continue
        with TemporaryDirectory() as folder:
            layer.save_assets(folder)  # type: ignore[attr-defined]
            for file in sorted(path for path in Path(folder).rglob("*") if path.is_file()):
                found[f"{way}/{file.relative_to(folder).as_posix()}"] = file.read_bytes()
    return found


def restore_own_state(model: Layer, content: Content) -> None:
    """Let layers read what they wrote: ``load_own_variables``, then ``load_assets(folder)``."""
    for way, layer in walk_objects(model):
        if loads_itself(layer):
            inside = f"{way}/vars/" if way else "vars/"
            given = {n: a for n, a in content.arrays.items() if n.startswith(inside)}
            layer.load_own_variables({n.removeprefix(inside): a for n, a in given.items()})
        inside = f"{way}/"
        own = {n.removeprefix(inside): a for n, a in content.assets.items() if n.startswith(inside)}
        if own and hasattr(type(layer), "load_assets"):
            with TemporaryDirectory() as folder:
                for name, data in own.items():
                    path = Path(folder, name)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(data)
                layer.load_assets(folder)  # type: ignore[attr-defined]
