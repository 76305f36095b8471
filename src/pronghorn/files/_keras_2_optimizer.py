"""The state of optimizers of Keras 2 and tf.keras, in the order of Keras 3.

tf.keras up to 2.10 wrote all first moments, then all second ones (``Adam/dense/kernel/m:0``);
later ones both of each weight (``Adam/m/dense/kernel:0``); Keras 2 wrote blocks without names
(``training/Adam/Variable_3:0``).
"""

from __future__ import annotations

from collections.abc import Sequence

from pronghorn.files._content import Array

__all__ = ["arrange_slots"]

_COUNTS = ("iter", "iteration", "iterations")
# Their word for a slot → ours; of several, the one that the optimizer has.
_WORDS = {
    "m": ("momentum",),
    "v": ("velocity", "norm"),
    "u": ("norm",),
    "vhat": ("velocity_hat",),
    "v_hat": ("velocity_hat",),
    "rms": ("velocity",),
    "mg": ("average_gradient",),
    "accum_grad": ("accumulated_grad",),
    "accum_var": ("accumulated_delta_var",),
}


def arrange_slots(
    given: Sequence[tuple[str, Array]],
    wanted: Sequence[tuple[str, Array]],
    slots: Sequence[str],
) -> list[Array] | None:
    """The given arrays in the order of the wanted ones; None where they do not match.

    ``wanted``: name and present value of what the optimizer keeps; ``slots``: its words for what
    it keeps of each weight. Numbers that were not given keep their value.

    >>> import numpy as np
    >>> zero = np.zeros(1)
    >>> wanted = [("iteration", np.array(0)), ("w_momentum", zero), ("b_momentum", zero)]
    >>> given = [("SGD/iter:0", np.array(3)), ("SGD/w/momentum:0", zero + 1),
    ...          ("SGD/b/momentum:0", zero + 2)]
    >>> [a.tolist() for a in arrange_slots(given, wanted, ["momentum"])]
    [3, [1.0], [2.0]]
    """
    found: dict[str, list[Array]] = {}
    nameless: list[Array] = []
    for name, array in given:
        meaning = _read_name(name, slots)
        if meaning is None:
            nameless.append(array)
        else:
            found.setdefault(meaning, []).append(array)
    kept = [_find_slot(name, slots) for name, _ in wanted]
    if nameless and slots:
        count = kept.count(slots[0])
        for i, slot in enumerate(slots):
            found.setdefault(slot, nameless[i * count : (i + 1) * count])
    result: list[Array] = []
    for (name, now), kept_slot in zip(wanted, kept, strict=True):
        held = found.get(kept_slot or name.rsplit("/", 1)[-1])
        if not held:
            if kept_slot is not None:
                return None
            result.append(now)
        elif held[0].shape != now.shape:
            return None
        else:
            result.append(held.pop(0))
    return result


def _read_name(name: str, slots: Sequence[str]) -> str | None:
    parts = name.split(":")[0].split("/")
    if parts[-1] in _COUNTS:
        return "iteration"
    if parts[-1] in ("learning_rate", "current_learning_rate"):
        return "learning_rate"
    for part in (parts[-1], *parts[1:2]):
        for word in _WORDS.get(part, (part,)):
            if word in slots:
                return word
    return None


def _find_slot(name: str, slots: Sequence[str]) -> str | None:
    fitting = [slot for slot in slots if name.endswith(f"_{slot}")]
    return max(fitting, key=len, default=None)
