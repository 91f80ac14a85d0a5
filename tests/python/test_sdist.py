"""The source distribution: what is in it, and that the package installs from it."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ["bindings", "capi", "cmake", "include", "src"]
FILES = [
    ".gitignore",
    "CMakeLists.txt",
    "CMakePresets.json",
    "LICENSE",
    "PKG-INFO",
    "README.md",
    "SECURITY.md",
    "pyproject.toml",
]

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("scikit_build_core") is None
    or importlib.util.find_spec("build") is None,
    reason="needs build and scikit-build-core, from PyPI",
)


def run(*command: str | Path, **variables: str) -> str:
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **variables},
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    return done.stdout


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that an unpacked distribution makes."""
    folder = tmp_path_factory.mktemp("sdist")
    run("-m", "build", "--sdist", "--no-isolation", "--outdir", folder, ROOT)
    (archive,) = folder.glob("crmkit-*.tar.gz")
    subprocess.run(["tar", "-x", "-f", archive, "-C", folder], check=True)
    return folder / archive.name.removesuffix(".tar.gz")


def test_it_holds_what_the_package_is_built_from_and_nothing_else(unpacked: Path) -> None:
    expected = {
        str(path.relative_to(ROOT))
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    found = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()}
    assert found == expected | set(FILES)


def test_the_package_installs_from_it(unpacked: Path, tmp_path: Path) -> None:
    # Built as tests/run builds the package, so that ccache has its objects already.
    run(
        *("-m", "pip", "install", "--disable-pip-version-check", "--no-index", "--no-deps"),
        *("--no-build-isolation", "--target", tmp_path),
        f"--config-settings=build-dir={unpacked / 'build/wheel'}",
        "--config-settings=cmake.define.CRMKIT_WARNINGS_AS_ERRORS=ON",
        unpacked,
        CC=os.environ.get("CC", "cc"),
        CXX=os.environ.get("CXX", "c++"),
        CCACHE_BASEDIR=str(unpacked),
    )
    program = """
import crmkit
with crmkit.open_memory() as crm:
    print(crmkit.__file__, crm.accounts.create(name="Acme").name)
"""
    file, name = run("-c", program, PYTHONPATH=str(tmp_path)).split()
    assert Path(file).is_relative_to(tmp_path)
    assert name == "Acme"
