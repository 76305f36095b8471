"""A run: what is served, what was fitted, and what is said about it at the end."""

from __future__ import annotations

import atexit
import json
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from importlib import import_module
from types import FrameType, ModuleType
from typing import Any, BinaryIO

from pronghorn.errors import EngineError, ParameterError, compose
from pronghorn.runner import _environment, _names
from pronghorn.runner._frames import show_without_runner, tell_place
from pronghorn.runner._handover import find_made, served_roots, take_over
from pronghorn.runner._options import Options
from pronghorn.runner._originals import count_fits, is_installed, other_backend
from pronghorn.runner._outside import OutsideError, OutsideModuleError, explain
from pronghorn.runner._run import Run, make_folder, read_run, remove_folder, write_run
from pronghorn.runner._scan import Source, Use, find_uses, local_sources, roots_of
from pronghorn.runner._served import Finder, ServedModule, drop_served
from pronghorn.runner._sklearn import replace_estimators
from pronghorn.runner._sources import sources_of
from pronghorn.runner._tally import Tally, Trained, leave

__all__ = ["Session", "begin", "complain", "current", "end", "require_unimported"]


def say(text: str) -> None:
    """One line of our own on standard error."""
    complain(f"pronghorn: {text}")


def complain(text: str) -> None:
    """Write to standard error; nowhere where it is closed, as print() would take the output."""
    if sys.stderr is not None:
        print(text, file=sys.stderr, flush=True)


