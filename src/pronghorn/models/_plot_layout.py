"""Where the boxes of a directed graph go: in ranks, with few crossings, close to their neighbours.

The shape of the method is that of Sugiyama, Tagawa and Toda, "Methods for visual understanding of
hierarchical system structures", 1981: ranks by longest paths; long edges pass the ranks between by
points of their own; within a rank boxes are sorted by the mean place of their neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

__all__ = ["Layout", "arrange"]

_RANK_GAP, _BOX_GAP = 36.0, 24.0
_SWEEPS = 8

Edge = tuple[int, int]


@dataclass
class _Spot:
    """A box, or the point at which a long edge passes a rank (``box`` None)."""

    box: int | None
    breadth: float
    rank: int
    above: list[_Spot] = field(default_factory=list)
    below: list[_Spot] = field(default_factory=list)
    place: float = 0.0


@dataclass
class Layout:
    """Middles of the boxes, and the points of each edge; ``across`` and ``along`` the ranks."""

    across: float
    along: float
    boxes: list[tuple[float, float]]
    edges: list[list[tuple[float, float]]]


def arrange(sizes: Sequence[tuple[float, float]], edges: Sequence[Edge]) -> Layout:
    """Place boxes of these (breadth, depth), their ranks one behind the other.

    Depth is measured in the direction of the edges, breadth across it.
    """
    ranks = _find_ranks(len(sizes), edges)
    spots = [_Spot(i, sizes[i][0], rank) for i, rank in enumerate(ranks)]
    rows: list[list[_Spot]] = [[] for _ in range(max(ranks, default=0) + 1)]
    for spot in spots:
        rows[spot.rank].append(spot)
    chains = [_connect(spots[a], spots[b], rows) for a, b in edges]
    for sweep in range(_SWEEPS):
        _sort(rows, downwards=sweep % 2 == 0)
    _place(rows)
    depths = [max((sizes[s.box][1] for s in row if s.box is not None), default=0.0) for row in rows]
    starts = [sum(depths[:i]) + i * _RANK_GAP for i in range(len(rows))]
    left = min((s.place - s.breadth / 2 for row in rows for s in row), default=0.0)
    right = max((s.place + s.breadth / 2 for row in rows for s in row), default=0.0)

    def middle(spot: _Spot) -> tuple[float, float]:
        return spot.place - left, starts[spot.rank] + depths[spot.rank] / 2

    paths = []
    for chain in chains:
        first, last = chain[0], chain[-1]
        path = [(middle(first)[0], middle(first)[1] + _depth(first, sizes) / 2)]
        for spot in chain[1:-1]:
            # Straight past the boxes of the rank.
            x, _ = middle(spot)
            path += [(x, starts[spot.rank]), (x, starts[spot.rank] + depths[spot.rank])]
        path.append((middle(last)[0], middle(last)[1] - _depth(last, sizes) / 2))
        paths.append(path)
    along = starts[-1] + depths[-1] if rows else 0.0
    return Layout(right - left, along, [middle(spot) for spot in spots], paths)


def _depth(spot: _Spot, sizes: Sequence[tuple[float, float]]) -> float:
    return 0.0 if spot.box is None else sizes[spot.box][1]


def _find_ranks(count: int, edges: Sequence[Edge]) -> list[int]:
    """The longest way to each box; what begins a way stands right before what it leads to."""
    ranks = [0] * count
    for _ in range(count):
        changed = False
        for a, b in edges:
            if ranks[b] < ranks[a] + 1:
                ranks[b], changed = ranks[a] + 1, True
        if not changed:
            break
    ends = {b for _, b in edges}
    for i in range(count):
        follow = [ranks[b] for a, b in edges if a == i]
        if i not in ends and follow:
            ranks[i] = min(follow) - 1
    return ranks


def _connect(first: _Spot, last: _Spot, rows: list[list[_Spot]]) -> list[_Spot]:
    chain = [first]
    for rank in range(first.rank + 1, last.rank):
        chain.append(_Spot(None, 1.0, rank))
        rows[rank].append(chain[-1])
    chain.append(last)
    for above, below in pairwise(chain):
        above.below.append(below)
        below.above.append(above)
    return chain


def _sort(rows: list[list[_Spot]], *, downwards: bool) -> None:
    """Sort each rank by the mean position of the neighbours in the rank before it."""
    for row in rows if downwards else reversed(rows):
        position = {id(spot): i for other in rows for i, spot in enumerate(other)}

        def mean(spot: _Spot, position: dict[int, int] = position) -> float:
            near = spot.above if downwards else spot.below
            near = near or [spot]
            return sum(position[id(other)] for other in near) / len(near)

        row.sort(key=mean)


def _place(rows: list[list[_Spot]]) -> None:
    """Draw spots towards their neighbours, as far as those beside them allow."""
    for row in rows:
        _spread(row, [0.0] * len(row))
    for sweep in range(3 * _SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wanted = []
            for spot in row:
                near = (spot.above if sweep % 2 == 0 else spot.below) or [spot]
                wanted.append(sum(other.place for other in near) / len(near))
            _spread(row, wanted)


def _spread(row: list[_Spot], wanted: Sequence[float]) -> None:
    """Place the spots of a rank near where they are wanted, without overlap: the mean of the
    places found from the left and from the right."""
    gaps = [(a.breadth + b.breadth) / 2 + _BOX_GAP for a, b in pairwise(row)]
    from_left, from_right = list(wanted), list(wanted)
    for i, gap in enumerate(gaps):
        from_left[i + 1] = max(from_left[i + 1], from_left[i] + gap)
    for i in reversed(range(len(gaps))):
        from_right[i] = min(from_right[i], from_right[i + 1] - gaps[i])
    for spot, a, b in zip(row, from_left, from_right, strict=True):
        spot.place = (a + b) / 2
