"""A process's way to its first training step: `python -m bench.first_step PEER`.

Prints seconds of the import, and the moment of the step's end on the clock that all processes
share: `python -m bench.latency` subtracts the moment at which it started this process.
"""

import importlib
import sys
import time
from typing import Any


def draw_batch() -> tuple[Any, Any]:
    import numpy as np

    rng = np.random.default_rng(0)
    return rng.random((32, 784), np.float32), rng.integers(0, 10, 32)


def main(peer_name: str, module: str) -> None:
    begin = time.monotonic()
    if module == "keras":  # its backend is chosen before it is imported
        from bench.peers import load_peer

        begin = time.monotonic()
        load_peer(peer_name).import_keras()  # type: ignore[attr-defined]
    else:
        importlib.import_module(module)
    imported = time.monotonic() - begin
    from bench.peers import Caller, TrainingNet, load_peer

    peer = load_peer(peer_name)
    assert isinstance(peer, Caller)
    net = peer.make_net()
    if not isinstance(net, TrainingNet):
        print(imported)
        return
    net.train_on_batch(*draw_batch())
    print(imported, time.monotonic())


if __name__ == "__main__":
    main(*sys.argv[1:])
