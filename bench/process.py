"""The parent's side of a worker process: start it, ask it, see it end."""

import json
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from bench.environments import interpreter_of
from bench.peers import load_peer
from bench.workloads import Workload

ROOT = Path(__file__).resolve().parents[1]


class WorkerFailed(Exception):
    """A worker ended or answered nonsense; the message holds the end of what it printed."""


def missing(peer: str) -> dict[str, Any] | None:
    """What the table says of a peer whose environment has not been made, or `None`."""
    about = load_peer(peer)
    if interpreter_of(about.ENVIRONMENT) is not None:
        return None
    reason = "not installed (make bench-peers)"
    return {"title": about.TITLE, "holds": about.HOLDS, "absent": reason}


def failed(peer: str, error: WorkerFailed) -> dict[str, Any]:
    """What the table says of a peer that broke down, which is no reason to lose the others."""
    about = load_peer(peer)
    reason = str(error).strip().rpartition("\n")[2]
    return {"title": about.TITLE, "holds": about.HOLDS, "absent": f"failed ({reason})"}


def python_of(peer: str) -> str:
    """The interpreter of a peer's environment."""
    found = interpreter_of(load_peer(peer).ENVIRONMENT)
    if found is None:
        raise WorkerFailed(f"{peer}: expected its environment; make bench-peers makes it")
    return found


class WorkerProcess:
    """A peer in its own process; asleep unless an answer is being waited for."""

    def __init__(self, peer: str, folder: Path) -> None:
        self.peer = peer
        self.errors = (folder / f"{peer}.log").open("w+")
        self.process = subprocess.Popen(
            [python_of(peer), "-m", "bench.worker", peer, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )

    def ask(self, do: str, **fields: Any) -> dict[str, Any]:
        # A worker that has died takes no command; the missing answer tells the story below.
        try:
            print(json.dumps({"do": do, **fields}), file=self._pipe(self.process.stdin), flush=True)
            line = self._pipe(self.process.stdout).readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.process.wait()
            self.errors.seek(0)
            tail = "".join(self.errors.readlines()[-15:])
            raise WorkerFailed(f"{self.peer} ended with {self.process.returncode}:\n{tail}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def start(self, workload: Workload, seed: int, rows: int | None = None) -> dict[str, Any]:
        return self.ask("start", workload=workload.to_dict(), seed=seed, rows=rows)

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self.process.kill()
        self.process.communicate()
        self.errors.close()


def run_whole(peer: str, folder: Path, workload: Workload, epochs: int) -> dict[str, Any]:
    """One script's life: start Python, import, read, train, test, end."""
    absent = missing(peer)
    if absent is not None:
        return absent
    begin = time.perf_counter()
    with WorkerProcess(peer, folder) as worker:
        about = worker.start(workload, seed=1)
        if "absent" in about:
            return about
        for _ in range(epochs):
            worker.ask("epoch")
        result = worker.ask("finish")
    return {**about, **result, "epochs": epochs, "wall_seconds": time.perf_counter() - begin}
