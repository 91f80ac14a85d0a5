"""The Python code in the README, run; and where the links of the documents lead."""

import contextlib
import io
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")


def test_code_of_the_readme_prints_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    printed = io.StringIO()
    expected = ""
    before = ""
    for block in BLOCK.finditer((ROOT / "README.md").read_text(encoding="utf-8")):
        language, text = block.groups()
        if language == "python":
            with contextlib.redirect_stdout(printed):
                exec(compile(text, "README.md", "exec"), {"__name__": "__main__"})
        elif language == "text" and before == "python":
            expected += text
        before = language
    assert expected
    assert printed.getvalue() == expected


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    prose = BLOCK.sub("", document.read_text(encoding="utf-8"))
    links = LINK.findall(prose)
    assert [link for link in links if not (document.parent / link).exists()] == []
