"""The meter: a bar on a terminal, a line now and then elsewhere."""

import re

from rich.console import Console

from shared.cli import meter


def test_elsewhere_a_line_comes_now_and_then(monkeypatch, capsys):
    monkeypatch.setattr(meter, "_LINE_SECONDS", 0.0)

    with meter.bytes_meter(200, to_stdout=True) as advance:
        advance("Checking the file", 50)

    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(r"Checking the file: 25 %, \d+ kB a second, less than 1\smin left\n", said.err)


def test_a_quick_run_prints_nothing(capsys):
    with meter.bytes_meter(200, to_stdout=True) as advance:
        advance("Checking the file", 50)

    assert capsys.readouterr() == ("", "")


def test_on_a_terminal_there_is_a_bar_for_each_stage(monkeypatch, capsys):
    monkeypatch.setattr(
        meter, "Console", lambda *, stderr: Console(stderr=stderr, force_terminal=True, width=100)
    )

    with meter.bytes_meter(200, to_stdout=False) as advance:
        advance("Checking the file", 200)
        advance("Taking in orders", 50)
        advance("Taking in orders", 100)

    drawn = capsys.readouterr().err
    assert "Checking the file" in drawn
    assert "100/200 bytes" in drawn
