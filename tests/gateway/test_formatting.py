"""Texts of administrators as HTML: a little markup, and nothing of it can be more than that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.formatting import formatted


def test_paragraphs_headings_lists_and_what_is_bold() -> None:
    text = "# One\nfirst\nsecond\n\nthird **loud** word\n## Two\n- a\n- b **c**\nafter"
    assert formatted(text) == (
        "<h2>One</h2>\n<p>first<br>second</p>\n<p>third <strong>loud</strong> word</p>\n<h3>Two</h3>\n"
        "<ul><li>a</li><li>b <strong>c</strong></li></ul>\n<p>after</p>"
    )


def test_addresses_become_links_without_the_end_of_the_sentence() -> None:
    assert formatted("See https://credit.test/a?b=1&c=2.") == (
        '<p>See <a href="https://credit.test/a?b=1&amp;c=2" rel="noopener noreferrer">'
        "https://credit.test/a?b=1&amp;c=2</a>.</p>"
    )
    assert formatted("Write to me@credit.test.") == (
        '<p>Write to <a href="mailto:me@credit.test">me@credit.test</a>.</p>'
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '# <img src=x onerror="alert(1)">',
        "- <b>x</b>",
        "**<i>x</i>**",
        "https://x.test/<script>",
        'https://x.test/"onmouseover="alert(1)',
        "javascript:alert(1)",
        "a<b@x.test",
    ],
)
def test_whatever_looks_like_html_is_text(text: str) -> None:
    made = formatted(text)
    for tag in ("<script", "<img", "<b>", "<i>"):
        assert tag not in made
    assert 'href="javascript' not in made
    assert 'onmouseover="' not in made


@given(st.text(alphabet="<>\"'&*#- \nahtps:/@.x", max_size=200))
def test_only_our_own_tags_come_out(text: str) -> None:
    made = str(formatted(text))
    for tag in ("h2", "h3", "p", "ul", "li", "strong", "a"):
        made = made.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    made = made.replace("<br>", "")
    assert all(part.startswith(("href=", " href=")) for part in made.split("<a")[1:])
    assert made.count("<") == made.count('<a href="')


def test_nothing_is_nothing() -> None:
    assert formatted("") == ""
    assert formatted("\n \n") == ""
