"""Makes the model files of tests/files/hostile: each one asks its reader for something it must not.

    python tools/gen_hostile_files.py

Each starts from an honest file of one small model and changes one thing. ``hostile.json`` beside
them says what each one does.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np

import pronghorn as keras

FOLDER = Path(__file__).parents[1] / "tests" / "files" / "hostile"
MADE: dict[str, str] = {}
UNITS: dict[str, Any] = {
    "endless": 10**12, "many": 10**8, "negative": -1, "no": None, "half": 2.5, "listed": [2],
}  # fmt: skip


def make_model() -> Any:
    layers = [keras.Input((3,)), keras.layers.Dense(2, name="d")]
    model = keras.Sequential(layers, name="m")
    model.compile("adam", "mse")
    return model


def make(name: str, what: str, change: Callable[[Path], None]) -> None:
    path = FOLDER / name
    ending = "".join(path.suffixes)
    model = make_model()
    if ending in (".keras", ".h5", ".npz"):
        model.save(path)
    else:
        model.save_weights(path)
    change(path)
    MADE[name] = what


# .keras


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewrite(**changes: Any) -> Callable[[Path], None]:
    """Other bytes for members; None leaves one out."""

    def change(path: Path) -> None:
        held = members(path) | {k.replace("__", "."): v for k, v in changes.items()}
        held = {name: data for name, data in held.items() if data is not None}
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in held.items():
                archive.writestr(name, data)

    return change


def reconfigure(edit: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        config = json.loads(members(path)["config.json"])
        edit(config)
        rewrite(config__json=json.dumps(config).encode())(path)

    return change


def add_member(name: str, data: bytes, **options: Any) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(name, data, **options)

    return change


def make_archives() -> None:
    def dense(config: dict[str, Any]) -> dict[str, Any]:
        inner: dict[str, Any] = config["config"]["layers"][1]
        return inner

    code = {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": None}}
    make("no_config.keras", "lacks config.json", rewrite(config__json=None))
    make("no_weights.keras", "lacks model.weights.h5", rewrite(model__weights__h5=None))
    make("not_json.keras", "config.json is cut", rewrite(config__json=b'{"class_name": "Seq'))
    make("not_utf8.keras", "config.json is Latin-1", rewrite(config__json=b'{"a": "\xe9"}'))
    make("a_list.keras", "config.json is a list", rewrite(config__json=b"[]"))
    make("deep.keras", "JSON nested 100,000 deep", rewrite(config__json=b"[" * 100_000))
    nested = b'{"a":' * 5000 + b"1" + b"}" * 5000
    make("deep_object.keras", "an object nested 5,000 deep", rewrite(config__json=nested))
    make("not_hdf5.keras", "weights are noise", rewrite(model__weights__h5=b"\x89HDF" + b"x" * 99))
    make("twice.keras", "two members config.json", duplicate)
    make("outside.keras", "a member ../evil", add_member("../evil", b"x"))
    make("absolute.keras", "a member /etc/evil", add_member("/etc/evil", b"x"))
    make("backslash.keras", "a member ..\\evil", add_member("..\\evil", b"x"))
    make("encrypted.keras", "claims to be encrypted", encrypt)
    make(
        "swelling.keras",
        "a member of 100 MB in 100 kB",
        add_member("assets/zeros", b"\0" * 100_000_000, compress_type=zipfile.ZIP_DEFLATED),
    )
    make(
        "lambda.keras",
        "Python code for an activation",
        reconfigure(lambda c: dense(c)["config"].update(activation=code)),
    )
    make(
        "lambda_layer.keras",
        "a Lambda layer with Python code",
        reconfigure(
            lambda c: dense(c).update(
                class_name="Lambda", config={"name": "d", "function": ["4wEAAAA=", None, None]}
            )
        ),
    )
    make(
        "module.keras",
        "a class of a module that would have to be imported",
        reconfigure(lambda c: dense(c).update(module="os", class_name="system", config={})),
    )
    for name, units in UNITS.items():
        make(
            f"{name}_units.keras",
            f"a layer of {units!r} units",
            reconfigure(lambda c, units=units: dense(c)["config"].update(units=units)),
        )
    make(
        "a_layer_more.keras",
        "a layer without weights in the file",
        reconfigure(
            lambda c: c["config"]["layers"].append(
                {"class_name": "Dense", "module": "keras.layers", "config": {"units": 2}}
            )
        ),
    )
    make(
        "circle.keras",
        "a functional model whose layers wait for each other",
        reconfigure(make_circle),
    )
    make("empty.keras", "no bytes", lambda path: path.write_bytes(b"") and None)
    make("half.keras", "the first half", lambda path: cut(path))


def make_circle(config: dict[str, Any]) -> None:
    def node(name: str) -> dict[str, Any]:
        history = {"shape": [None, 2], "dtype": "float32", "keras_history": [name, 0, 0]}
        return {"args": [{"class_name": "__keras_tensor__", "config": history}], "kwargs": {}}

    names = ["a", "b"]
    layers = [
        {
            "module": "keras.layers",
            "class_name": "Dense",
            "config": {"units": 2, "name": name},
            "name": name,
            "inbound_nodes": [node(names[1 - i])],
        }
        for i, name in enumerate(names)
    ]
    config |= {"class_name": "Functional"}
    config["config"] = {
        "name": "m",
        "layers": layers,
        "input_layers": ["a", 0, 0],
        "output_layers": ["b", 0, 0],
    }


def duplicate(path: Path) -> None:
    """Python warns of a second member of one name: the name is changed in the bytes."""
    add_member("c0nfig.json", b"{}")(path)
    path.write_bytes(path.read_bytes().replace(b"c0nfig.json", b"config.json"))


def encrypt(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    start = raw.find(b"PK\x01\x02")
    raw[start + 8] |= 1
    path.write_bytes(bytes(raw))


def cut(path: Path) -> None:
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2])


# .h5


def edit_h5(edit: Callable[[Any], Any]) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with h5py.File(path, "a") as file:
            edit(file)

    return change


def replace(name: str, **options: Any) -> Callable[[Any], None]:
    def edit(file: Any) -> None:
        del file[name]
        file.create_dataset(name, **options)

    return edit


def link(name: str, target: Any) -> Callable[[Any], None]:
    def edit(file: Any) -> None:
        del file[name]
        file[name] = target(file) if callable(target) else target

    return edit


def virtual(file: Any) -> None:
    del file[KERNEL]
    layout = h5py.VirtualLayout((3, 2), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (3, 2))
    file.create_virtual_dataset(KERNEL, layout)


def overwrite(mark: bytes, offset: int, value: bytes) -> Callable[[Path], None]:
    """Other bytes at a distance from the first mark: what no library would write."""

    def change(path: Path) -> None:
        raw = bytearray(path.read_bytes())
        place = raw.index(mark) + offset
        raw[place : place + len(value)] = value
        path.write_bytes(bytes(raw))

    return change


KERNEL = "model_weights/d/d/kernel"


def make_hdf5() -> None:
    outside = [("/etc/passwd", 0, 24)]
    bomb = {"shape": (10**6, 10**5), "dtype": "f4", "chunks": (1000, 1000), "compression": "gzip"}
    make("soft_link.h5", "a soft link", edit_h5(link(KERNEL, h5py.SoftLink("/x"))))
    elsewhere = h5py.ExternalLink("/etc/passwd", "/x")
    make("external_link.h5", "a link to another file", edit_h5(link(KERNEL, elsewhere)))
    make(
        "external_data.h5",
        "numbers that lie in another file",
        edit_h5(replace(KERNEL, shape=(3, 2), dtype="f4", external=outside)),
    )
    make("virtual.h5", "an array put together from another file", edit_h5(virtual))
    make("shape_bomb.h5", "400 GB without bytes", edit_h5(replace(KERNEL, **bomb)))
    make(
        "same_group.h5",
        "a group that contains itself",
        edit_h5(link("model_weights/d/d", lambda file: file["model_weights"])),
    )
    make(
        "same_array.h5",
        "one array under two names",
        edit_h5(link("model_weights/d/d/bias", lambda file: file[KERNEL])),
    )
    texts = {"data": [["a", "b"], ["c", "d"], ["e", "f"]], "dtype": h5py.string_dtype()}
    make("texts.h5", "texts where numbers belong", edit_h5(replace(KERNEL, **texts)))
    make("other_shape.h5", "a kernel of another shape", edit_h5(replace(KERNEL, data=np.ones(7))))
    make("no_array.h5", "a name without an array", edit_h5(lambda file: file.__delitem__(KERNEL)))

    def attribute(name: str, value: Any, group: str = "/") -> Callable[[Path], None]:
        return edit_h5(lambda file: file[group].attrs.__setitem__(name, value))

    make("not_json.h5", "a model_config that is cut", attribute("model_config", "{"))
    make("not_utf8.h5", "bytes as a text", attribute("model_config", np.bytes_(b"\xff\xfe{}")))
    make("number.h5", "a number as model_config", attribute("model_config", 7))
    make("names.h5", "names that are numbers", attribute("layer_names", [1, 2], "model_weights"))
    other = np.asarray([b"nobody"])
    make("nobody.h5", "a layer without a group", attribute("layer_names", other, "model_weights"))
    code = '{"class_name": "Sequential", "config": {"layers": [{"class_name": "Lambda", "config":'
    code += ' {"name": "l", "function": ["4wEAAAA=", null, null], "function_type": "lambda"}}]}}'
    make("lambda.h5", "the Python code of a lambda, as Keras 2", attribute("model_config", code))
    make("half.h5", "the first half", cut)


def make_broken_hdf5() -> None:
    """Bytes inside that lie. The HDF5 library crashes at the first, or asks for what they say."""
    nowhere = b"\xff" * 7 + b"\x7f"
    # An attribute is its name, its type, its shape and its value; all filled up to eight bytes.
    version, config = b"keras_version\0\0\0", b"model_config\0\0\0\0"
    names = b"layer_names\0\0\0\0\0"
    make(
        "kind_of_text.h5",
        "an attribute of variable length that is neither a text nor a list",
        overwrite(version, len(version) + 1, b"\xff"),
    )
    make("long_text.h5", "a text of 4 GB", overwrite(config, 48, b"\xff" * 4))
    make("lost_text.h5", "a text outside the file", overwrite(config, 52, nowhere))
    make("many_names.h5", "a list of 2**63 names", overwrite(names, 32, nowhere))
    make("long_names.h5", "names of 4 GB", overwrite(names, 20, b"\xff" * 4))
    make("levels.h5", "an index of 255 levels", overwrite(b"TREE", 5, b"\xff"))
    make("entries.h5", "an index of 65535 pages", overwrite(b"TREE", 6, b"\xff\xff"))
    make("long_heap.h5", "names of a group that take 2**63 bytes", overwrite(b"HEAP", 8, nowhere))
    make("lost_heap.h5", "names of a group outside the file", overwrite(b"HEAP", 24, nowhere))
    make("later_end.h5", "a file that says it is longer", overwrite(b"\x89HDF", 40, nowhere))

    def fold(path: Path) -> None:
        # The index of a group as a page of pages, the first of which is itself.
        raw = bytearray(path.read_bytes())
        place = raw.index(b"TREE")
        raw[place + 5] = 1
        raw[place + 32 : place + 40] = place.to_bytes(8, "little")
        path.write_bytes(bytes(raw))

    make("page_of_itself.h5", "an index whose first page is the index", fold)
    pieces = {"shape": (3, 2), "dtype": "f4", "chunks": (1, 2)}

    def write_one(file: Any) -> None:
        replace(KERNEL, **pieces)(file)
        file[KERNEL][0] = 1

    zeros = np.zeros((5000, 5000), "f4")
    make("no_piece.h5", "an array in pieces without one", edit_h5(replace(KERNEL, **pieces)))
    make("one_piece.h5", "an array with one of three pieces", edit_h5(write_one))
    make(
        "no_numbers.h5",
        "an array without numbers",
        edit_h5(replace(KERNEL, shape=(3, 2), dtype="f4")),
    )
    make(
        "swelling.h5",
        "100 MB in 100 kB",
        edit_h5(replace(KERNEL, data=zeros, chunks=zeros.shape, compression="gzip")),
    )


# .npz and .safetensors


def make_arrays() -> None:
    def array(name: str, raw: bytes) -> Callable[[Path], None]:
        def change(path: Path) -> None:
            held = members(path) | {name: raw}
            with zipfile.ZipFile(path, "w") as archive:
                for member, data in held.items():
                    archive.writestr(member, data)

        return change

    def header(shape: str, descr: str = "'<f4'") -> bytes:
        text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}\n".encode()
        return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text

    pickled = io.BytesIO()
    np.save(pickled, np.array([{}], dtype=object), allow_pickle=True)
    make("pickled.npz", "an array of Python objects", array("weights/0.npy", pickled.getvalue()))
    claim = array("weights/0.npy", header("(1000000, 1000000)"))
    make("claims.npz", "a header that claims 4 TB", claim)
    make("negative.npz", "an array of length -1", array("weights/0.npy", header("(-1,)")))
    make("no_config.npz", "a config that is an array", array("config.npy", header("(0,)")))

    def tensors(text: Any, data: bytes = b"", length: int | None = None) -> Callable[[Path], None]:
        raw = text if isinstance(text, bytes) else json.dumps(text).encode()
        size = struct.pack("<Q", len(raw) if length is None else length)
        return lambda path: path.write_bytes(size + raw + data) and None

    def entry(shape: Any, begin: Any, end: Any, dtype: Any = "F32") -> dict[str, Any]:
        return {"d/kernel": {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}}

    cases = {
        "length": ("a header longer than the file", tensors({}, length=2**63)),
        "deep": ("a header nested 100,000 deep", tensors(b"[" * 100_000)),
        "beyond": ("numbers beyond the file", tensors(entry([3, 2], 0, 24))),
        "backwards": ("an end before the begin", tensors(entry([3, 2], 24, 0), b"x" * 24)),
        "negative": ("a negative length", tensors(entry([-3, -2], 0, 24), b"x" * 24)),
        "huge": ("a shape of 4 TB", tensors(entry([10**6, 10**6], 0, 24), b"x" * 24)),
        "type": ("a type that is none", tensors(entry([3, 2], 0, 24, "P64"), b"x" * 24)),
        "gap": ("bytes that belong to nothing", tensors(entry([3, 2], 0, 24), b"x" * 99)),
        "word": ("a word for an entry", tensors({"d/kernel": "x"})),
    }
    for name, (what, change) in cases.items():
        make(f"{name}.safetensors", what, change)


if __name__ == "__main__":
    shutil.rmtree(FOLDER, ignore_errors=True)
    os.makedirs(FOLDER)
    make_archives()
    make_hdf5()
    make_broken_hdf5()
    make_arrays()
    text = json.dumps(MADE, indent=1, sort_keys=True)
    (FOLDER / "hostile.json").write_text(text + "\n")
