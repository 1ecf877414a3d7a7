"""Carry out one effect: claim it, do it, note what came of it."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from shared.actions import (
    cancellations,
    deliveries,
    effects,
    execution,
    order_exports,
    rate_alerts,
    uploads,
    warehouse,
)
from shared.actions.effects import Claimed
from shared.actions.uploads import Run
from shared.domain.actors import SYSTEM
from shared.domain.events import EffectKind
from shared.domain.ids import EffectId, MerchantId, MessageId
from shared.domain.uploads import UploadKind
from shared.feeds import running
from shared.mail.letters import send_letter
from shared.mail.sending import Post, send
from shared.payments import sending
from shared.payments.connections import Connections
from shared.ports import Later, Refused
from shared.storage.engine import Database
from shared.storage.outbox import AT_ONCE
from shared.stores import exported, uploaded
from shared.webhooks.sending import Messenger, deliver

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outside:
    """What effects need beside the database."""

    db: Database
    post: Post
    connect: Connections
    messenger: Messenger


def perform(outside: Outside, merchant_id: MerchantId, effect_id: EffectId) -> bool:
    """Carry out an effect if it is due and nobody holds it; say whether anything was done."""
    claimed = effects.claim(outside.db, merchant_id, effect_id)
    if claimed is None:
        return False
    if effects.is_spent(claimed):
        _give_up(outside, merchant_id, claimed, "begun too often without an end")
        return True
    try:
        HANDLERS[claimed.kind](outside, merchant_id, claimed.subject_id)
    except Refused as error:
        _give_up(outside, merchant_id, claimed, str(error))
    except Exception as error:  # noqa: BLE001 - whatever failed, the effect stays and is tried again
        log.warning("%s %s failed at attempt %d: %r", claimed.kind, claimed.id, claimed.attempt, error)
        _put_off(outside, merchant_id, claimed, error)
    else:
        effects.finish(outside.db, merchant_id, claimed)
    return True


def _put_off(outside: Outside, merchant_id: MerchantId, claimed: Claimed, error: Exception) -> None:
    if effects.is_last(claimed):
        _give_up(outside, merchant_id, claimed, repr(error))
        return
    at_least = error.after if isinstance(error, Later) else AT_ONCE
    effects.put_off(outside.db, merchant_id, claimed, repr(error), at_least=at_least)


def _give_up(outside: Outside, merchant_id: MerchantId, claimed: Claimed, error: str) -> None:
    if claimed.kind in GIVEN_UP:
        GIVEN_UP[claimed.kind](outside.db, merchant_id, claimed.subject_id)
    effects.give_up(outside.db, merchant_id, claimed, error)


def _execute(outside: Outside, merchant_id: MerchantId, request_id: UUID) -> None:
    execution.execute(outside.db, merchant_id, request_id)


def _apply_silence(outside: Outside, merchant_id: MerchantId, request_id: UUID) -> None:
    cancellations.apply_silence(outside.db, merchant_id, request_id, SYSTEM)


def _end_question(outside: Outside, merchant_id: MerchantId, request_id: UUID) -> None:
    warehouse.end_question(outside.db, merchant_id, request_id)


def _advance_run(outside: Outside, merchant_id: MerchantId, run_id: UUID) -> None:
    running.take_turn(outside.db, merchant_id, run_id)


def _send_mail(outside: Outside, merchant_id: MerchantId, message_id: UUID) -> None:
    send(outside.db, outside.post, merchant_id, MessageId(message_id))


def _send_letter(outside: Outside, merchant_id: MerchantId, letter_id: UUID) -> None:
    send_letter(outside.db, outside.post, merchant_id, MessageId(letter_id))


def _carry_out_upload(outside: Outside, merchant_id: MerchantId, upload_id: UUID) -> None:
    run = uploads.start(outside.db, merchant_id, upload_id)
    if run is not None:
        CARRIERS[run.kind](outside.db, merchant_id, run)


CARRIERS: dict[UploadKind, Callable[[Database, MerchantId, Run], None]] = {
    UploadKind.ORDERS: uploaded.carry_out,
}


def _write_export(outside: Outside, merchant_id: MerchantId, export_id: UUID) -> None:
    exported.write(outside.db, merchant_id, export_id)


def _forget_export(outside: Outside, merchant_id: MerchantId, export_id: UUID) -> None:
    order_exports.forget(outside.db, merchant_id, export_id)


def _send_refund(outside: Outside, merchant_id: MerchantId, refund_id: UUID) -> None:
    sending.send(outside.db, outside.connect, merchant_id, refund_id)


def _check_rate(outside: Outside, merchant_id: MerchantId, _subject: UUID) -> None:
    rate_alerts.check(outside.db, merchant_id)


def _look_up_refund(outside: Outside, merchant_id: MerchantId, refund_id: UUID) -> None:
    sending.look_up(outside.db, outside.connect, merchant_id, refund_id)


def _send_webhook(outside: Outside, merchant_id: MerchantId, delivery_id: UUID) -> None:
    deliver(outside.db, outside.messenger, merchant_id, delivery_id)


# What else is told when nothing tries an effect again.
GIVEN_UP: Mapping[EffectKind, Callable[[Database, MerchantId, UUID], None]] = {
    EffectKind.SEND_WEBHOOK: deliveries.fail,
}

HANDLERS: dict[EffectKind, Callable[[Outside, MerchantId, UUID], None]] = {
    EffectKind.EXECUTE_CANCELLATION: _execute,
    EffectKind.APPLY_SILENCE: _apply_silence,
    EffectKind.END_QUESTION: _end_question,
    EffectKind.ADVANCE_RUN: _advance_run,
    EffectKind.SEND_MAIL: _send_mail,
    EffectKind.SEND_LETTER: _send_letter,
    EffectKind.CARRY_OUT_UPLOAD: _carry_out_upload,
    EffectKind.WRITE_EXPORT: _write_export,
    EffectKind.FORGET_EXPORT: _forget_export,
    EffectKind.SEND_REFUND: _send_refund,
    EffectKind.LOOK_UP_REFUND: _look_up_refund,
    EffectKind.CHECK_RATE: _check_rate,
    EffectKind.SEND_WEBHOOK: _send_webhook,
}
