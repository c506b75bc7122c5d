"""Reviews sent without pause over several connections, each answer checked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import httpx

from tests.webhook.running import REVIEW_HEADERS, plain_pod, review_of

if TYPE_CHECKING:
    from tests.webhook.running import Running

Check = Callable[[httpx.Response], bool]


class Traffic:
    """Load while it is entered: HTTP/1.1 and HTTP/2 connections kept, and connections made anew for each review."""

    def __init__(self, webhook: Running, check: Check, *, path: str = "/inject", pause: float = 0.005) -> None:
        self._webhook, self._check, self._path, self._pause = webhook, check, path, pause
        self._stop = threading.Event()
        kinds = ((False, False), (False, False), (True, False), (False, True))
        self._threads = [threading.Thread(target=self._run, args=(n, *kind)) for n, kind in enumerate(kinds)]
        self.answered = 0
        self.refused = 0
        self.goodbyes = 0
        self.wrong: list[str] = []

    def __enter__(self) -> Traffic:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, number: int, http2: bool, anew: bool) -> None:
        turn = 0
        client = self._webhook.client(http2=http2)
        try:
            while not self._stop.is_set():
                turn += 1
                if not self._ask(client, f"{number}-{turn}") or anew:
                    client.close()
                    client = self._webhook.client(http2=http2)
                time.sleep(self._pause)
        finally:
            client.close()

    def _ask(self, client: httpx.Client, uid: str) -> bool:
        """Ask once; false when the connection is of no more use."""
        try:
            reply = client.post(self._path, content=review_of(plain_pod(), uid=uid), headers=REVIEW_HEADERS)
        except httpx.ConnectError:
            # Nobody listens: nothing was asked.
            self.refused += 1
            return False
        except httpx.LocalProtocolError as error:
            # The client library takes the server's goodbye (GOAWAY) for the end at once and chokes on what follows.
            if "ConnectionState.CLOSED" in str(error):
                self.goodbyes += 1
            else:
                self.wrong.append(f"{uid}: {error!r}")
            return False
        except httpx.HTTPError as error:
            self.wrong.append(f"{uid}: {error!r}")
            return False
        if reply.status_code != 200 or reply.json()["response"]["uid"] != uid or not self._check(reply):
            self.wrong.append(f"{uid}: {reply.status_code} {reply.text[:200]}")
        self.answered += 1
        return True
