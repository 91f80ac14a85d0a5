"""The Python snippets of a document run, from top to bottom, in one program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("name", ["python.md", "maintenance.md"])
def test_the_guide_runs(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = DOCS / name
    text = page.read_text(encoding="utf-8")
    names: dict[str, object] = {"__name__": "guide"}
    found = list(re.finditer(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    assert found
    for snippet in found:
        # Blank lines before it, so that an error shows the line of the page.
        before = text.count("\n", 0, snippet.start(1))
        exec(compile("\n" * before + snippet[1], str(page), "exec"), names)
    assert (tmp_path / "acme.db").exists()
