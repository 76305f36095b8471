"""``keras.preprocessing.image.ImageDataGenerator``: batches of pictures, scaled and centred."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pronghorn.errors import DataError, ParameterError, ShapeError, compose, describe
from pronghorn.runner._outside import outside
from pronghorn.runner._tensorflow._keras_pictures import img_to_array, load_img
from pronghorn.utils import PyDataset, next_seed, to_categorical

__all__ = ["ImageDataGenerator"]

_NAME = "keras.preprocessing.image.ImageDataGenerator"
# Arguments that turn, move and colour pictures, with the values that ask for nothing; and those
# that say how.
_CHANGES: dict[str, Any] = {
    "zca_whitening": False,
    "rotation_range": 0,
    "width_shift_range": 0.0,
    "height_shift_range": 0.0,
    "brightness_range": None,
    "shear_range": 0.0,
    "zoom_range": 0.0,
    "channel_shift_range": 0.0,
    "horizontal_flip": False,
    "vertical_flip": False,
}
_WAYS = ("zca_epsilon", "fill_mode", "cval", "interpolation_order", "data_format", "dtype")
_ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".tif", ".tiff")
_EPSILON = 1e-6
_SUBSETS = (None, "training", "validation")


class ImageDataGenerator:
    """Pictures (rows, height, width, channels) in batches, each number scaled and centred.

    What turns, moves, flips or colours pictures at random is for nets that look at pictures:
    asking for it raises OutsideError.

    Source: tf.keras.preprocessing.image.ImageDataGenerator.
    """

    def __init__(
        self,
        featurewise_center: bool = False,
        samplewise_center: bool = False,
        featurewise_std_normalization: bool = False,
        samplewise_std_normalization: bool = False,
        *,
        rescale: float | None = None,
        preprocessing_function: Callable[[Any], Any] | None = None,
        validation_split: float = 0.0,
        **changes: Any,
    ) -> None:
        for name, value in changes.items():
            if name in _WAYS:
                continue
            if name not in _CHANGES:
                raise ParameterError(
                    compose("ImageDataGenerator", expected="arguments of Keras", received=name)
                )
            if value and value != [1.0, 1.0]:
                outside(f"{_NAME}({name}=)", "tensorflow", "leave the argument out")
        self.featurewise_center = featurewise_center or featurewise_std_normalization
        self.featurewise_std_normalization = featurewise_std_normalization
        self.samplewise_center = samplewise_center or samplewise_std_normalization
        self.samplewise_std_normalization = samplewise_std_normalization
        self.rescale, self.preprocessing_function = rescale, preprocessing_function
        self.validation_split = validation_split or 0.0
        self.mean: NDArray[Any] | None = None
        self.std: NDArray[Any] | None = None

    def fit(self, x: Any, augment: bool = False, rounds: int = 1, seed: Any = None) -> None:
        """Learn mean and deviation of each channel for ``featurewise_…``."""
        x = _read_pictures("ImageDataGenerator.fit", x)
        if self.featurewise_center:
            self.mean = x.mean(axis=(0, 1, 2), keepdims=True)[0]
            x = x - self.mean
        if self.featurewise_std_normalization:
            self.std = x.std(axis=(0, 1, 2), keepdims=True)[0]

    def standardize(self, x: Any) -> Any:
        """One picture as the net gets it."""
        if self.preprocessing_function is not None:
            x = self.preprocessing_function(x)
        if self.rescale:
            x = x * self.rescale
        if self.samplewise_center:
            x = x - np.mean(x, keepdims=True)
        if self.samplewise_std_normalization:
            x = x / (np.std(x, keepdims=True) + _EPSILON)
        for is_asked, held in (
            (self.featurewise_center, self.mean),
            (self.featurewise_std_normalization, self.std),
        ):
            if is_asked and held is None:
                raise DataError(
                    compose(
                        "ImageDataGenerator",
                        expected="a call of fit(x) first, for featurewise_…",
                        received="none",
                    )
                )
        x = x if self.mean is None else x - self.mean
        return x if self.std is None else x / (self.std + _EPSILON)

    def flow(
        self,
        x: Any,
        y: Any = None,
        batch_size: int = 32,
        shuffle: bool = True,
        sample_weight: Any = None,
        seed: int | None = None,
        subset: str | None = None,
        **saving: Any,
    ) -> _Flow:
        """Batches of arrays: x, (x, y) or (x, y, sample_weight).

        Of ``validation_split`` the first rows are the "validation" of ``subset``.
        """
        x = _read_pictures("ImageDataGenerator.flow", x)
        rows = self._part(len(x), subset)
        further = [np.asarray(part)[rows] for part in (y, sample_weight) if part is not None]
        if any(len(part) != len(x[rows]) for part in further):
            raise DataError(
                compose("ImageDataGenerator.flow y", expected=f"{len(x)} rows", received="others")
            )
        pictures = x[rows]
        return _Flow(self, len(pictures), pictures.__getitem__, further, batch_size, shuffle, seed)

    def flow_from_directory(
        self,
        directory: Any,
        target_size: tuple[int, int] = (256, 256),
        color_mode: str = "rgb",
        classes: Sequence[str] | None = None,
        class_mode: str | None = "categorical",
        batch_size: int = 32,
        shuffle: bool = True,
        seed: int | None = None,
        subset: str | None = None,
        interpolation: str = "nearest",
        **saving: Any,
    ) -> _Flow:
        """Batches of the pictures in a folder for each class, which Pillow reads."""
        folder = Path(directory)
        names = list(classes or sorted(p.name for p in folder.iterdir() if p.is_dir()))
        files: list[Path] = []
        labels: list[int] = []
        for label, name in enumerate(names):
            found = sorted(p for p in (folder / name).rglob("*") if p.suffix.lower() in _ENDINGS)
            found = found[self._part(len(found), subset)]
            files += found
            labels += [label] * len(found)
        print(f"Found {len(files)} images belonging to {len(names)} classes.")

        def read(i: int) -> Any:
            picture = load_img(files[i], color_mode, target_size, interpolation)
            return img_to_array(picture)

        targets = _TARGETS.get(class_mode or "none")
        if targets is None:
            raise ParameterError(
                compose(
                    "flow_from_directory class_mode",
                    expected=" or ".join(map(repr, _TARGETS)),
                    received=describe(class_mode),
                )
            )
        y = targets(np.array(labels, np.int64), len(names))
        made = _Flow(self, len(files), read, y, batch_size, shuffle, seed)
        made.classes, made.class_indices = np.array(labels), {n: i for i, n in enumerate(names)}
        made.num_classes, made.filepaths = len(names), [str(file) for file in files]
        made.filenames = [str(file.relative_to(folder)) for file in files]
        channels = {"grayscale": 1, "rgba": 4}.get(color_mode, 3)
        made.image_shape = (*target_size, channels)
        return made

    def _part(self, n: int, subset: str | None) -> slice:
        if subset not in _SUBSETS:
            raise ParameterError(
                compose(
                    "ImageDataGenerator subset",
                    expected="'training' or 'validation'",
                    received=repr(subset),
                )
            )
        split = int(n * self.validation_split)
        return {None: slice(None), "training": slice(split, None)}.get(subset, slice(split))


# class_mode → the targets of labels.
_TARGETS: dict[str, Callable[[NDArray[np.int64], int], list[Any]]] = {
    "categorical": lambda labels, count: [to_categorical(labels, count)],
    "binary": lambda labels, count: [labels.astype(np.float32)],
    "sparse": lambda labels, count: [labels.astype(np.float32)],
    "none": lambda labels, count: [],
}


class _Flow(PyDataset):
    """Batches in a new order after each pass; ``next`` goes on for ever, as in Keras."""

    #: With steps_per_epoch an epoch begins where the last one ended (data.BatchStream).
    goes_round = True
    classes: Any
    class_indices: dict[str, int]
    num_classes: int
    filepaths: list[str]
    filenames: list[str]
    image_shape: tuple[int, ...]

    def __init__(
        self,
        generator: ImageDataGenerator,
        n: int,
        read: Callable[[int], Any],
        further: Sequence[Any],
        batch_size: int,
        shuffle: bool,
        seed: int | None,
    ) -> None:
        super().__init__()
        self.n = self.samples = n
        self.batch_size, self.shuffle, self.seed = batch_size, shuffle, seed
        self._generator, self._read, self._further = generator, read, further
        self._random = np.random.default_rng(next_seed() if seed is None else seed)
        self._next = 0
        self.on_epoch_end()

    def __len__(self) -> int:
        return -(-self.n // self.batch_size)

    def __getitem__(self, index: int) -> Any:
        rows = self._order[index * self.batch_size :][: self.batch_size]
        pictures = [self._generator.standardize(self._read(int(i))) for i in rows]
        x = np.stack(pictures).astype(np.float32)
        parts = [part[rows] for part in self._further]
        return (x, *parts) if parts else x

    def on_epoch_end(self) -> None:
        """Mix the rows anew."""
        order = np.arange(self.n)
        self._order = self._random.permutation(order) if self.shuffle else order

    def reset(self) -> None:
        """Let ``next`` begin with the first batch."""
        self._next = 0

    def __iter__(self) -> _Flow:
        return self

    def __next__(self) -> Any:
        if self._next >= len(self):
            self.on_epoch_end()
            self._next = 0
        self._next += 1
        return self[self._next - 1]

    next = __next__


def _read_pictures(what: str, x: Any) -> NDArray[np.float32]:
    pictures = np.asarray(x, np.float32)
    if pictures.ndim != 4:
        raise ShapeError(
            compose(
                what,
                expected="pictures of shape (n, height, width, channels)",
                received=f"shape {pictures.shape}",
                remedy="Grey pictures: x[..., None]",
            )
        )
    return pictures
