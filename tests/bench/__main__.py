"""`make bench`: how near the product comes to its limits, each measured beside it in the same run."""

import sys
import time
from collections.abc import Callable, Iterator

from tests.bench import bulk, cancels, health, order_import, pages, shop, starting
from tests.bench.report import Finding
from tests.bench.shop import Bench

_PARTS: dict[str, Callable[[Bench], Iterator[Finding]]] = {
    "B1": cancels.buyers_post,
    "B2": pages.order_page,
    "B3": pages.dashboard,
    "B4": bulk.cancellation_file,
    "B5": bulk.batch,
    "B6": order_import.from_files,
    "B8": cancels.stores_call,
    "B9": health.account_health,
    "B10": starting.memory,
    "B11": starting.warm_start,
}


def main(wanted: list[str]) -> None:
    """Run the benchmarks, all or those named, and print what they find."""
    began = time.monotonic()
    with shop.opened() as bench:
        _say(
            f"Ready after {time.monotonic() - began:.0f} s. Ratios count; bare figures move with the machine."
        )
        for name, part in _PARTS.items():
            if not wanted or name in wanted:
                for finding in part(bench):
                    _say(finding.line())
    _say(f"Took {time.monotonic() - began:.0f} s.")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
