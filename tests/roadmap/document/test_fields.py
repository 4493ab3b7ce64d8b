"""Values of a document: what is safe at a glance is safe at a second look."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roadmap.document import fields


@given(st.from_regex(fields._PLAIN_URL, fullmatch=True))
def test_what_is_plain_passes_the_careful_look_too(url: str) -> None:
    with patch.object(fields, "_PLAIN_URL", fields.re.compile(r"(?!)")):
        assert fields.check_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        *("https://user:p@host/", "https://host:80/", "https://host\n", "https://host/a b", "https:///path"),
        *("ftp://host/", "https://host/\\evil", "https://hóst/", "https://[::1]/", "https://host?q", "javascript://x/"),
    ],
)
def test_what_is_not_plain_is_looked_at_carefully(url: str) -> None:
    assert not fields._PLAIN_URL.fullmatch(url)
