"""``pronghorn lab``: the local page on which a network is seen learning."""

from __future__ import annotations

import contextlib

__all__ = ["open_lab"]


def open_lab(port: int | None, idle_minutes: float, opens_browser: bool) -> None:
    """Serve the lab until Ctrl-C; prints a link, and opens it in the browser."""
    from pronghorn.lab import Lab

    lab = Lab(port, idle_minutes)
    link = lab.link()
    print(f"The lab is at {link}", flush=True)
    print("The link works once. Ctrl-C ends the lab.", flush=True)
    if opens_browser:
        import webbrowser

        # The socket listens already: the browser waits until the server answers.
        webbrowser.open(link)
    with contextlib.suppress(KeyboardInterrupt):
        lab.serve(on_used=lambda: print(f"For another browser: {lab.link()}", flush=True))
    print("The lab is closed.", flush=True)
