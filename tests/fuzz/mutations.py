"""Honest files with something changed: bytes, members of archives, values of configs."""

from __future__ import annotations

import copy
import io
import json
import zipfile
from typing import Any

from hypothesis import strategies as st

# Numbers that readers trip over: bounds of their types, and nothing at all.
EXTREMES = [0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 2**63 - 1, 2**64 - 1]
ODD_VALUES: list[Any] = [
    None, True, -1, 0, 2**31, 10**18, 1e308, -0.5, "", "relu", "\ud800", [], [[]], {}, [None],
    {"class_name": "Dense"}, {"class_name": "__lambda__", "config": {}}, "a" * 1000,
    {"class_name": "__numpy__", "config": {"value": [1.0]}}, ["x", 0, 0], float("nan"),
]  # fmt: skip


@st.composite
def mutated_bytes(draw: st.DrawFn, whole: bytes) -> bytes:
    """Up to four changes: bytes set, numbers set, pieces cut out, repeated or put in."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(0, len(data) - 1)))
        kind = draw(st.sampled_from(["byte", "number", "cut", "repeat", "insert", "end"]))
        if kind == "byte" and data:
            data[place] = draw(st.integers(0, 255))
        elif kind == "number":
            width = draw(st.sampled_from([1, 2, 4, 8]))
            value = draw(st.sampled_from(EXTREMES)) % 256**width
            order = draw(st.sampled_from(["little", "big"]))
            data[place : place + width] = value.to_bytes(width, order)
        elif kind == "cut":
            del data[place : place + draw(st.integers(1, 64))]
        elif kind == "repeat":
            piece = data[place : place + draw(st.integers(1, 64))]
            data[place:place] = piece
        elif kind == "insert":
            data[place:place] = draw(st.binary(min_size=1, max_size=16))
        else:
            del data[place:]
    return bytes(data)


@st.composite
def mutated_archive(draw: st.DrawFn, whole: bytes) -> bytes:
    """A sound archive with one changed member: checksums do not give it away."""
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = draw(st.sampled_from(sorted(members)))
    members[name] = draw(mutated_bytes(members[name]))
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return result.getvalue()


@st.composite
def mutated_config(draw: st.DrawFn, config: Any) -> Any:
    """The same values with one to three of them, anywhere, replaced by odd ones or left out."""
    changed = json.loads(json.dumps(config))
    for _ in range(draw(st.integers(1, 3))):
        part = changed
        while True:
            keys = sorted(part) if isinstance(part, dict) else list(range(len(part)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            inner = part[key]
            if isinstance(inner, dict | list) and inner and draw(st.integers(0, 4)):
                part = inner
                continue
            if draw(st.booleans()):
                part[key] = copy.deepcopy(draw(st.sampled_from(ODD_VALUES)))
            elif isinstance(part, dict):
                del part[key]
            else:
                part.append(copy.deepcopy(inner))
            break
    return changed
