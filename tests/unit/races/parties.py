"""Who wants something of the order, and the table of what each is told when another came first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations_with_replacement

from shared.actions import cancellations, execution, refunds, shipments, warehouse
from shared.actions.cancellations import Ask
from shared.actions.shipments import Shipment
from shared.domain.actors import BUYER, SYSTEM
from shared.domain.policy import SilenceOutcome, WarehouseAnswer
from shared.domain.reasons import DeclineReason, Reason
from tests.builders import STORE, USER
from tests.unit.races.scene import AT_ONCE, Scene

# What the second is told, and "-" for an act that finds nothing left to do: no error, and no change either.
TOLD = {
    "yes": "",
    "-": "",
    "gone": "not_eligible",
    "decided": "already_decided",
    "stop": "under_cancellation",
    "changed": "quote_changed",
}

# Rows came first and were told "yes"; columns came second. All units are spoken for once one of the
# customer, the merchant, the second tab (the open unit) or the shipment (both units that are left) has won.
TABLE = """
             customer merchant accept  decline withdraw ship refund silence tab
customer     gone     gone     yes     yes     yes      stop yes    yes     changed
merchant     gone     gone     yes     yes     yes      stop yes    yes     changed
accept       yes      yes      decided decided yes      stop yes    -       changed
decline      yes      yes      decided decided decided  yes  yes    -       changed
withdraw     yes      yes      decided decided decided  yes  yes    -       changed
ship         gone     gone     decided decided decided  gone yes    -       changed
refund       yes      yes      yes     yes     yes      yes  decided yes    yes
silence      yes      yes      decided decided yes      stop yes    -       changed
tab          gone     gone     yes     yes     yes      stop yes    yes     -
"""
# The silence of a merchant who lets it decline: the request has ended then, as with `decline`.
DECLINED_BY_SILENCE = {"withdraw": "decided", "ship": "yes"}

# The same with a request that is accepted already, against the worker who carries it out: what each is told
# when it comes first, and what when the worker does.
AGAINST_THE_WORKER = """
customer yes     yes
merchant yes     yes
accept   decided decided
decline  decided decided
withdraw yes     decided
ship     stop    gone
refund   yes     yes
silence  -       -
tab      yes     changed
worker   yes     -
"""

# With a request that is accepted and about which the warehouse is asked: its answer, its silence, and who
# else may end that request. The worker comes in vain until the answer is there.
WHILE_THE_WAREHOUSE_IS_ASKED = """
           stopped too_late unanswered decline withdraw ship worker
