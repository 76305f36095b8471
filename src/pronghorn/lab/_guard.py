"""Who may speak to the server: checks of every request, before anything else sees it.

The lab trains on request and reads what it is sent, and every page that the user's browser has
open can send requests to 127.0.0.1. So: a request must name this server (``Host``, against DNS
rebinding), must not come from another site (``Origin``, ``Sec-Fetch-Site``), and must carry the
cookie that the one-time link was exchanged for.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Any

from starlette.datastructures import Headers, QueryParams
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pronghorn.lab._pages import AGAIN

__all__ = ["Guard", "Keys"]

_BYTES = 32  # 256 bits
_REFUSED = 1008  # WebSocket: against the policy

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
        "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

# What a link on another site gets: the browser keeps a Strict cookie back, so the page opens
# itself once more, from here.
_AGAIN_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Opening the lab</title>'
    f'<p>Opening the lab …</p><script type="module" src="{AGAIN}"></script></html>'
)
_NO_KEY = (
    "403: this address alone does not open the lab. Use the link that `pronghorn lab` printed; "
    "each link opens it once, and the next one is printed when it was used."
)


class Keys:
    """The one-time tokens of links, and the secret they are exchanged for."""

    def __init__(self) -> None:
        self._tokens: set[str] = set()
        self._secret = secrets.token_urlsafe(_BYTES)
        self._lock = threading.Lock()

    def issue(self) -> str:
        """A token that opens the lab once."""
        token = secrets.token_urlsafe(_BYTES)
        with self._lock:
            self._tokens.add(token)
        return token

    def redeem(self, token: str) -> str | None:
        """The secret for a token that was not used yet; None for any other."""
        with self._lock:
            # Every token is compared, so that the time tells nothing.
            matches = [known for known in self._tokens if _is_same(known, token)]
            self._tokens.difference_update(matches)
        return self._secret if matches else None

    def opens(self, secret: str) -> bool:
        """Whether this is the secret."""
        return _is_same(self._secret, secret)


def _is_same(known: str, given: str) -> bool:
    return hmac.compare_digest(known.encode(), given.encode("utf-8", "surrogateescape"))


class Guard:
    """The application behind the checks; ``on_used`` is told that a link was used."""

    def __init__(
        self, app: ASGIApp, keys: Keys, hosts: Iterable[str], cookie: str, on_used: Any = None
    ) -> None:
        self._app, self._keys = app, keys
        self._hosts, self._cookie = frozenset(hosts), cookie
        self._on_used = on_used or (lambda: None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        answer = self._answer(scope)
        if answer is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await _refuse_socket(answer, scope, receive, send)
        else:
            await answer(scope, receive, _with_headers(send))

    def _answer(self, scope: Scope) -> Response | None:
        """What a request gets that goes no further; None for one that may."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if host not in self._hosts or len(headers.getlist("host")) != 1:
            return PlainTextResponse("400: this server has another name.", 400)
        is_page = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        site = headers.get("sec-fetch-site", "none")
        origins = headers.getlist("origin")
        if any(origin != f"http://{host}" for origin in origins):
            return PlainTextResponse("403: sent from another site.", 403)
        is_foreign = site not in ("same-origin", "none")
        if is_foreign and not is_page:
            return PlainTextResponse("403: sent from another site.", 403)
        if scope["type"] == "http" and scope["path"] == AGAIN:
            return None
        query = dict(QueryParams(scope.get("query_string", b"")))
        if is_page and "token" in query:
            return self._exchange(scope, query)
        if self._has_cookie(headers):
            # A foreign page may link here, but not load a script or an image.
            is_link = headers.get("sec-fetch-mode", "navigate") == "navigate"
            if is_foreign and not is_link:
                return PlainTextResponse("403: asked for by another site.", 403)
            return None
        is_link = headers.get("sec-fetch-mode") == "navigate"
        if is_page and is_foreign and is_link:
            return HTMLResponse(_AGAIN_PAGE)
        return PlainTextResponse(_NO_KEY, 403)

    def _exchange(self, scope: Scope, query: dict[str, str]) -> Response:
        secret = self._keys.redeem(query.pop("token"))
        if secret is None:
            return PlainTextResponse(_NO_KEY, 403)
        self._on_used()
        # One slash: "//elsewhere" would be another server.
        target = "/" + scope["path"].lstrip("/")
        answer = RedirectResponse(target + (f"?{QueryParams(query)}" if query else ""), 303)
        answer.set_cookie(self._cookie, secret, path="/", httponly=True, samesite="strict")
        return answer

    def _has_cookie(self, headers: Headers) -> bool:
        # Cookies know no ports: another server on this machine may have set some too.
        for line in headers.getlist("cookie"):
            try:
                found = SimpleCookie(line).get(self._cookie)
            except CookieError:
                continue
            if found is not None and self._keys.opens(found.value):
                return True
        return False


async def _refuse_socket(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    await receive()  # the request to connect
    if "websocket.http.response" in scope.get("extensions", {}):
        body = bytes(answer.body)
        start = {"status": answer.status_code, "headers": answer.raw_headers}
        await send({"type": "websocket.http.response.start", **start})
        await send({"type": "websocket.http.response.body", "body": body})
    else:
        await send({"type": "websocket.close", "code": _REFUSED})


def _with_headers(send: Send) -> Send:
    """Add the headers that every answer has."""
    added = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]

    async def send_on(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *added]}
        await send(message)

    return send_on
