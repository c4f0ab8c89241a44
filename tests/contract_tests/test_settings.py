"""What a run is told: read with care, by the command and by pytest alike."""

import dataclasses
from datetime import date, timedelta
from pathlib import Path

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests import cli, plugin
from contract_tests.settings import LONGEST_TIMEOUT, Profile, Rate, Settings, Window, full_date
from feather_kit.errors import InputError


@given(st.dates(), st.integers(0, 5000))
def test_a_window_is_read_back_from_what_it_shows(start: date, days: int) -> None:
    window = Window(start, min(start, date.max - timedelta(days)) + timedelta(days))
    assert Window.parse(str(window)) == window
    assert window.days == (window.end - window.start).days + 1


@pytest.mark.parametrize(
    "text",
    [
        *("", "..", "2026-01-01", "2026-01-01..", "..2026-01-01", "2026-01-01...2026-01-02", "2026-01-01-2026-01-02"),
        *("20260101..20260102", "2026-01-01..2026-02-30", "2026-W01-1..2026-W02-1", "2026-01-01 .. 2026-01-02", "a..b"),
    ],
)
def test_what_is_no_window_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match=r"is no window\. Write two dates, as in --window"):
        Window.parse(text)


def test_a_window_turned_round_is_shown_the_right_way() -> None:
    with pytest.raises(InputError, match=r"ends before it starts\. Turn it round: --window 2026-01-01\.\.2026-03-31"):
        Window.parse("2026-03-31..2026-01-01")


@given(st.text(max_size=12))
def test_only_a_full_date_is_one(text: str) -> None:
    try:
        day = full_date(text)
    except ValueError:
        return
    assert day.isoformat() == text


@pytest.mark.parametrize(
    ("text", "per_second"), [("5/s", 5), ("0.5/s", 0.5), ("100/m", 100 / 60), ("2", 2), ("1.25", 1.25)]
)
def test_a_rate_is_read(text: str, per_second: float) -> None:
    assert Rate.parse(text).per_second == pytest.approx(per_second)


@pytest.mark.parametrize(
    "text", ["", "0", "0/s", "0.0/m", "-1/s", "5/h", "5 / s", "/s", "fast", "nan", "inf", "1e3", "5/s\n", ".5"]
)
def test_what_is_no_rate_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InputError, match=r"is no rate\. Write requests a second, as in --rate-limit 5/s"):
        Rate.parse(text)


@pytest.mark.parametrize("given", [{"max_requests": 0}, {"max_requests": -1}])
def test_a_run_that_asks_nothing_is_refused(given: dict[str, int]) -> None:
    with pytest.raises(InputError, match="--max-requests"):
        Settings.parse(None, given)


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf"), LONGEST_TIMEOUT * 2])
def test_a_time_limit_is_a_finite_time(seconds: float) -> None:
    with pytest.raises(InputError, match=r"--timeout .* is no time\. Give seconds above zero"):
        Settings.parse(None, {"timeout": seconds})


def test_a_bundle_of_certificates_is_a_file(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing.pem"):
        with pytest.raises(InputError, match="Name a PEM file"):
            Settings.parse(None, {"ca_bundle": path})


def test_what_was_not_given_is_the_default() -> None:
    nothing = dict.fromkeys(field.name for field in Settings.options())
    assert Settings.parse("http://h", nothing) == Settings(target="http://h")
    assert Settings.parse(None, {"slugs": ()}) == Settings()


def test_a_limit_of_requests_goes_before_the_profiles() -> None:
    assert Settings(profile=Profile.DEEP).most_requests == Profile.DEEP.most_requests
    assert Settings(profile=Profile.DEEP, max_requests=7).most_requests == 7
    assert Profile.QUICK.most_requests <= Profile.STANDARD.most_requests < Profile.DEEP.most_requests


def test_every_field_but_the_target_has_an_option_with_a_help() -> None:
    fields = {field.name for field in dataclasses.fields(Settings)} - {"target"}
    options = {field.name: field.metadata for field in Settings.options()}
    assert set(options) == fields
    assert all(meta["help"].endswith(".") for meta in options.values())


GIVEN: dict[str, tuple[list[str], object]] = {
    "api_key": (["k"], "k"),
    "document": (["d.yaml"], Path("d.yaml")),
    "window": (["2026-01-01..2026-01-02"], Window(date(2026, 1, 1), date(2026, 1, 2))),
    "slugs": (["a", "b"], ("a", "b")),
    "modes": (["live"], ("live",)),
    "seed": (["-7"], -7),
    "profile": (["deep"], Profile.DEEP),
    "methods": (["all"], "all"),
    "strict": ([], True),
    "require_data": ([], True),
    "skip": (["x", "y"], ("x", "y")),
    "accept": (["a.yaml"], Path("a.yaml")),
    "accept_update": ([], True),
    "rate_limit": (["5/s"], Rate(5.0)),
    "max_requests": (["9"], 9),
    "timeout": (["2.5"], 2.5),
    "ca_bundle": ([__file__], Path(__file__)),
    "json": (["j.json"], Path("j.json")),
    "junit": (["j.xml"], Path("j.xml")),
    "har": (["h.har"], Path("h.har")),
    "report": (["r"], Path("r")),
    "verbose": ([], True),
}


def arguments(flag_of: dict[str, str]) -> list[str]:
    """Write every option on a command line."""
    words: list[str] = []
    for name, (texts, _) in GIVEN.items():
        words += [word for text in texts for word in (flag_of[name], text)] or [flag_of[name]]
    return words


WANTED = Settings(target="http://h", **{name: value for name, (_, value) in GIVEN.items()})  # type: ignore[arg-type]  # of each field's own type


def test_the_command_takes_every_option(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Settings] = []

    def check(settings: Settings, _select: str | None) -> int:
        taken.append(settings)
        return 0

    monkeypatch.setattr(cli, "_check", check)
    flags = {field.name: field.metadata["flags"][0] for field in Settings.options()}
    with pytest.raises(SystemExit) as ended:
        cli.command.main(["http://h", *arguments(flags)], standalone_mode=False)
    assert ended.value.code == 0
    assert taken == [WANTED]


def test_pytest_takes_every_option_under_a_name_that_no_other_plugin_has(pytestconfig: pytest.Config) -> None:
    flags = {field.name: f"--feather-{field.metadata['flags'][-1].removeprefix('--')}" for field in Settings.options()}
    parser = pytest.Parser(_ispytest=True)
    plugin.pytest_addoption(parser)
    option = parser.parse(["--target", "http://h", *arguments(flags)])
    config = type("Config", (), {"option": option})
    assert plugin._settings(config()) == WANTED
    assert all(hasattr(pytestconfig.option, f"feather_{name}") for name in GIVEN), "the plugin is loaded by itself"


@pytest.mark.parametrize(
    "words", [["--profile", "slow"], ["--methods", "some"], ["--seed", "x"], ["--nothing"], ["a", "b"]]
)
def test_a_wrong_option_is_a_usage_error(words: list[str]) -> None:
    with pytest.raises(click.UsageError):
        cli.command.main(words, standalone_mode=False)
