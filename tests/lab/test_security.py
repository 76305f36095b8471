"""Who is let in: every request that is not the viewer's own is refused, and the server goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason='needs pip install "pronghorn[lab]"')
websockets = pytest.importorskip("websockets.sync.client")

from websockets.exceptions import ConnectionClosed, InvalidStatus  # noqa: E402

from pronghorn.lab import Lab  # noqa: E402


class Client:
    """Requests to a lab, with the headers named."""

    def __init__(self, lab: Any) -> None:
        self.lab = lab
        self.host = f"127.0.0.1:{lab.port}"
        path = lab.link().split(self.host, 1)[1]
        status, headers, _ = self.request(path, cookie=None)
        assert status == 303
        self.set_cookie = headers["set-cookie"]
        self.location = headers["location"]
        self.cookie = self.set_cookie.split(";")[0]

    def request(
        self,
        path: str,
        method: str = "GET",
        body: Any = None,
        cookie: str | None = "",
        host: str | None = None,
        **headers: str,
    ) -> tuple[int, dict[str, str], bytes]:
        connection = HTTPConnection("127.0.0.1", self.lab.port, timeout=300)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if cookie is not None:
            given["Cookie"] = cookie or self.cookie
        given["Host"] = host or self.host
        try:
            connection.request(method, path, body=body, headers=given)
            answer = connection.getresponse()
            lowered = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, lowered, answer.read()
        finally:
            connection.close()

    def socket(self, origin: str | None = None, cookie: str | None = "", **headers: str) -> Any:
        given = dict(headers)
        if cookie is not None:
            given["Cookie"] = cookie or self.cookie
        given["Origin"] = origin or f"http://{self.host}"
        return websockets.connect(f"ws://{self.host}/ws", additional_headers=given)


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Lab(port=0) as lab:
        yield Client(lab)


@pytest.fixture(autouse=True)
def nothing_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever is asked of the server, no file appears where it runs."""
    monkeypatch.chdir(tmp_path)
    yield
    assert list(tmp_path.iterdir()) == []


def test_link_becomes_a_cookie_and_leaves_the_address(client: Client) -> None:
    assert client.location == "/"
    assert client.set_cookie.startswith(f"pronghorn-lab-{client.lab.port}=")
    lowered = client.set_cookie.lower()
    assert "httponly" in lowered
    assert "samesite=strict" in lowered
    assert len(client.cookie.split("=", 1)[1]) >= 43  # 256 bits in base64


def test_link_works_once(client: Client) -> None:
    path = client.lab.link("/race").split(client.host, 1)[1]
    assert client.request(path, cookie=None)[:2][0] == 303
    assert client.request(path, cookie=None)[0] == 403


def test_link_keeps_the_rest_of_the_address(client: Client) -> None:
    path = client.lab.link("/race").split(client.host, 1)[1]
    assert client.request(f"{path}&lesson=3", cookie=None)[1]["location"] == "/race?lesson=3"


def test_link_never_leads_to_another_server(client: Client) -> None:
    token = client.lab.link().split("?", 1)[1]
    location = client.request(f"//evil.example/?{token}", cookie=None)[1]["location"]
    assert location == "/evil.example/"


REFUSED = {
    "no token": ("/", {"cookie": None}, 403),
    "another token": ("/?token=abc", {"cookie": None}, 403),
    "wrong cookie": ("/", {"cookie": "pronghorn-lab-1=abc"}, 403),
    "broken cookie": ("/", {"cookie": "\x7f;;==,"}, 403),
    "other host": ("/", {"host": "evil.example"}, 400),
    "other host with the port": ("/", {"host": "evil.example:{port}"}, 400),
    "own host without the port": ("/", {"host": "127.0.0.1"}, 400),
    "other origin": ("/", {"Origin": "http://evil.example"}, 403),
    "origin null": ("/", {"Origin": "null"}, 403),
    "origin with https": ("/", {"Origin": "https://127.0.0.1:{port}"}, 403),
    "script of another site": (
        "/js/connection.mjs",
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"},
        403,
    ),
    "post from another site": (
        "/upload",
        {"method": "POST", "body": b"a", "Sec_Fetch_Site": "cross-site"},
        403,
    ),
    "post from another origin": (
        "/upload",
        {"method": "POST", "body": b"a", "Origin": "http://evil.example"},
        403,
    ),
    "post from another port": (
        "/upload",
        {"method": "POST", "body": b"a", "Sec_Fetch_Site": "same-site"},
        403,
    ),
    "post without a cookie": ("/upload", {"method": "POST", "body": b"a", "cookie": None}, 403),
    "put": ("/", {"method": "PUT", "body": b"a"}, 405),
    "a file of the machine": ("/../../../etc/passwd", {}, 404),
    "a file of the machine, encoded": ("/..%2f..%2f..%2fetc%2fpasswd", {}, 404),
    "a file of the package": ("/../_server.py", {}, 404),
    "no such page": ("/nothing", {}, 404),
}


