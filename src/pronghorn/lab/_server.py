"""The server of the lab: pages, uploads and the WebSocket, on this machine only."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pronghorn.lab._desk import Uploads
from pronghorn.lab._protocol import LONGEST_MESSAGE, load_commands

try:
    import uvicorn
    import websockets  # noqa: F401 - uvicorn speaks WebSocket through it
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse, PlainTextResponse, Response
    from starlette.routing import Route, WebSocketRoute
    from starlette.websockets import WebSocket
except ImportError as error:
    raise ImportError(
        "pronghorn lab: expected Starlette, uvicorn and websockets, which are not installed. "
        'Run: pip install "pronghorn[lab]".'
    ) from error

from pronghorn.errors import ParameterError
from pronghorn.lab._connection import serve_viewer
from pronghorn.lab._guard import Guard, Keys
from pronghorn.lab._lessons import lessons_of
from pronghorn.lab._pages import list_pages

__all__ = ["Lab"]

_HOST = "127.0.0.1"
_USUAL_PORT = 7860
_LARGEST_UPLOAD = 20 * 1024 * 1024
_MOST_VIEWERS = 8
_SECONDS_TO_LEAVE = 2
_TRY_LATER = 1013


class Lab:
    """The lab's server: ``with Lab() as lab: lab.link()`` is an address that opens it once.

    Args:
        port: Where it listens on 127.0.0.1. 0 takes any free port; None (default) takes 7860, or
            a free one where that is taken.
        idle_minutes: The server ends when nobody has looked at it for so long. Default 60.
        lessons: A folder with lessons beside the lab's own, one TOML file each. Default None.

    Errors: OSError where the port is taken; ImportError where the extra ``lab`` is missing;
    ParameterError for a lesson that is wrong.

    >>> with Lab(port=0) as lab:
    ...     lab.link("/race").startswith(f"http://127.0.0.1:{lab.port}/race?token=")
    True
    """

    def __init__(
        self,
        port: int | None = None,
        idle_minutes: float = 60.0,
        lessons: str | os.PathLike[str] | None = None,
    ) -> None:
        if port is not None and not 0 <= port <= 65535:
            raise ParameterError(f"Lab port: expected a number from 0 to 65535, received {port}.")
        if not idle_minutes > 0:
            raise ParameterError(
                f"Lab idle_minutes: expected a number above 0, received {idle_minutes}."
            )
        load_commands()
        self._lessons = None if lessons is None else Path(lessons)
        lessons_of(self._lessons)
        self._socket = _bind(port)
        self.port: int = self._socket.getsockname()[1]
        self._idle_seconds = 60.0 * idle_minutes
        self._keys = Keys()
        self._uploads = Uploads()
        self._executor = ThreadPoolExecutor(2 * _MOST_VIEWERS, "lab")
        self._viewers = 0
        self._left_at = time.monotonic()
        self._on_used: Any = lambda: None
        self._thread: threading.Thread | None = None
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._build(),
                log_level="critical",
                # To find out by itself it would ask standard output, which may be closed.
                use_colors=False,
                lifespan="off",
                ws="websockets-sansio",
                ws_max_size=LONGEST_MESSAGE,
                ws_per_message_deflate=False,
                timeout_graceful_shutdown=_SECONDS_TO_LEAVE,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=256,
            )
        )

    def link(self, path: str = "/") -> str:
        """An address that opens a page of the lab, once: it carries a token."""
        return f"http://{_HOST}:{self.port}{path}?token={self._keys.issue()}"

    def serve(self, on_used: Any = None) -> None:
        """Answer until Ctrl-C, or until nobody looked for a long time.

        ``on_used()`` is called when a link was used up.
        """
        self._on_used = on_used or self._on_used
        try:
            asyncio.run(self._serve())
        finally:
            # Only now every viewer's task has ended and handed its desk in to be closed: a thread
            # that still trains when the interpreter goes would take it down.
            self._executor.shutdown()

    async def _serve(self) -> None:
        watch = asyncio.create_task(self._end_when_idle())
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            watch.cancel()
            self._socket.close()

    async def _end_when_idle(self) -> None:
        while self._viewers or time.monotonic() - self._left_at < self._idle_seconds:
            await asyncio.sleep(min(1.0, self._idle_seconds))
        self._server.should_exit = True

    def start(self) -> Self:
        """Serve in a thread of its own until ``stop``."""
        self._thread = threading.Thread(target=self.serve, name="lab-server", daemon=True)
        self._thread.start()
        while self._thread.is_alive() and not self._server.started:
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """End the thread of ``start``."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # What is served.

    def _build(self) -> Guard:
        pages = list_pages()

        def give_page(request: Request) -> Response:
            page = pages.get(request.url.path)
            if page is None:
                return PlainTextResponse("404: no such page.", 404)
            return Response(page.read(), media_type=page.media_type)

        app = Starlette(
            routes=[
                Route("/upload", self._upload, methods=["POST"]),
                WebSocketRoute("/ws", self._talk),
                Route("/{path:path}", give_page, methods=["GET"]),
            ]
        )
        hosts = [f"{name}:{self.port}" for name in (_HOST, "localhost", "[::1]")]
        return Guard(app, self._keys, hosts, f"pronghorn-lab-{self.port}", lambda: self._on_used())

    async def _upload(self, request: Request) -> Response:
        """Keep a file of at most 20 MB; the answer names it for the command ``upload``."""
        content = bytearray()
        announced = request.headers.get("content-length", "0")
        if announced.isascii() and announced.isdigit() and int(announced) > _LARGEST_UPLOAD:
            return _too_large()
        async for part in request.stream():
            content += part
            if len(content) > _LARGEST_UPLOAD:
                return _too_large()
        name = secrets.token_hex(8)
        self._uploads.keep(name, bytes(content))
        return JSONResponse({"upload": name, "bytes": len(content)})

    async def _talk(self, connection: WebSocket) -> None:
        if self._viewers >= _MOST_VIEWERS:
            await connection.accept()
            await connection.close(_TRY_LATER, "too many viewers")
            return
        with self._counted():
            await serve_viewer(connection, self._uploads, self._executor, self._lessons)

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        self._viewers += 1
        try:
            yield
        finally:
            self._viewers -= 1
            self._left_at = time.monotonic()


def _too_large() -> Response:
    text = f"413: expected at most {_LARGEST_UPLOAD >> 20} MB."
    return PlainTextResponse(text, 413, headers={"Connection": "close"})


def _bind(port: int | None) -> socket.socket:
    """A socket on 127.0.0.1 that listens; where no port was asked for, the usual or any."""
    wanted = (_USUAL_PORT, 0) if port is None else (port,)
    for number in wanted:
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((_HOST, number))
            # From now on connections wait: the browser may ask before the loop runs.
            made.listen(64)
        except OSError as error:
            made.close()
            if number == wanted[-1]:
                raise OSError(
                    f"lab port {number}: expected a free port on {_HOST}, received: {error}. "
                    "Choose another with --port, or leave it out."
                ) from error
        else:
            return made
    raise AssertionError("the last port either is bound or raises")
