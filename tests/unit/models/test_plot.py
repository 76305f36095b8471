"""Pictures of models: what the boxes say, and that nothing lies over anything else."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pronghorn as keras
from pronghorn import layers, utils
from pronghorn.errors import NotBuiltError, ParameterError
from pronghorn.models._plot_layout import arrange


def make_model() -> Any:
    a, b = keras.Input((12,), name="numbers"), keras.Input((3,), name="kind")
    first = layers.Dense(4, activation="relu", name="first")(a)
    second = layers.Dense(4, name="second")(first)
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="deep")], name="inner")
    both = layers.Concatenate(name="both")([layers.Add(name="skip")([first, second]), inner(b)])
    return keras.Model([a, b], [layers.Dense(3, name="out")(both), second])


def texts(svg: str) -> list[str]:
    found = ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(text.itertext()) for text in found]


def test_one_box_a_layer() -> None:
    svg = utils.plot_model(make_model(), to_file=None, show_layer_names=True).svg
    assert sorted(texts(svg)) == sorted(
        [
            "numbers (InputLayer)",
            "kind (InputLayer)",
            "first (Dense)",
            "second (Dense)",
            "inner (Sequential)",
            "skip (Add)",
            "both (Concatenate)",
            "out (Dense)",
        ]
    )
    # numbers-first, first-second, first-skip, second-skip, kind-inner, skip-both, inner-both,
    # both-out.
    assert svg.count("<path") == 8


def test_what_boxes_show_on_request() -> None:
    model = make_model()
    model.get_layer("first").trainable = False
    svg = utils.plot_model(
        model,
        to_file=None,
        show_shapes=True,
        show_dtype=True,
        show_layer_activations=True,
        show_trainable=True,
    ).svg
    found = texts(svg)
    assert "Activation: relu" in found
    assert "Input shape: [(None, 4), (None, 2)]" in found
    assert found.count("Output shape: (None, 4)") == 3
    assert found.count("Non-trainable") == 1
    assert found.count("Trainable") == 3
    assert found.count("Output dtype: float32") == 8


def test_nested_models_are_drawn_layer_by_layer() -> None:
    svg = utils.plot_model(make_model(), None, expand_nested=True, show_layer_names=True).svg
    assert {"inner", "deep (Dense)"} <= set(texts(svg))
    assert "inner (Sequential)" not in texts(svg)


@pytest.mark.parametrize(
    ("rankdir", "axis", "sign"), [("TB", 1, 1), ("BT", 1, -1), ("LR", 0, 1), ("RL", 0, -1)]
)
def test_arrows_run_in_the_direction_asked_for(rankdir: str, axis: int, sign: int) -> None:
    svg = utils.plot_model(make_model(), None, rankdir=rankdir).svg
    for line in re.findall(r'<path d="M([^"]*)"', svg):
        numbers = [tuple(map(float, pair.split(","))) for pair in re.split(r"[C ]", line)]
        assert sign * (numbers[-1][axis] - numbers[0][axis]) > 0


@pytest.mark.parametrize("seed", range(8))
def test_boxes_of_a_rank_do_not_overlap(seed: int) -> None:
    rng = np.random.default_rng(seed)
    sizes = [(float(a), float(b)) for a, b in rng.uniform(10, 200, size=(14, 2))]
    edges = [(a, b) for a in range(14) for b in range(a + 1, 14) if rng.random() < 0.2]
    layout = arrange(sizes, edges)
    corners = [
        (x - w / 2, x + w / 2, y - h / 2, y + h / 2)
        for (x, y), (w, h) in zip(layout.boxes, sizes, strict=True)
    ]
    for p, q in itertools.combinations(corners, 2):
        assert p[1] <= q[0] or q[1] <= p[0] or p[3] <= q[2] or q[3] <= p[2]
    low, high = min(c[0] for c in corners), max(c[1] for c in corners)
    assert low >= -1e-6
    assert high <= layout.across + 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_every_edge_leads_from_box_to_box(seed: int) -> None:
    rng = np.random.default_rng(seed)
    edges = [(a, b) for a in range(8) for b in range(a + 1, 8) if rng.random() < 0.3]
    layout = arrange([(30.0, 10.0)] * 8, edges)
    for (a, b), path in zip(edges, layout.edges, strict=True):
        assert path[0] == (layout.boxes[a][0], layout.boxes[a][1] + 5.0)
        assert path[-1] == (layout.boxes[b][0], layout.boxes[b][1] - 5.0)
        assert all(p[1] <= q[1] for p, q in itertools.pairwise(path))


def test_files(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="PNG files are made by matplotlib")
    utils.plot_model(make_model(), tmp_path / "a.png", dpi=50)
    utils.plot_model(make_model(), str(tmp_path / "a.svg"))
    assert (tmp_path / "a.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert ET.parse(tmp_path / "a.svg").getroot().tag.endswith("svg")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"to_file": "a.pdf"}, "'a.pdf'"),
        ({"rankdir": "XY"}, "'TB'"),
        ({"dpi": 0}, "dpi"),
        ({"colour": "red"}, "colour"),
        ({"layer_range": ["a", "b"]}, "layer_range"),
    ],
    ids=["ending", "rankdir", "dpi", "keyword", "range"],
)
def test_refused(arguments: dict[str, Any], says: str, tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=says):
        utils.plot_model(make_model(), **{"to_file": None, **arguments})


def test_model_without_shapes_is_refused() -> None:
    with pytest.raises(NotBuiltError, match="input shape is known"):
        utils.plot_model(keras.Sequential([layers.Dense(2)]), to_file=None)


def test_class_with_its_own_call_is_one_box() -> None:
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(2)

        def call(self, x: Any) -> Any:
            return self.dense(x)

    model = Own()
    model.build((None, 3))
    assert texts(utils.plot_model(model, to_file=None).svg) == ["Own"]


def test_text_for_graphviz_has_the_layers_and_arrows_of_the_picture() -> None:
    dot = utils.model_to_dot(make_model(), rankdir="LR", dpi=96)
    lines = [line.strip() for line in dot.to_string().splitlines()]
    assert lines[1] == "graph [rankdir=LR, dpi=96, splines=ortho, compound=true];"
    labels = [line.split("label=")[1][1:-3] for line in lines if "label=" in line]
    assert sorted(labels) == sorted(texts(dot.svg))
    assert sum("->" in line for line in lines) == 8  # as in test_one_box_a_layer


def test_a_model_within_is_a_cluster_where_arrows_end() -> None:
    lines = utils.model_to_dot(make_model(), expand_nested=True).to_string().splitlines()
    found = [line.strip() for line in lines if "inner" in line and "->" in line]
    name = re.search(r'"([^"/]+)/kind"', found[0])[1]
    cluster = f'"cluster_{name}/inner"'
    assert found == [
        f'"{name}/kind" -> "{name}/inner/deep" [lhead={cluster}];',
        f'"{name}/inner/deep" -> "{name}/both" [ltail={cluster}];',
    ]


def test_graphviz_is_not_needed_for_pictures(tmp_path: Path) -> None:
    dot = utils.model_to_dot(make_model(), show_shapes=True)
    assert dot.create(prog="dot", format="svg").decode() == dot.svg == dot._repr_svg_()
    assert dot.create_png()[:4] == b"\x89PNG"
    assert dot.write(tmp_path / "net.dot")
    assert (tmp_path / "net.dot").read_text() == dot.to_string()
    with pytest.raises(ParameterError, match="svg or png"):
        dot.create(format="gif")
