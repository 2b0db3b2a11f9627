"""A stopwatch around the server: milliseconds per interaction, one line each in the file WINNOW_BENCH_LOG names.

An interaction begins when the browser's message has arrived and ends when the message that finishes the last script
run it caused is handed to the network: callbacks, reruns, drawing, and turning messages into bytes all count.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


class Stopwatch:
    """Times what lies between a rerun asked for and a script finished. Reruns that a timer asks for are left out."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.log = Path(os.environ["WINNOW_BENCH_LOG"])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started: float | None = None

        async def receive_timed() -> Message:
            nonlocal started
            message = await receive()
            if message["type"] == "websocket.receive" and message.get("bytes"):
                asked = BackMsg.FromString(message["bytes"])
                if asked.WhichOneof("type") == "rerun_script" and not asked.rerun_script.is_auto_rerun:
                    started = started or time.perf_counter()
            return message

        async def send_timed(message: Message) -> None:
            nonlocal started
            await send(message)
            if started and message["type"] == "websocket.send" and is_last(ForwardMsg.FromString(message["bytes"])):
                with self.log.open("a") as log:
                    log.write(f"{(time.perf_counter() - started) * 1000:.2f}\n")
                started = None

        await self.app(scope, receive_timed, send_timed)


def is_last(message: ForwardMsg) -> bool:
    """Whether a script run ended of which no other run follows."""
    is_end = message.WhichOneof("type") == "script_finished"
    return is_end and message.script_finished != ForwardMsg.ScriptFinishedStatus.FINISHED_EARLY_FOR_RERUN
