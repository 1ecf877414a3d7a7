"""What the environment may say, and how a wrong word is answered."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.settings import BadSettings, Mode, Settings

KEY = "k" * 32
PRODUCTION = {"RESCIND_SECRET_KEYS": KEY}


def read(tmp_path: Path, **given: str) -> Settings:
    return Settings.read({**PRODUCTION, "RESCIND_DATA_DIR": str(tmp_path), **given})


def test_what_is_not_set_has_a_default(tmp_path):
    settings = read(tmp_path)

    assert settings.mode is Mode.PRODUCTION
    assert not settings.testkit
    assert (settings.port, settings.base_url) == (8000, "http://127.0.0.1:8000")
    assert (settings.database_url, settings.database_owner_url, settings.smtp_url) == (None, None, None)
    assert settings.faces == {"portal", "console"}


def test_the_base_url_follows_the_port(tmp_path):
    assert read(tmp_path, PORT="8123").base_url == "http://127.0.0.1:8123"


def test_data_is_kept_in_the_checkout_unless_told_otherwise():
    assert Settings.read(PRODUCTION).data_dir == Path(__file__).resolve().parents[2] / "var"


def test_any_spelling_of_postgresql_becomes_the_driver_in_use(tmp_path):
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        settings = read(tmp_path, RESCIND_DATABASE_URL=f"{scheme}://app@db/rescind")
        assert settings.database_url == "postgresql+psycopg://app@db/rescind"


def test_secrets_stay_out_of_the_text_form(tmp_path):
    settings = read(
        tmp_path,
        RESCIND_DATABASE_URL="postgresql://app:hush@db/rescind",
        RESCIND_SMTP_URL="smtp://me:hush@mail:587",
    )

    assert "hush" not in repr(settings)
    assert KEY not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RESCIND_MODE", "staging"),
        ("RESCIND_TESTKIT", "yes"),
        ("RESCIND_TESTKIT", "1"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "eighty"),
        ("PORT", "8\u0660"),
        ("RESCIND_BASE_URL", "cancel.example.com"),
        ("RESCIND_BASE_URL", "ftp://cancel.example.com"),
        ("RESCIND_BASE_URL", "https://cancel.example.com/shop"),
        ("RESCIND_BASE_URL", "https://me@cancel.example.com"),
        ("RESCIND_BASE_URL", "https://cancel.example.com:port"),
        ("RESCIND_BASE_URL", "https://[cancel"),
        ("RESCIND_BASE_URL", "http://cancel.example.com"),
        ("RESCIND_BASE_URL", "http://10.0.0.1"),
        ("RESCIND_DATABASE_URL", "sqlite:///orders.db"),
        ("RESCIND_DATABASE_URL", "postgresql"),
        ("RESCIND_DATABASE_OWNER_URL", "mysql://owner@db/rescind"),
        ("RESCIND_SECRET_KEYS", ""),
        ("RESCIND_SECRET_KEYS", " , "),
        ("RESCIND_SECRET_KEYS", "k" * 31),
        ("RESCIND_SECRET_KEYS", f"{KEY},short"),
        ("RESCIND_SMTP_URL", "mail.example.com:25"),
        ("RESCIND_SMTP_URL", "smtp://"),
        ("RESCIND_MAIL_FROM", "nobody"),
        ("RESCIND_MAIL_FROM", "a@example.com, b@example.com"),
        ("RESCIND_MAIL_FROM", "Shop\n <a@example.com>"),
        ("RESCIND_FACES", "portal,backstage"),
        ("RESCIND_FACES", ","),
    ],
)
def test_a_wrong_setting_is_named_in_one_line_with_its_remedy(tmp_path, name, value):
    with pytest.raises(BadSettings) as refusal:
        read(tmp_path, **{name: value})

    message = str(refusal.value)
    assert message.startswith(f"{name}: ")
    assert "\n" not in message
    assert message.count(". ") >= 1
    assert refusal.value.name == name


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "[::1]:8000"])
def test_production_may_speak_http_on_a_loopback_address(tmp_path, host):
    assert read(tmp_path, RESCIND_BASE_URL=f"http://{host}/").base_url == f"http://{host}"


def test_a_demo_may_serve_the_test_kit_and_plain_http(tmp_path):
    settings = read(
        tmp_path, RESCIND_MODE="demo", RESCIND_TESTKIT="1", RESCIND_BASE_URL="http://laptop.local:8000"
    )

    assert settings.testkit
    assert settings.base_url == "http://laptop.local:8000"


def test_one_face_can_be_served_alone(tmp_path):
    assert read(tmp_path, RESCIND_FACES="portal").faces == {"portal"}
    assert read(tmp_path, RESCIND_FACES=" console , portal ").faces == {"portal", "console"}
    assert read(tmp_path, RESCIND_FACES="both").faces == {"portal", "console"}


def test_a_demo_without_keys_makes_one_and_keeps_it_for_itself(tmp_path):
    data_dir = tmp_path / "new folder"
    given = {"RESCIND_MODE": "demo", "RESCIND_DATA_DIR": str(data_dir)}

    first, second = Settings.read(given), Settings.read(given)

    assert first.secret_keys == second.secret_keys
    assert len(first.secret_keys[0]) >= 32
    assert stat.S_IMODE((data_dir / "demo-secret-key").stat().st_mode) == 0o600
    assert [path.name for path in data_dir.iterdir()] == ["demo-secret-key"]


def test_processes_that_start_at_once_agree_on_the_demo_key(tmp_path):
    given = {"RESCIND_MODE": "demo", "RESCIND_DATA_DIR": str(tmp_path)}

    with ThreadPoolExecutor(8) as pool:
        keys = {settings.secret_keys for settings in pool.map(lambda _: Settings.read(given), range(32))}

    assert len(keys) == 1


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(BadSettings, match="RESCIND_DATA_DIR"):
        Settings.read({"RESCIND_MODE": "demo", "RESCIND_DATA_DIR": str(tmp_path / "file")})


def test_no_two_purposes_share_a_key_and_the_newest_comes_first(tmp_path):
    settings = read(tmp_path, RESCIND_SECRET_KEYS=f"{'n' * 40},{KEY}")
    links, cookies = settings.derived_keys("links"), settings.derived_keys("cookies")

    assert len({*links, *cookies}) == 4
    assert read(tmp_path, RESCIND_SECRET_KEYS="n" * 40).derived_keys("links") == links[:1]
    assert read(tmp_path, RESCIND_SECRET_KEYS=KEY).derived_keys("links") == links[1:]


def test_a_command_that_serves_nobody_needs_no_key_until_it_signs_something(tmp_path):
    given = {"RESCIND_DATABASE_URL": "postgresql://app@db/rescind", "RESCIND_DATA_DIR": str(tmp_path)}

    settings = Settings.read(given, serving=False)

    assert settings.mode is Mode.PRODUCTION
    with pytest.raises(BadSettings, match="RESCIND_SECRET_KEYS"):
        settings.derived_keys("links")


def test_a_command_without_any_setting_works_on_the_demo_shop(tmp_path):
    assert Settings.read({"RESCIND_DATA_DIR": str(tmp_path)}, serving=False).mode is Mode.DEMO
    with pytest.raises(BadSettings):
        Settings.read({"RESCIND_DATA_DIR": str(tmp_path)})
