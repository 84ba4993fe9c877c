"""Calls that meet: each in a thread and on a database connection of its own."""

from __future__ import annotations

import threading

from django.db import connections

#: When a test gives up. Calls that wait for each other never end; any that merely take long on a busy machine do.
GIVE_UP_SECONDS = 600


def together(*calls):
    """Run the calls at once; returns their results in order, an exception where a call raised one."""
    results = [None] * len(calls)
    start = threading.Barrier(len(calls), timeout=GIVE_UP_SECONDS)

    def run(index, call):
        try:
            start.wait()
            results[index] = call()
        except Exception as error:  # noqa: BLE001 - the test judges it
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=item, daemon=True) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(GIVE_UP_SECONDS)
    assert not any(thread.is_alive() for thread in threads), "two transactions wait for each other"
    return results
