"""The npm packages of `package.json`, installed once into an ignored folder."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

PACKAGES = Path(__file__).with_name("package.json")
CACHE = Path(__file__).parents[2] / ".cache" / "clients"


@cache
def folder() -> Path:
    """Give the folder in whose `node_modules` the packages are; skip the test where they cannot be had.

    Under CI nothing is skipped: what is missing there is a failure.
    """
    if shutil.which("npm") is None or shutil.which("node") is None:
        _miss("Node.js and npm are not installed")
    name = hashlib.sha256(PACKAGES.read_bytes()).hexdigest()[:16]
    place = CACHE / name
    if not place.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as made:
            whole = Path(made) / name
            whole.mkdir()
            shutil.copy(PACKAGES, whole)
            command = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"]
            done = subprocess.run(command, cwd=whole, capture_output=True, text=True, check=False, timeout=300)
            if done.returncode != 0:
                _miss(f"npm could not install the clients: {done.stderr.strip()[-400:]}")
            _move(whole, place)
    return place


def run(program: str, *arguments: str | Path, cwd: Path) -> str:
    """Run a program of the packages, or `node` itself, in `cwd`; give what it prints."""
    command = ["node"] if program == "node" else ["node", str(folder() / "node_modules" / ".bin" / program)]
    done = subprocess.run(
        [*command, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, f"{program}: {done.stdout}\n{done.stderr}"
    return done.stdout


def workplace(here: Path, *sources: str) -> Path:
    """Make `here` a project that has the packages, with copies of this folder's `sources`."""
    (here / "node_modules").symlink_to(folder() / "node_modules", target_is_directory=True)
    shutil.copy(PACKAGES, here)
    for source in sources:
        shutil.copy(Path(__file__).with_name(source), here)
    return here


def _move(whole: Path, place: Path) -> None:
    """Put a finished installation in its place, unless another process was first."""
    try:
        whole.rename(place)
    except OSError:
        if not place.is_dir():
            raise


def _miss(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