stopped    decided decided  -          decided yes      stop yes
too_late   decided decided  -          decided decided  yes  -
unanswered decided decided  -          decided decided  yes  -
decline    decided decided  -          decided decided  yes  -
withdraw   decided decided  -          decided decided  yes  -
ship       decided decided  -          decided decided  gone -
worker     yes     yes      yes        yes     yes      yes  -
"""
ANSWERS = ("stopped", "too_late", "unanswered")


def customer(scene: Scene) -> object:
    """Cancel the open unit for a reason that is accepted at once."""
    return _request(scene, Ask({scene.line: 1}, reason=AT_ONCE, for_buyer=True))


def merchant(scene: Scene) -> object:
    """Cancel the open unit without being asked."""
    ask = Ask({scene.line: 1}, reason=Reason.NO_INVENTORY)
    return cancellations.request(scene.db, scene.merchant_id, scene.order_id, ask, USER)


def accept(scene: Scene) -> object:
    """Accept what the buyer asked for."""
    return cancellations.accept(scene.db, scene.merchant_id, scene.asked, USER)


def decline(scene: Scene) -> object:
    """Decline what the buyer asked for."""
    return cancellations.decline(
        scene.db, scene.merchant_id, scene.asked, USER, reason=DeclineReason.ALREADY_PACKED
    )


def withdraw(scene: Scene) -> object:
    """Take back what the buyer asked for."""
    return cancellations.withdraw(scene.db, scene.merchant_id, scene.asked, BUYER)


def ship(scene: Scene) -> object:
    """Ship everything that is left, what was asked for as well."""
    return shipments.ship(scene.db, scene.merchant_id, scene.order_id, Shipment({scene.line: 2}), USER)


def refund(scene: Scene) -> object:
    """Pay the refund that waits for a person."""
    assert scene.refund is not None
    return refunds.mark_paid(scene.db, scene.merchant_id, scene.refund, USER)


def silence(scene: Scene) -> object:
    """Let the clock decide what nobody decided in time."""
    return cancellations.apply_silence(scene.db, scene.merchant_id, scene.asked, SYSTEM)


def tab(scene: Scene) -> object:
    """Confirm a window that was opened before anything happened; each copy of it carries the same nonce."""
    ask = Ask({scene.line: 1}, reason=AT_ONCE, for_buyer=True, seen=scene.seen, nonce=scene.nonce)
    return _request(scene, ask)


def worker(scene: Scene) -> object:
    """Carry out what was accepted."""
    return execution.execute(scene.db, scene.merchant_id, scene.asked)


def stopped(scene: Scene) -> object:
    """Say that the warehouse has stopped the units."""
    return warehouse.answer(scene.db, scene.merchant_id, scene.asked, WarehouseAnswer.STOPPED, STORE)


def too_late(scene: Scene) -> object:
    """Say that the warehouse could not stop the units."""
    return warehouse.answer(scene.db, scene.merchant_id, scene.asked, WarehouseAnswer.TOO_LATE, STORE)


def unanswered(scene: Scene) -> object:
    """End the question that the warehouse has left open; its silence means that it was too late."""
    return warehouse.end_question(scene.db, scene.merchant_id, scene.asked)


def _request(scene: Scene, ask: Ask) -> object:
    return cancellations.request(scene.db, scene.merchant_id, scene.order_id, ask, BUYER)


PARTIES: dict[str, Callable[[Scene], object]] = {
    party.__name__: party
    for party in (
        *(customer, merchant, accept, decline, withdraw, ship, refund, silence, tab, worker),
        *(stopped, too_late, unanswered),
    )
}


@dataclass(frozen=True)
class Pair:
    """Two parties, and what each cell of the table says about them: the first one's lot, the second one's."""

    one: str
    other: str
    one_first: tuple[str, str]
    other_first: tuple[str, str]
    silence: SilenceOutcome = SilenceOutcome.ACCEPT

    def __str__(self) -> str:
        ending = "-declines" if self.silence is SilenceOutcome.DECLINE else ""
        return f"{self.one}-{self.other}{ending}"

    @property
    def with_accepted(self) -> bool:
        """Its request is accepted before it begins."""
        return self.other == "worker" or self.with_warehouse

    @property
    def with_warehouse(self) -> bool:
        """A warehouse is asked about its request."""
        return self.one in ANSWERS or self.other in ANSWERS

    def has(self, party: str) -> bool:
        """Say whether a party takes part."""
        return party in {self.one, self.other}


def pairs() -> list[Pair]:
    """List every pair, and each party with itself; those with the clock for both things it may do."""
    columns, cells = _read(TABLE)
    found = []
    for one, other in combinations_with_replacement(columns, 2):
        outcomes = SilenceOutcome if "silence" in {one, other} else [SilenceOutcome.ACCEPT]
        found += [
            Pair(one, other, _lots(cells, one, other, end), _lots(cells, other, one, end), end)
            for end in outcomes
        ]
    return found


def pairs_with_worker() -> list[Pair]:
    """List the pairs of every party with the worker."""
    rows = [line.split() for line in AGAINST_THE_WORKER.strip().splitlines()]
    return [
        Pair(party, "worker", (first, "-" if party in {"withdraw", "worker"} else "yes"), ("yes", second))
        for party, first, second in rows
    ]


def pairs_with_warehouse() -> list[Pair]:
    """List the pairs of every answer of a warehouse with whatever else may end its request."""
    columns, cells = _read(WHILE_THE_WAREHOUSE_IS_ASKED)
    alone = dict.fromkeys(columns, "yes") | {"worker": "-"}
    return [
        Pair(one, other, (alone[one], cells[one][other]), (alone[other], cells[other][one]))
        for one, other in combinations_with_replacement(columns, 2)
        if one in ANSWERS
    ]


def _read(table: str) -> tuple[list[str], dict[str, dict[str, str]]]:
    columns, *rows = (line.split() for line in table.strip().splitlines())
    return columns, {name: dict(zip(columns, cells, strict=True)) for name, *cells in rows}


def _lots(cells: dict[str, dict[str, str]], first: str, second: str, end: SilenceOutcome) -> tuple[str, str]:
    lot = cells[first][second]
    if first == "silence" and end is SilenceOutcome.DECLINE:
        lot = DECLINED_BY_SILENCE.get(second, lot)
    return "yes", lot
