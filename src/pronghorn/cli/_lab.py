"""``pronghorn lab``: the local page on which a network is seen learning."""

from __future__ import annotations

import contextlib

__all__ = ["open_lab"]


def open_lab(
    port: int | None,
    idle_minutes: float,
    opens_browser: bool,
    experiment: str | None = None,
    lessons: str | None = None,
) -> None:
    """Serve the lab until Ctrl-C; prints a link, and opens it in the browser.

    ``experiment``: what the lab's "copy command" gave; the page begins with it. ``lessons``: a
    folder with lessons beside the lab's own.
    """
    from pronghorn.lab import Lab

    lab = Lab(port, idle_minutes, lessons)
    # Only the page reads what stands behind the #, and refuses what it does not know.
    link = lab.link() + ("" if experiment is None else f"#{experiment.lstrip('#')}")
    print(f"The lab is at {link}", flush=True)
    print("The link works once. Ctrl-C ends the lab.", flush=True)
    if opens_browser:
        import webbrowser

        # The socket listens already: the browser waits until the server answers.
        webbrowser.open(link)
    with contextlib.suppress(KeyboardInterrupt):
        lab.serve(on_used=lambda: print(f"For another browser: {lab.link()}", flush=True))
    print("The lab is closed.", flush=True)
