"""A stopwatch around the server, which writes a line per interaction into the file that WINNOW_BENCH_LOG names.

A line holds milliseconds, milliseconds of the server's CPU, and bytes. An interaction begins when the browser's message
arrives and ends when the message that finishes its last script run is given to the network: callbacks, reruns, drawing
and serialising all count. Bytes are counted here too, because a browser that reports every frame to its driver uses
CPU time of the server.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

SHORT_BYTES = 500


class Stopwatch:
    """The time from the request for a rerun to the end of the script. Reruns by a timer are left out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.log = Path(os.environ["WINNOW_BENCH_LOG"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started: float | None = None
        burnt, sent = 0.0, 0

        async def receive_timed() -> Message:
            nonlocal started, burnt, sent
            message = await receive()
            if message["type"] == "websocket.receive" and message.get("bytes"):
                asked = BackMsg.FromString(message["bytes"])
                is_click = asked.WhichOneof("type") == "rerun_script" and not asked.rerun_script.is_auto_rerun
                if is_click and not started:
                    started, burnt, sent = time.perf_counter(), time.process_time(), 0
            return message

        async def send_timed(message: Message) -> None:
            nonlocal started, sent
            await send(message)
            if started and message["type"] == "websocket.send":
                sent += len(message["bytes"])
                if is_last(message["bytes"]):
                    with self.log.open("a") as log:
                        spent = (time.perf_counter() - started, time.process_time() - burnt)
                        log.write(" ".join(f"{seconds * 1000:.2f}" for seconds in spent) + f" {sent}\n")
                    started = None

        await self.app(scope, receive_timed, send_timed)


def is_last(message: bytes) -> bool:
    """Whether a message says that a script run ended and no other follows; such a message is short."""
    if len(message) > SHORT_BYTES:
        return False
    found = ForwardMsg.FromString(message)
    is_end = found.WhichOneof("type") == "script_finished"
    return is_end and found.script_finished != ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN
