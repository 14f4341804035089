from datetime import UTC, datetime, timedelta, timezone

import pytest

from medcab.errors import UsageError
from medcab.moments import parse_moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-21", datetime(2026, 11, 21, tzinfo=UTC)),
        ("21.11.2026", datetime(2026, 11, 21, tzinfo=UTC)),
        ("2026-11-21T09:30:00Z", datetime(2026, 11, 21, 9, 30, tzinfo=UTC)),
        (
            "2026-11-21T09:30:00+03:00",
            datetime(2026, 11, 21, 9, 30, tzinfo=timezone(timedelta(hours=3))),
        ),
    ],
)
def test_moments(text, moment):
    assert parse_moment(text) == moment
    assert parse_moment(text).tzinfo is not None


@pytest.mark.parametrize(
    "text", ["", "yesterday", "31.02.2026", "2026-13-01", "1.1.2026", "٢٠٢٦-١١-٢١"]
)
def test_what_is_no_moment(text):
    with pytest.raises(UsageError) as caught:
        parse_moment(text)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("text", ["31.02.2026", "2026-02-31", "завтра"])
def test_the_error_repeats_what_was_written(text):
    with pytest.raises(UsageError) as caught:
        parse_moment(text)
    assert caught.value.arguments["value"] == text
