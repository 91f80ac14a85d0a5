"""The snippets of docs/python.md run, from top to bottom, in one program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs/python.md"


def test_the_guide_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = PAGE.read_text(encoding="utf-8")
    names: dict[str, object] = {"__name__": "guide"}
    found = list(re.finditer(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    assert len(found) > 10
    for snippet in found:
        # Blank lines before it, so that an error shows the line of the page.
        before = text.count("\n", 0, snippet.start(1))
        exec(compile("\n" * before + snippet[1], str(PAGE), "exec"), names)
    assert (tmp_path / "acme.db").exists()
