"""The team page: who is in it, inviting, joining, roles, removing, and the rule about second factors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from shared.actions import merchants, team
from shared.domain.actors import Actor, ActorKind
from shared.domain.errors import NotFound, StillNeeded
from shared.domain.permissions import Role
from shared.storage.records import (
    AuditRecord,
    ConsoleSessionRecord,
    InvitationRecord,
    MembershipRecord,
    UserRecord,
)
from tests.unit.console.browsing import (
    PASSWORD,
    Browser,
    Shop,
    buttons_named,
    message,
    read,
    words_of,
)
from tests.unit.console.mailing import link_in, mails, text_of
from tests.unit.console.test_second_step import fresh, set_up

TEAM = "/console/settings/team"
NEW = "several quiet harbors"


def add(shop: Shop, name: str, role: Role) -> str:
    """Put somebody into the team, and give their address."""
    email = f"{name.lower()}-{shop.merchant_id.hex[:12]}@example.com"
    merchants.create_user(shop.db, shop.merchant_id, email=email, name=name, password=PASSWORD, role=role)
    return email


def member_id(shop: Shop, email: str) -> str:
    with shop.db.snapshot(shop.merchant_id) as tx:
        found = tx.session.scalars(
            select(MembershipRecord.id)
            .join(UserRecord, UserRecord.id == MembershipRecord.user_id)
            .where(UserRecord.email == email)
        ).one()
    return str(found)


def invitation_id(shop: Shop) -> str:
    with shop.db.snapshot(shop.merchant_id) as tx:
        return str(tx.session.scalars(select(InvitationRecord.id)).one())


def invite(owner: Browser, email: str, role: str = "agent"):
    return owner.send(f"{TEAM}/invite", email=email, role=role)


def follow(browser: Browser, link: str):
    """Follow a link of an e-mail, and give the page it leads to."""
    answer = browser.get(link)
    assert answer.status_code == 303
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    return browser.get(answer.location)


def somebody(shop: Shop) -> str:
    return f"noah-{shop.merchant_id.hex[:12]}@example.com"


def audited(shop: Shop) -> list[str]:
    with shop.db.snapshot(shop.merchant_id) as tx:
        return list(tx.session.scalars(select(AuditRecord.kind).order_by(AuditRecord.id)))


def test_the_team_lists_role_last_visit_and_second_factor(owner: Browser, shop: Shop) -> None:
    add(shop, "Noah", Role.AGENT)
    set_up(owner)

    rows = owner.page(TEAM).select("section[aria-labelledby=members-h] tbody tr")

    maya, noah = [words_of(row) for row in rows]
    assert "Maya Lindqvist" in maya
    assert "Yes" in maya
    assert "You" in maya
    assert "Never" in noah
    assert "No" in noah


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AGENT, Role.VIEWER])
def test_others_see_the_list_and_change_nothing(
    visitor: Browser, open_shop: Callable[..., Shop], role: Role
) -> None:
    shop = open_shop(role=role)
    visitor.sign_in(shop.email)

    page = visitor.page(TEAM)

    assert "Maya Lindqvist" in words_of(page.find("table"))
    assert not buttons_named(page, "Invite")
    assert visitor.send(f"{TEAM}/invite", email="a@example.com", role="owner").status_code == 403


def test_somebody_new_joins_with_the_link_sets_a_password_and_is_in(
    owner: Browser, app: Flask, shop: Shop
) -> None:
    told = owner.told(invite(owner, f" {somebody(shop).upper()}"))
    assert told[0] == "status"
    mail = mails(shop)[0]
    assert mail["To"] == somebody(shop)
    assert "Maya Lindqvist invites you" in text_of(mail)
    noah = fresh(app)

    page = follow(noah, link_in(mail))
    assert words_of(read(page).h1) == "Join Northlight Home"
    assert noah.send("/console/join", name="", password="short").status_code == 422
    joined = noah.send("/console/join", name="Noah Berg", password=NEW)

    assert noah.told(joined)[1] == "You are now agent of Northlight Home."
    assert fresh(app).sign_in(somebody(shop), NEW).location == "/console/orders"
    assert follow(fresh(app), link_in(mail)).status_code == 410, "a link works once"
    assert [kind for kind in audited(shop) if kind in {"invited", "joined"}] == ["invited", "joined"]


def test_somebody_known_joins_with_their_own_password(
    owner: Browser, app: Flask, shop: Shop, open_shop: Callable[..., Shop]
) -> None:
    other = open_shop()
    invite(owner, other.email)
    link = link_in(mails(shop)[0])
    guest = fresh(app)
    assert "The one you sign in with already." in follow(guest, link).get_data(as_text=True)

    assert guest.send("/console/join", password="something else").status_code == 422
    assert guest.send("/console/join", password=PASSWORD).location == "/console/orders"

    assert "Maya Lindqvist , agent" in words_of(guest.page("/console/orders").find("nav"))
    assert guest.page("/console/orders").select_one("#shop-switch option") is not None


def test_who_is_signed_in_joins_with_one_press(
    owner: Browser, app: Flask, shop: Shop, open_shop: Callable[..., Shop]
) -> None:
    other = open_shop()
    invite(owner, other.email, "viewer")
    guest = fresh(app)
    guest.sign_in(other.email)

    page = read(follow(guest, link_in(mails(shop)[0])))

    assert page.find("input", attrs={"type": "password"}) is None
    assert guest.told(guest.send("/console/join"))[1] == "You are now viewer of Northlight Home."


def test_joining_does_not_pass_by_the_second_factor(
    owner: Browser, app: Flask, shop: Shop, open_shop: Callable[..., Shop]
) -> None:
    other = open_shop()
    careful = fresh(app)
    careful.sign_in(other.email)
    set_up(careful)
    invite(owner, other.email)
    guest = fresh(app)
    follow(guest, link_in(mails(shop)[0]))

    assert guest.send("/console/join", password=PASSWORD).location == "/console/sign-in/code"
    assert guest.get("/console/orders").status_code == 303


def test_an_invitation_is_sent_again_revoked_and_ends_by_itself(
    owner: Browser, app: Flask, shop: Shop
) -> None:
    invite(owner, somebody(shop))
    first = link_in(mails(shop)[0])
    path = f"{TEAM}/invitations/{invitation_id(shop)}"
    assert owner.told(owner.send(f"{path}/resend"))[0] == "status"
    second = link_in(mails(shop)[0])
    assert first != second
    assert follow(fresh(app), second).status_code == 200
    with shop.db.begin(shop.merchant_id) as tx:
        tx.session.execute(
            update(InvitationRecord)
            .where(InvitationRecord.merchant_id == shop.merchant_id)
            .values(expires_at=tx.now - timedelta(seconds=1))
        )
    assert follow(fresh(app), second).status_code == 410
    assert "Expired" in words_of(owner.page(TEAM).find("main"))

    assert owner.told(owner.send(f"{path}/revoke"))[0] == "status"
    assert owner.send(f"{path}/revoke").status_code == 404
    assert owner.send(f"{path}/resend").status_code == 404
    assert follow(fresh(app), "/console/join/made-up").status_code == 410


def test_who_is_in_the_team_is_not_invited_and_bad_addresses_are_refused(owner: Browser, shop: Shop) -> None:
    assert "in the team already" in message(read(invite(owner, shop.email)))[1]
    assert "name@example.com" in message(read(invite(owner, "nobody")))[1]
    assert "Choose one of the options." in message(read(invite(owner, somebody(shop), "king")))[1]
    assert mails(shop) == []


def test_a_changed_role_ends_their_sessions_and_tells_them(owner: Browser, app: Flask, shop: Shop) -> None:
    email = add(shop, "Noah", Role.VIEWER)
    noah = fresh(app)
    noah.sign_in(email)

    told = owner.told(owner.send(f"{TEAM}/{member_id(shop, email)}/role", role="manager"))

    assert told == ("status", "Noah is now manager. They have to sign in again.")
    assert noah.get("/console/orders").status_code == 303
    mail = mails(shop)[-1]
    assert (mail["To"], mail["Subject"]) == (email, "Your role at Northlight Home has changed")
    assert "made you manager" in text_of(mail)
    assert owner.told(owner.send(f"{TEAM}/{member_id(shop, email)}/role", role=""))[0] == "alert"


def test_who_is_removed_is_out_at_once_and_told(owner: Browser, app: Flask, shop: Shop) -> None:
    email = add(shop, "Noah", Role.AGENT)
    noah = fresh(app)
    noah.sign_in(email)
    path = f"{TEAM}/{member_id(shop, email)}/remove"
    assert words_of(owner.page(path).h1) == "Remove Noah?"

    assert owner.told(owner.send(path)) == (
        "status",
        "Noah is no longer in the team. Their sessions here have ended.",
    )

    assert noah.get("/console/orders").status_code == 303
    assert noah.sign_in(email).status_code == 422
    assert "taken you out of the team" in text_of(mails(shop)[-1])
    assert owner.get(path).status_code == 404
    assert "member_removed" in audited(shop)


def test_nobody_removes_or_demotes_themselves(owner: Browser, shop: Shop) -> None:
    own = f"{TEAM}/{member_id(shop, shop.email)}"

    for path, sent in ((f"{own}/remove", {}), (f"{own}/role", {"role": "viewer"})):
        told = owner.told(owner.send(path, **sent))
        assert told[0] == "alert"
        assert "Nobody changes their own place in the team." in told[1]


def test_a_team_keeps_an_owner_whoever_acts(shop: Shop) -> None:
    email = add(shop, "Noah", Role.OWNER)
    with shop.db.begin_untenanted() as tx:
        ids = {
            user.email: user.id
            for user in tx.session.scalars(
                select(UserRecord).where(UserRecord.email.in_([shop.email, email]))
            )
        }
    maya, noah = (Actor(ActorKind.MERCHANT_USER, ids[address], "x") for address in (shop.email, email))
    member = UUID(member_id(shop, email))
    team.change_role(shop.db, shop.merchant_id, member, Role.VIEWER, maya)

    with pytest.raises(NotFound):
        team.remove(shop.db, shop.merchant_id, UUID(member_id(shop, shop.email)), noah)
    with pytest.raises(StillNeeded):
        team.remove(shop.db, shop.merchant_id, UUID(member_id(shop, shop.email)), maya)


def test_an_owner_asks_everybody_for_a_second_factor_after_having_one(
    owner: Browser, app: Flask, shop: Shop
) -> None:
    email = add(shop, "Noah", Role.AGENT)
    rule = f"{TEAM}/second-factor"
    assert "of your own first" in owner.told(owner.send(rule, wanted="1"))[1]
    set_up(owner)

    assert owner.told(owner.send(rule, wanted="1"))[0] == "status"

    noah = fresh(app)
    noah.sign_in(email)
    assert noah.get("/console/orders").location == "/console/account"
    assert owner.told(owner.send(rule, wanted="0"))[0] == "status"
    assert noah.get("/console/orders").status_code == 200


def test_what_touches_the_team_asks_for_proof_after_ten_minutes(owner: Browser, shop: Shop) -> None:
    with shop.db.begin(shop.merchant_id) as tx:
        tx.session.execute(
            update(ConsoleSessionRecord)
            .where(ConsoleSessionRecord.merchant_id == shop.merchant_id)
            .values(verified_at=func.clock_timestamp() - timedelta(minutes=11))
        )

    invited = somebody(shop)
    asked = owner.send(f"{TEAM}/invite", referrer=TEAM, email=invited, role="owner")

    assert (asked.status_code, mails(shop)) == (307, [])
    page = read(owner.send(asked.location, email=invited, role="owner"))
    assert words_of(page.h1) == "Confirm that it is you"
    fields = {str(field["name"]): str(field["value"]) for field in page.main.select("input[name]")}
    page = read(owner.post(asked.location, data={**fields, "own_password": "not it"}))
    fields = {str(field["name"]): str(field["value"]) for field in page.main.select("input[name]")}
    answer = owner.post(asked.location, data={**fields, "own_password": PASSWORD})
    assert (answer.status_code, answer.location, mails(shop)) == (307, f"{TEAM}/invite", [])
    answer = owner.post(answer.location, data={**fields, "own_password": PASSWORD})
    assert owner.told(answer)[0] == "status"
    assert len(mails(shop)) == 1


def test_another_shops_team_is_nowhere_to_be_found(owner: Browser, open_shop: Callable[..., Shop]) -> None:
    other = open_shop()
    foreign = member_id(other, other.email)

    assert owner.get(f"{TEAM}/{foreign}/remove").status_code == 404
    assert owner.send(f"{TEAM}/{foreign}/role", role="viewer").status_code == 404
