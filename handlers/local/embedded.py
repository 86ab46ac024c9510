"""MiniStack as a process of its own: `python -m handlers.local.embedded FD`, started by `engine`.

FD is a bound socket. MiniStack's own command line is not used, because it listens on the port that
it writes into queue URLs, and it keeps those URLs: on another port after a restart, messages would
lie in queues that nobody finds. So its name for itself stays the same wherever it listens.

It ends in order when its standard input ends, so it never outlives the service that started it. A
line on standard input asks for its backlog, which no AWS call tells: how far a mapping has read is
known inside only. Its internals are used for that one answer; the version is pinned.
"""

import asyncio
import json
import logging
import os
import signal
import sys
import threading
import time
from typing import TextIO


def main() -> None:
    """Serve until a signal, or until standard input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # Whatever is printed belongs to the log.
    threading.Thread(target=_answer, args=(answers,), daemon=True).start()
    asyncio.run(_serve(sys.argv[1]))


async def _serve(descriptor: str) -> None:
    from hypercorn.asyncio import serve  # noqa: PLC0415 - only after output is in its place.
    from hypercorn.config import Config  # noqa: PLC0415
    from ministack.app import app  # noqa: PLC0415

    # It cannot write to a log group from a rule, and says so at each event.
    logging.getLogger("events").setLevel(logging.ERROR)
    config = Config()
    config.bind = [f"fd://{descriptor}"]
    config.keep_alive_timeout = 75
    config.startup_timeout = 600  # Reading a large state back.
    config.shutdown_timeout = 600  # Writing it.
    config.graceful_timeout = 5
    config.loglevel = "WARNING"
    await serve(app, config)


def _answer(answers: TextIO) -> None:
    for _ in sys.stdin:
        answers.write(json.dumps(backlog()) + "\n")
        answers.flush()
    os.kill(os.getpid(), signal.SIGTERM)


def backlog() -> dict[str, int]:
    """Count what is on its way.

    records: stream records that a mapping has not passed, over all mappings;
    messages: messages that wait in mapped queues; hidden: those in work or waiting for a retry;
    running: invocations.
    """
    # Imported late: what is imported here is what MiniStack itself would import on first use.
    from ministack.services import dynamodb, lambda_svc, sqs  # noqa: PLC0415

    counted = {"records": 0, "messages": 0, "hidden": 0}
    counted["running"] = lambda_svc.executions_in_flight()[0]
    queues = {q["attributes"]["QueueArn"]: q for q in list(sqs._queues._data.values())}  # noqa: SLF001
    now = time.time()
    for account, region, mapping in lambda_svc._iter_all_esms():  # noqa: SLF001
        source = mapping["EventSourceArn"]
        scope = {"account_id": account, "region": region}
        if "/stream/" in source:
            table = source.split("/")[1]
            passed = lambda_svc._dynamodb_stream_positions.get_scoped(  # noqa: SLF001
                account, region, mapping["UUID"], 0
            )
            end = dynamodb.stream_end_position(table, **scope)
            start = dynamodb.stream_start_position(table, **scope)
            counted["records"] += max(0, end - max(passed, start))
        elif source in queues:
            hidden = [m["visible_at"] > now for m in list(queues[source]["messages"])]
            counted["hidden"] += sum(hidden)
            counted["messages"] += len(hidden) - sum(hidden)
    return counted


if __name__ == "__main__":
    main()
