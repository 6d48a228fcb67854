"""Each kind of mail word for word, so that a change of words is seen by who reviews it."""

import pytest

from services.notifier.languages import LANGUAGES
from services.notifier.rules import KINDS
from tests.notifier.samples import AS_HTML, GOLDEN, golden_files

REWRITE = "If the change is meant: python -m tests.notifier.samples, and read the difference."


def test_each_kind_has_a_golden_file_and_each_golden_file_a_kind():
    names = [*(f"{kind}.txt" for kind in KINDS), f"{AS_HTML}.html"]
    expected = {f"{language}/{name}" for language in LANGUAGES for name in names}
    assert {path.relative_to(GOLDEN).as_posix() for path in GOLDEN.glob("**/*.*")} == expected, REWRITE


@pytest.mark.parametrize("name", sorted(golden_files()))
def test_mail_says_what_its_golden_file_says(name):
    assert golden_files()[name] == (GOLDEN / name).read_text(encoding="utf-8"), REWRITE
