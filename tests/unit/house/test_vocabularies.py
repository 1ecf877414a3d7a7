"""Every value that people read has words, every e-mail its folder, every refusal its status and page."""

import enum
import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

import shared.domain
from shared import wording
from shared.domain.actors import ActorKind
from shared.domain.audit import AuditKind
from shared.domain.bulk import RowAction, RowProblem, RunKind, RunState, StopReason, Verdict
from shared.domain.cancellation import Move, Question, RequestState
from shared.domain.catalogue import Giver
from shared.domain.changes import OrderPart
from shared.domain.destinations import AddressFault
from shared.domain.eligibility import Blocker, NextStep
from shared.domain.errors import Refusal
from shared.domain.events import EffectKind, Event, MailEvent
from shared.domain.foreign_codes import CodeList
from shared.domain.gateways import Trouble
from shared.domain.lists import Column, ExportState, OrderSort
from shared.domain.mail_texts import MailField
from shared.domain.metrics import RATE_THRESHOLD, RateLevel
from shared.domain.orders import Gateway, ItemStatus, OrderStatus, PaymentStatus
from shared.domain.permissions import Permission, Role
from shared.domain.policy import (
    DiscountPolicy,
    Mode,
    Policy,
    ShippingPolicy,
    SilenceOutcome,
    WarehouseAnswer,
    WindowFrom,
)
from shared.domain.reasons import DeclineReason, Reason
from shared.domain.refunds import AmountState, Kept, KeptReason, RefundKind, RefundState
from shared.domain.reports import Outcome
from shared.domain.rules import Decision
from shared.domain.sign_in import Proof
from shared.domain.support import CaseNote, CaseState, Floor, MessageKind, OfferKind, ReplyField
from shared.domain.trials import TrialOutcome
from shared.domain.uploads import UploadKind, UploadState
from shared.domain.webhooks import DeliveryState, EndpointState
from shared.rendering import available_locales, speaking
from shared.web import errors
from shared.wording import policies as policy_words
from shared.wording.mail_texts import mail_field
from tests.unit.house.law import ROOT, Findings, planted, uphold

FOUR_HUNDREDS = range(400, 500)


def entry(**changes: object) -> SimpleNamespace:
    facts = {
        "event": Event.RESTOCKED,
        "actor": ActorKind.BUYER,
        "actor_name": "",
        "units": 1,
        "amount_minor": 100,
        "answer": None,
        "for_buyer": False,
    }
    return SimpleNamespace(**{**facts, "items": "1 × Tea kettle", **changes})


def for_merchant(**changes: object) -> str:
    return wording.timeline_for_merchant(entry(**changes), "USD")


SAID: Mapping[type[enum.StrEnum], Callable[..., object]] = {
    ItemStatus: wording.item_status,
    OrderStatus: wording.order_status,
    PaymentStatus: wording.payment_status,
    RefundState: wording.refund_state,
    Trouble: wording.trouble,
    Reason: wording.reason,
    Giver: wording.giver,
    CodeList: wording.code_list,
    DeclineReason: wording.decline_reason,
    OrderPart: wording.order_part,
    Column: wording.column,
    OrderSort: wording.order_sort,
    ExportState: wording.export_state,
    Blocker: lambda code: wording.why_not(code) and wording.why_not(code, to_merchant=True),
    KeptReason: lambda why: wording.kept(Kept(100, why), "USD"),
    Gateway: wording.gateway,
    Role: wording.role,
    AuditKind: wording.audit_kind,
    Mode: lambda mode: wording.policy(Policy(mode=mode)) and policy_words.mode(mode),
    Decision: policy_words.decision,
    DiscountPolicy: policy_words.discounts,
    ShippingPolicy: policy_words.shipping,
    SilenceOutcome: policy_words.silence_outcome,
    TrialOutcome: wording.trial_outcome,
    WindowFrom: policy_words.window_from,
    Proof: wording.proof,
    UploadState: wording.upload_state,
    Event: lambda event: for_merchant(event=event),
    WarehouseAnswer: lambda answer: for_merchant(event=Event.WAREHOUSE_ANSWERED, answer=answer),
    CaseState: lambda state: wording.case_state(state) and wording.case_state_for_asker(state),
    CaseNote: wording.case_note,
    OfferKind: wording.offer,
    ReplyField: wording.reply_field,
    MailField: mail_field,
    RunState: wording.run_state,
    RowProblem: lambda problem: wording.row_problem(problem) and wording.row_remedy(problem),
    StopReason: wording.run_note,
    RateLevel: lambda level: wording.rate_level(level, RATE_THRESHOLD),
    EndpointState: wording.endpoint_state,
    DeliveryState: wording.delivery_state,
    AddressFault: wording.address_fault,
    ActorKind: lambda kind: for_merchant(event=Event.MEMO_CHANGED, actor=kind),
}
# Read by machines and by ourselves, never by people. Next steps are said through the blocker they follow
# from; a request's state shows as the status of its items and of its timeline.
SILENT = {
    AmountState,
    UploadKind,
    EffectKind,
    Floor,
    MailEvent,
    MessageKind,
    Move,
    NextStep,
    Outcome,
    Permission,
    Question,
    RefundKind,
    RequestState,
    RowAction,
    RunKind,
    Verdict,
}

