"""When Python looks for cycles of objects that nobody holds any more."""

import gc


def settle_memory() -> None:
    """Let the collector rest: what was loaded stays, and batches make many objects but no cycles.

    Without it a full collection in the middle of a batch costs tens of milliseconds of the slowest answers, and an import a
    third of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