class Session:
    """What the runner does in one process, from ``begin`` to ``end``.

    The process that begins the run makes a folder, and names it in the environment; those that it
    starts, in whatever way, find it there and leave a line for each of their fits in it.
    """

    def __init__(
        self,
        options: Options,
        *,
        always_tells: bool = False,
        program: Iterable[str] | None = None,
    ) -> None:
        self.tally = Tally()
        self.handed_over: Use | None = None
        self.refused: Use | None = None
        self._samples: list[Any] = []
        self._undo: list[Callable[[], None]] = []
        # scikit-learn's estimators, while the import of the drop-ins that asked for them runs.
        self._waiting: ModuleType | None = None
        self._process = os.getpid()
        self._is_command = always_tells
        # From there on fits are the runner's own, of samples.
        self._is_over = False
        folder = _environment.run_folder()
        run = None if always_tells else read_run(folder)
        if run is None or folder is None:
            folder = make_folder()
            words = tuple(sys.argv if program is None else program)
            run = Run(options, words, self._process, always_tells)
        self.folder, self._run, self.options = folder, run, run.options
        self.always_tells = run.always_tells
        # A process that goes on as another program (os.exec) is still the one that began.
        self.is_child = run.process != self._process
        # The program may go to another folder.
        report = self.options.report
        self._report = None if report is None else os.path.abspath(report)
        self._before = _environment.open_run(self.folder)
        hooks: dict[str, Callable[[ModuleType], None]] = {
            "sklearn.neural_network": self._replace_estimators,
            "pronghorn.sklearn": self._replace_waiting,
            "pronghorn.training": self._watch,
            **dict.fromkeys(_names.ROOTS, self._count_originals),
        }
        self.finder = Finder(hooks, self._decide, self._switch)
        self.finder.is_serving = run.served

    def install(self) -> None:
        """Serve from here on; what was imported already changes hands too, where it can."""
        sys.meta_path.insert(0, self.finder)
        for name in ("sklearn.neural_network", "pronghorn.training"):
            if name in sys.modules:
                self.finder.hooks[name](sys.modules[name])
        if not self.is_child:
            write_run(self.folder, self._run)
            atexit.register(self.finish)
        if not self._is_command:  # else the command itself shows what the program raises
            self._undo.append(show_without_runner())

    def uninstall(self) -> None:
        """Undo ``install``; objects that were made keep working."""
        if self.finder in sys.meta_path:
            sys.meta_path.remove(self.finder)
        drop_served()
        for undo in reversed(self._undo):
            undo()
        self._undo.clear()
        _environment.close_run(self._before)

    # scikit-learn.

    def _replace_estimators(self, module: ModuleType) -> None:
        drop_ins = sys.modules.get("pronghorn.sklearn")
        if drop_ins is not None and not hasattr(drop_ins, "MLPRegressor"):
            self._waiting = module
        else:
            self._undo.append(replace_estimators(module))

    def _replace_waiting(self, _: ModuleType) -> None:
        if self._waiting is not None:
            self._undo.append(replace_estimators(self._waiting))
            self._waiting = None

    # What to serve.

    def decide(self, sources: Iterable[Source]) -> None:
        """Serve the program, or leave all of it to the original libraries.

        All or nothing: objects of two libraries do not go together. Raises OutsideModuleError,
        before anything of the program has run, where it needs what is not installed.
        """
        files = list(sources)
        use = next(find_uses(files, _names.missing_part), None)
        self.finder.is_serving = use is None
        if use is None:
            return
        self.refused = use
        absent = [name for name in sorted(roots_of(files)) if not is_installed(name)]
        if absent:
            self.finder.is_serving = None
            install = _names.install_for(absent[0])
            instead = _names.instead_of(use.dotted)
            text = explain(use.dotted, install, use.place, instead)
            backend = other_backend() if absent == ["keras"] else None
            if backend is not None:
                text += f" Or set KERAS_BACKEND={backend}: Keras is installed, and so is {backend}."
            raise OutsideModuleError(text, name=absent[0])
        where = f"{use.dotted} ({use.place})"
        if self.options.is_strict:
            self.finder.is_serving = None
            text = f"{where} is not served: Pronghorn makes dense nets only, and --strict is set."
            raise OutsideModuleError(text, name=use.dotted)
        self.handed_over, self.refused = use, None
        root = use.dotted.partition(".")[0]
        say(f"{where} is not served: the whole program runs on the installed {root}")
        self._tell_handed_over()

    def _decide(self, frame: FrameType | None) -> bool:
        """What the finder asks where no program was read before: the importing file is."""
        self.decide(found for first in sources_of(frame) for found in local_sources(first))
        return bool(self.finder.is_serving)

    def _switch(self, full: str, frame: FrameType | None) -> bool:
        """Whether the originals take over in the middle of the program, for this name.

        They do where they are installed and nothing was made here yet; raises OutsideError where
        something was, as it would not go together with what they make.
        """
        if self.finder.is_serving is False:
            return True
        if self.options.is_strict or not all(map(is_installed, served_roots())):
            return False
        place = tell_place(frame)
        made = find_made()
        if made is not None:
            root = full.partition(".")[0]
            raise OutsideError(
                f"{full} ({place}) is not served, and the program has made {made} with Pronghorn "
                f"before, which {root} cannot use. Begin anew without Pronghorn: plain python, or "
                "in a notebook a new kernel.",
                full,
                _names.install_for(full),
            )
        line = 0 if frame is None else frame.f_lineno
        self.handed_over = Use(full, line, "" if frame is None else frame.f_code.co_filename)
        say(f"{full} ({place}) is not served: the original libraries take over from here on")
        self.finder.is_serving = False
        take_over(self.finder)
        self._tell_handed_over()
        return True

    def _tell_handed_over(self) -> None:
        """Let the other processes of the run know that nothing is served any more."""
        self._run = replace(self._run, served=False)
        write_run(self.folder, self._run)

    # What was fitted.

    def _watch(self, module: ModuleType) -> None:
        if self.options.engine is not None:
            import_module("pronghorn.config").set_engine(self.options.engine)
        self._undo.append(module.watch_fits(self._note))

    def _note(self, fit: Any) -> None:
        if self._is_over:
            return
        kind = type(fit.subject).__name__
        self._add(Trained(kind, fit.engine, fit.reason, fit.seconds))
        if self.options.verifies and not self._samples and not self.is_child:
            from pronghorn.runner._verify import Sample

            self._samples.append(Sample.of(fit))

    def _count_originals(self, module: ModuleType) -> None:
        def note(kind: str, seconds: float) -> None:
            use = self.handed_over
            why = use.dotted if use is not None else f"{module.__name__} itself"
            self._add(Trained(kind, None, why, seconds))

        self._undo.append(count_fits(module, note))

    def _add(self, fit: Trained) -> None:
        # A process that was forked has this session, but is not the one that will tell.
        is_own = os.getpid() == self._process and not self.is_child
        if is_own:
            self.tally.add(fit)
        else:
            leave(self.folder, fit)
        if self.options.verbose > 1:
            where = fit.engine or f"fell back: {fit.reason}"
            say(f"{fit.model}: {where}, {fit.seconds:.2f} s")
        if self.options.is_strict and fit.engine is None:
            raise EngineError(f"--strict: {fit.why} did not run on Pronghorn's engine.")

    # The end.

    def finish(self, tells: bool = True) -> list[str]:
        """Tell what ran where, and write the report: once, in the process that began the run.

        Returns what it told; with ``tells`` False nothing is printed.
        """
        if self.is_child or os.getpid() != self._process or not os.path.isdir(self.folder):
            return []
        self._is_over = True
        self.tally.merge(self.folder)
        remove_folder(self.folder)
        lines = []
        if self.always_tells or self.tally.total or self.handed_over is not None:
            lines.append(self.tally.tell())
        if self.options.verbose:
            lines += [f"  {line}" for line in self.tally.details()]
        verified = [sample.compare() for sample in self._samples]
        lines += [f"  {line}" for comparison in verified for line in comparison.lines()]
        if tells:
            for line in lines:
                say(line)
        if self._report is not None:
            self._write_report(self._report, [comparison.as_json() for comparison in verified])
        return lines

    def _write_report(self, path: str, verified: list[dict[str, Any]]) -> None:
        from pathlib import Path

        from pronghorn import __version__
        from pronghorn.errors import PronghornError
        from pronghorn.files import write_whole

        content = {
            "pronghorn": __version__,
            "program": self._run.program,
            "handed_over": None if self.handed_over is None else asdict(self.handed_over),
            "refused": None if self.refused is None else asdict(self.refused),
            **self.tally.as_json(),
            "verified": verified,
        }
        text = json.dumps(content, indent=2) + "\n"

        def write(file: BinaryIO) -> None:
            file.write(text.encode())

        try:
            write_whole(Path(path), write)
        except PronghornError as error:
            say(f"no report: {error}")


_current: list[Session] = []


def current() -> Session | None:
    """The session of this process, or None."""
    return _current[-1] if _current else None


def begin(
    options: Options | None = None,
    *,
    always_tells: bool = False,
    program: Iterable[str] | None = None,
) -> Session:
    """Begin a run in this process, in place of one that the environment began.

    ``program``: what the report names, its words on the command line; default ``sys.argv``.
    """
    end()
    session = Session(options or Options(), always_tells=always_tells, program=program)
    session.install()
    _current.append(session)
    return session


def end() -> None:
    """End the run of this process, if there is one."""
    while _current:
        session = _current.pop()
        session.uninstall()


def require_unimported() -> None:
    """Raise ParameterError where an original library is in use already."""
    for name in _names.ROOTS:
        module = sys.modules.get(name)
        if module is not None and not isinstance(module, ServedModule):
            raise ParameterError(
                compose(
                    "pronghorn.install",
                    expected=f"a process that has not imported {name}",
                    received=f"{name} from {getattr(module, '__file__', None)}",
                    remedy="Call it before that import, or restart the notebook's kernel",
                )
            )