# Every refusal answers with one of these, whatever the face; 409 is a decision like the others.
STATUSES = {
    "already_decided": 409,
    "already_exists": 409,
    "ambiguous_sku": 422,
    "bad_address": 422,
    "endpoint_off": 409,
    "gone": 410,
    "idempotency_key_reused": 422,
    "in_flight": 409,
    "invalid_content": 422,
    "no_reason_left": 422,
    "not_eligible": 409,
    "not_found": 404,
    "not_permitted": 403,
    "nothing_left": 409,
    "policy_changed": 409,
    "quote_changed": 409,
    "reason_not_offered": 422,
    "refused": 409,
    "store_full": 409,
    "too_many_requests": 429,
    "still_needed": 409,
    "still_under_way": 409,
    "under_cancellation": 409,
}


def vocabularies() -> Iterator[type[enum.StrEnum]]:
    for module in modules(shared.domain.__path__, "shared.domain."):
        for _, kind in inspect.getmembers(module, inspect.isclass):
            if issubclass(kind, enum.StrEnum) and kind.__module__ == module.__name__:
                yield kind


def modules(paths: Iterable[str], prefix: str) -> list[ModuleType]:
    found = (module.name for module in pkgutil.walk_packages(paths, prefix))
    # Alembic alone may run its own script.
    return [importlib.import_module(name) for name in found if ".migrations." not in name]


def unsaid(
    kinds: list[type[enum.StrEnum]], said: Mapping[type[enum.StrEnum], Callable[..., object]]
) -> Findings:
    findings = Findings()
    for kind in kinds:
        known = kind in said or kind in SILENT
        findings.look(None if known else f"{kind.__name__} is neither put into words nor named as silent")
        for locale in available_locales() if kind in said else ():
            for value in kind:
                findings.look(_unsaid(value, said[kind], locale))
    return findings


def _unsaid(value: enum.StrEnum, say: Callable[..., object], locale: str) -> str | None:
    with speaking(locale):
        try:
            words = say(value)
        except KeyError:
            return f"{type(value).__name__}.{value.name} has no words"
    words = getattr(words, "words", words)
    is_a_code = re.search(r"_|[a-z][A-Z]", value.value)
    fault = not words or (is_a_code and words == value.value)
    return f"{type(value).__name__}.{value.name} is said as {words!r}" if fault else None


def mail_folders(root: Path, events: list[str]) -> Findings:
    findings = Findings()
    for event in events:
        for part in ("subject.txt", "body.txt", "body.html.mjml"):
            path = root / "templates" / "email" / event / part
            there = path.is_file() and path.read_text("utf-8").strip()
            findings.look(None if there else f"templates/email/{event}/{part} is missing or empty")
    named = {path.name for path in (root / "templates" / "email").iterdir() if path.is_dir()}
    for name in sorted(named - set(events)):
        findings.look(f"templates/email/{name} is of no event")
    return findings


def refusals() -> list[type[Refusal]]:
    for name in ("shared", "portal", "console"):
        modules(importlib.import_module(name).__path__, f"{name}.")
    found, waiting = [], [Refusal]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return [kind for kind in found if kind.__module__.partition(".")[0] in {"shared", "portal", "console"}]


def without_status(kinds: list[type[Refusal]], statuses: Mapping[str, int]) -> Findings:
    findings = Findings()
    for kind in kinds:
        status = errors.status_of(kind())
        decided = statuses.get(kind.code) == status and status in FOUR_HUNDREDS
        findings.look(None if decided else f"{kind.__name__} ({kind.code}) is answered with {status}")
        findings.look(None if status in errors._PAGES else f"{kind.__name__} ({status}) has no page")
        findings.look(
            None if status in errors._CODES else f"{kind.__name__} ({status}) has no code for machines"
        )
    return findings


def test_every_value_that_people_read_has_words_in_every_language() -> None:
    uphold(unsaid(list(vocabularies()), SAID), "Put it into words in shared/wording/:")


def test_every_mail_event_has_its_folder_and_every_folder_its_event() -> None:
    uphold(
        mail_folders(ROOT, [event.value for event in MailEvent]),
        "Write subject.txt, body.txt and body.html.mjml in templates/email/<event>/:",
    )


def test_every_refusal_has_a_status_and_a_page() -> None:
    uphold(
        without_status(refusals(), STATUSES),
        "Decide its status: in shared/web/errors.py, with its page, and in STATUSES of this file:",
    )


def test_a_planted_value_without_words_is_found() -> None:
    class Mood(enum.StrEnum):
        GOOD = "good"
        BAD = "very_bad"

    words = {Mood.GOOD: "Good"}

    assert unsaid([Mood], {Mood: words.__getitem__}).faults == ["Mood.BAD has no words"]
    assert unsaid([Mood], {Mood: str}).faults == ["Mood.BAD is said as 'very_bad'"]
    assert unsaid([Mood], {}).faults == ["Mood is neither put into words nor named as silent"]


def test_a_planted_mail_without_a_part_is_found(tmp_path: Path) -> None:
    for part in ("subject.txt", "body.html.mjml"):
        planted(tmp_path, f"templates/email/order_lost/{part}", "x")
    planted(tmp_path, "templates/email/stray/body.txt", "x")

    assert mail_folders(tmp_path, ["order_lost"]).faults == [
        "templates/email/order_lost/body.txt is missing or empty",
        "templates/email/stray is of no event",
    ]


@pytest.mark.parametrize("code", ["made_up", "not_found"])
def test_a_planted_refusal_without_a_status_is_found(code: str) -> None:
    planted_kind = type("MadeUp", (SimpleNamespace,), {"code": code})

    assert without_status([planted_kind], STATUSES).faults == [f"MadeUp ({code}) is answered with 409"]
