"""One viewer's WebSocket: its messages in, its desk's messages out, side by side."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from pronghorn.errors import ParameterError, PronghornError
from pronghorn.lab._desk import Desk, Uploads
from pronghorn.lab._protocol import Message, command, read_message, write_failure, write_reply
from pronghorn.lab._schema import Maybe, Whole

__all__ = ["serve_viewer"]

# Messages of one viewer that were refused before any command ran; then it is sent away.
_MOST_MALFORMED = 1000
_POLICY = 1008
# How long a frame may be under way before the next is sent all the same.
_TICK = 1.0


@command("ack", step=Maybe(Whole(0, 2**53)))
def acknowledge(desk: Desk, step: int | None) -> None:
    """The page has drawn its frame. The one command without a reply."""
    desk.ack()


async def serve_viewer(
    socket: WebSocket, uploads: Uploads, executor: Executor, lessons: Path | None = None
) -> None:
    """Talk until one side leaves; the viewer's threads end with it."""
    await socket.accept()
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(ready.set)

    desk = Desk(wake, uploads, lessons)
    sending = asyncio.Lock()
    sender = asyncio.create_task(_send_all(socket, desk, ready, sending))
    try:
        await _receive_all(socket, desk, sending, executor)
    except WebSocketDisconnect:
        pass
    finally:
        sender.cancel()
        with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
            await sender
        await loop.run_in_executor(executor, desk.close)


async def _send_all(
    socket: WebSocket, desk: Desk, ready: asyncio.Event, sending: asyncio.Lock
) -> None:
    while True:
        ready.clear()
        while (message := desk.take()) is not None:
            async with sending:
                if isinstance(message, bytes):
                    await socket.send_bytes(message)
                else:
                    await socket.send_text(message)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ready.wait(), _TICK)


async def _receive_all(
    socket: WebSocket, desk: Desk, sending: asyncio.Lock, executor: Executor
) -> None:
    malformed = 0
    loop = asyncio.get_running_loop()
    while True:
        received = await socket.receive()
        if received["type"] == "websocket.disconnect":
            return
        try:
            message = read_message(_read_text(received))
        except ParameterError as error:
            malformed += 1
            reply = write_failure(getattr(error, "id", -1), str(error))
        else:
            if message.command.handler is acknowledge:
                desk.ack()
                continue
            # Handlers may wait for a thread or predict a map: never in the event loop.
            reply = await loop.run_in_executor(executor, _carry_out, message, desk)
        async with sending:
            await socket.send_text(reply)
        if malformed >= _MOST_MALFORMED:
            await socket.close(_POLICY, "too many malformed messages")
            return


def _read_text(received: Mapping[str, Any]) -> str:
    text = received.get("text")
    if text is None:
        raise ParameterError("message: expected text, received bytes.")
    return str(text)


def _carry_out(message: Message, desk: Desk) -> str:
    try:
        return write_reply(message.id, message.run(desk))
    except (PronghornError, ImportError, OSError) as error:
        return write_failure(message.id, str(error))
    except Exception as error:
        # A defect of ours must not take the viewer's experiment with it.
        text = f"{message.command.name}: the lab failed: {type(error).__name__}: {error}"
        return write_failure(message.id, text)
