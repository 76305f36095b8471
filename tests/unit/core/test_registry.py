"""The registry: names, aliases, configs, refusals. The kinds of this test are its own."""

from collections.abc import Iterator
from typing import Any

import pytest

from pronghorn._core import registry
from pronghorn._core.configurable import Configurable
from pronghorn._core.errors import ParameterError, UnknownNameError


class Wheel(Configurable):
    """A thing with one argument."""

    def __init__(self, spokes: int = 8) -> None:
        self.spokes = spokes


class SmallWheel(Wheel):
    """A wheel that calls its base with keywords."""

    def __init__(self, colour: str = "red", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.colour = colour


def spin(x: int) -> int:
    """A function."""
    return x + 1


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A kind that is forgotten after the test."""
    monkeypatch.setattr(registry, "_by_kind", {})
    monkeypatch.setattr(registry, "_by_target", {})
    monkeypatch.setattr(registry, "_folders", {})
    registry.register("wheel", "wheel", "rad")(Wheel)
    registry.register("wheel")(SmallWheel)
    registry.register("wheel", "spin")(spin)
    yield "wheel"


@pytest.mark.parametrize("name", ["wheel", "rad", "Wheel"])
def test_every_spelling_finds_the_class(kind: str, name: str) -> None:
    assert registry.lookup(kind, name) is Wheel


def test_names_are_canonical_and_sorted(kind: str) -> None:
    assert registry.names(kind) == ["small_wheel", "spin", "wheel"]


def test_unknown_name_suggests_the_nearest(kind: str) -> None:
    with pytest.raises(UnknownNameError, match=r"'weel'. Did you mean 'wheel'\?$"):
        registry.lookup(kind, "weel")


def test_unknown_kind_lists_the_kinds(kind: str) -> None:
    with pytest.raises(UnknownNameError, match="expected one of wheel"):
        registry.lookup("whel", "wheel")


def test_case_counts(kind: str) -> None:
    with pytest.raises(UnknownNameError):
        registry.lookup(kind, "WHEEL")


def test_case_does_not_count_for_optimizers(kind: str) -> None:
    registry.register("optimizer", "wheel")(Wheel)
    assert registry.lookup("optimizer", "WHEEL") is Wheel


def test_taken_name_is_refused_and_nothing_changes(kind: str) -> None:
    with pytest.raises(ParameterError, match="still free"):
        registry.register(kind, "brand_new", "rad")(SmallWheel)
    with pytest.raises(UnknownNameError):
        registry.lookup(kind, "brand_new")
    assert registry.lookup(kind, "rad") is Wheel


def test_same_definition_again_replaces_the_first(kind: str) -> None:
    again = type("Wheel", (Wheel,), {"__module__": Wheel.__module__, "__qualname__": "Wheel"})
    registry.register(kind, "wheel", "rad")(again)
    assert registry.lookup(kind, "wheel") is again


def test_resolve_takes_every_form(kind: str) -> None:
    wheel = Wheel(3)
    assert registry.resolve(kind, None) is None
    assert registry.resolve(kind, "rad").spokes == 8
    assert registry.resolve(kind, Wheel).spokes == 8
    assert registry.resolve(kind, wheel) is wheel
    assert registry.resolve(kind, {"class_name": "Wheel", "config": {"spokes": 5}}).spokes == 5
    assert registry.resolve(kind, "spin") is spin
    assert registry.resolve(kind, len) is len


@pytest.mark.parametrize("identifier", [3, 2.5, [1], object()], ids=["int", "float", "list", "obj"])
def test_resolve_refuses_the_rest(kind: str, identifier: object) -> None:
    with pytest.raises(ParameterError, match="expected a name"):
        registry.resolve(kind, identifier)


def test_serialized_form_is_that_of_keras(kind: str) -> None:
    assert registry.serialize(Wheel(3)) == {
        "module": __name__,
        "class_name": "Wheel",
        "config": {"spokes": 3},
        "registered_name": "Wheel",
    }
    assert registry.serialize(spin) == "spin"
    assert registry.serialize(None) is None


def test_lambda_is_not_serialized(kind: str) -> None:
    with pytest.raises(ParameterError, match="register"):
        registry.serialize(lambda x: x)


def test_deserialize_takes_the_old_spellings(kind: str) -> None:
    old = {"class_name": "Custom>Wheel", "config": {"spokes": 5}}
    assert registry.deserialize(kind, old).spokes == 5
    function = {"module": "builtins", "class_name": "function", "config": "spin"}
    assert registry.deserialize(kind, function) is spin


def test_deserialize_never_imports(kind: str) -> None:
    with pytest.raises(UnknownNameError):
        registry.deserialize(kind, {"module": "os", "class_name": "system", "config": {}})


def test_custom_objects_come_first(kind: str) -> None:
    class Other(Wheel):
        pass

    config = {"class_name": "Wheel", "config": {"spokes": 5}}
    assert type(registry.deserialize(kind, config, {"Wheel": Other})) is Other
    assert type(registry.resolve(kind, "Unheard", {"Unheard": Other})) is Other


@pytest.mark.parametrize(
    "config", [3, {}, {"class_name": 3}, {"class_name": "Wheel", "config": 4}], ids=str
)
def test_malformed_config_is_refused(kind: str, config: Any) -> None:
    with pytest.raises(ParameterError):
        registry.deserialize(kind, config)


def test_config_includes_the_bases_keywords() -> None:
    wheel = SmallWheel("blue", spokes=4)
    assert wheel.get_config() == {"colour": "blue", "spokes": 4}
    assert SmallWheel.from_config(wheel.get_config()).get_config() == wheel.get_config()


def test_config_names_the_forgotten_attribute() -> None:
    class Forgetful(Configurable):
        def __init__(self, size: int = 1) -> None:
            pass

    with pytest.raises(ParameterError, match=r"Set self\.size"):
        Forgetful().get_config()


def test_config_with_unknown_key_is_refused() -> None:
    with pytest.raises(ParameterError, match="received 'rims'"):
        Wheel.from_config({"rims": 2})


# The right-hand sides are what keras.src.utils.naming.to_snake_case gives (Keras 3.15.1).
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SparseCategoricalCrossentropy", "sparse_categorical_crossentropy"),
        ("ReLU", "re_lu"),
        ("RMSprop", "rm_sprop"),
        ("SGD", "sgd"),
        ("L1L2", "l1l2"),
        ("InputLayer", "input_layer"),
        ("HeNormal", "he_normal"),
    ],
)
def test_snake_case_is_that_of_keras(name: str, expected: str) -> None:
    assert registry.to_snake_case(name) == expected


def make_wheel(name: str, module: str) -> type:
    return type(name, (Wheel,), {"__module__": module})


class Shelf:
    """A folder that registers a thing when it is asked to."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def load(self, spelling: str) -> None:
        self.asked.append(spelling)
        if spelling == "own":
            registry.register("wheel", "own")(make_wheel("Own", "pronghorn.wheels._own"))

    def load_all(self) -> None:
        self.asked.append("all")
        registry.register("wheel", "far")(make_wheel("Far", "pronghorn.wheels._far"))


@pytest.fixture
def shelf(kind: str) -> Shelf:
    folder = Shelf()
    registry.add_folder(kind, folder)
    return folder


def test_registered_name_asks_no_folder(kind: str, shelf: Shelf) -> None:
    registry.lookup(kind, "rad")
    assert shelf.asked == []


def test_folder_is_asked_for_the_file_of_a_name_first(kind: str, shelf: Shelf) -> None:
    assert registry.lookup(kind, "own").__name__ == "Own"
    assert shelf.asked == ["own"]


def test_folder_is_loaded_whole_for_an_alias(kind: str, shelf: Shelf) -> None:
    assert registry.lookup(kind, "far").__name__ == "Far"
    assert shelf.asked == ["far", "all"]


def test_names_are_those_of_the_whole_folder(kind: str, shelf: Shelf) -> None:
    assert "far" in registry.names(kind)


def test_name_in_a_folder_is_taken_for_ones_own_class(kind: str, shelf: Shelf) -> None:
    with pytest.raises(ParameterError, match="a name that is still free"):
        registry.register(kind, "far")(make_wheel("Mine", "__main__"))
