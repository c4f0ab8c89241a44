"""Reads the `Dockerfile`, `.dockerignore` and `compose.yaml`, as far as these go here."""

import json
import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]


def stages() -> list[list[tuple[str, str]]]:
    """Give the instructions of each stage, each as its name and what follows it."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    instructions = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
    found: list[list[tuple[str, str]]] = []
    for name, rest in instructions:
        if name == "FROM":
            found.append([])
        found[-1].append((name, rest))
    return found


def final(name: str) -> str:
    """Give what follows the instruction `name` of the final stage."""
    return next(rest for instruction, rest in stages()[-1] if instruction == name)


def start_command() -> list[str]:
    """Give the command of a container that is started without arguments."""
    return [*json.loads(final("ENTRYPOINT")), *json.loads(final("CMD"))]


def health_command() -> list[str]:
    """Give the command that tells whether the container is healthy."""
    command: list[str] = json.loads(re.split(r"\bCMD\b", final("HEALTHCHECK"), maxsplit=1)[1])
    return command


def install_command() -> list[str]:
    """Give the arguments of `pip` that install the kit; a cache makes for a smaller image only where there is none."""
    run = next(rest for instruction, rest in stages()[0] if instruction == "RUN")
    command = next(part for part in run.split("&&") if "pip install" in part)
    return [word for word in shlex.split(command)[1:] if word != "--no-cache-dir"]


def copy_context(folder: Path) -> None:
    """Copy what `.dockerignore` lets through into `folder`."""
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line.startswith("!"):
            source = ROOT / line[1:]
            if source.is_dir():
                shutil.copytree(source, folder / line[1:], ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, folder)


def services() -> dict[str, Any]:
    """Give the services of the compose file, its variables at their defaults."""
    text = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", (ROOT / "compose.yaml").read_text())
    found: dict[str, Any] = yaml.safe_load(text)["services"]
    return found


def on_loopback(command: list[str], port: int) -> list[str]:
    """Give a command that listens on a port of the loopback interface instead."""
    there = {"--host": "127.0.0.1", "--port": str(port)}
    return [there.get(before, word) for before, word in zip(["", *command], command, strict=False)]