@pytest.mark.parametrize(("path", "how", "status"), REFUSED.values(), ids=list(REFUSED))
def test_request_is_refused(client: Client, path: str, how: dict[str, Any], status: int) -> None:
    filled = {
        name: value.replace("{port}", str(client.lab.port)) if isinstance(value, str) else value
        for name, value in how.items()
    }
    assert client.request(path, **filled)[0] == status
    assert client.request("/js/again.mjs")[0] == 200  # alive


@pytest.mark.parametrize(
    "how",
    [
        {"cookie": None},
        {"origin": "http://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"cookie": "pronghorn-lab-1=abc"},
    ],
    ids=["no cookie", "other origin", "other site", "wrong cookie"],
)
def test_socket_is_refused(client: Client, how: dict[str, Any]) -> None:
    with pytest.raises(InvalidStatus) as caught:
        client.socket(**how)
    assert caught.value.response.status_code == 403


def test_link_on_another_site_opens_itself_again(client: Client) -> None:
    """A browser keeps a Strict cookie back there; the page that it gets asks from here."""
    status, _, body = client.request(
        "/", cookie=None, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate"
    )
    assert status == 200
    assert b"/js/again.mjs" in body
    assert b"token" not in body
    # The second time the cookie is missing because there is none.
    assert client.request("/?again", cookie=None, Sec_Fetch_Site="same-origin")[0] == 403


@pytest.mark.parametrize("path", ["/", "/nothing", "/js/again.mjs"])
def test_every_answer_has_the_headers(client: Client, path: str) -> None:
    headers = client.request(path)[1]
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "access-control-allow-origin" not in headers
    assert "server" not in headers


def test_upload_of_a_small_file(client: Client) -> None:
    status, _, body = client.request("/upload", "POST", b"a,b\n1,2\n")
    assert status == 200
    assert json.loads(body)["bytes"] == 8


def test_oversized_upload_that_says_so(client: Client) -> None:
    assert client.request("/upload", "POST", b"", Content_Length=str(30 << 20))[0] == 413


def test_oversized_upload_that_does_not_say_so(client: Client) -> None:
    parts = (b"x" * (1 << 20) for _ in range(21))
    try:
        status = client.request("/upload", "POST", parts)[0]
    except (BrokenPipeError, ConnectionResetError):
        status = 413  # the server hung up before everything was sent
    assert status == 413
    assert client.request("/js/again.mjs")[0] == 200


def test_flood_of_malformed_messages_ends_the_connection_only(client: Client) -> None:
    replies = 0
    with client.socket() as socket, pytest.raises(ConnectionClosed) as caught:
        for i in range(10_000):
            socket.send("{" if i % 2 else '{"id": 3, "do": "nothing"}')
            reply = json.loads(socket.recv())
            assert reply["ok"] is False
            replies += 1
    assert caught.value.rcvd.code == 1008
    assert replies == 1000
    with client.socket() as socket:
        socket.send('{"id": 7, "do": "snapshots"}')
        assert json.loads(socket.recv()) == {"id": 7, "ok": True, "result": [0]}


def test_bytes_and_long_messages(client: Client) -> None:
    with client.socket() as socket:
        socket.send(b"\0\1\2")
        assert json.loads(socket.recv())["ok"] is False
        # The server may end the connection before all is sent.
        with pytest.raises(ConnectionClosed) as caught:
            socket.send("x" * (2 << 20))
            socket.recv()
    assert caught.value.rcvd.code == 1009  # message too big
    assert client.request("/js/again.mjs")[0] == 200


def test_defect_in_a_handler_is_an_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from pronghorn.lab import _playground

    def fail(self: Any) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(_playground.Playground, "state", fail)
    with client.socket() as socket:
        socket.send('{"id": 1, "do": "pause"}')
        # A frame may come first.
        reply = next(json.loads(m) for m in socket if isinstance(m, str))
    assert reply["ok"] is False
    assert "ZeroDivisionError" in reply["error"]


def test_server_listens_on_this_machine_only(client: Client) -> None:
    assert client.lab._socket.getsockname()[0] == "127.0.0.1"


def test_too_many_viewers_are_sent_away(client: Client) -> None:
    with ExitStack() as stack:
        for _ in range(8):
            stack.enter_context(client.socket())
        one_more = stack.enter_context(client.socket())
        with pytest.raises(ConnectionClosed) as caught:
            one_more.recv()
        assert caught.value.rcvd.code == 1013


def test_server_ends_when_nobody_looks() -> None:
    lab = Lab(port=0, idle_minutes=0.002).start()
    assert lab._thread is not None
    lab._thread.join(timeout=300)
    assert not lab._thread.is_alive()


def test_port_in_use_is_said(client: Client) -> None:
    with pytest.raises(OSError, match="--port"):
        Lab(port=client.lab.port)


def test_without_the_extra_the_lab_says_what_to_install() -> None:
    code = (
        "import sys\n"
        "sys.modules['starlette'] = None\n"
        "from pronghorn.lab import race, toys\n"
        "toys.make_data('xor')\n"
        "from pronghorn.cli import main\n"
        "main(['lab', '--no-browser'])\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.returncode == 1
    assert 'pip install "pronghorn[lab]"' in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
