"""Write envs/paper.yaml, the conda environment, from the pins of requirements.lock."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent

#: Direct dependencies that conda-forge lacks; conda hands them to pip.
ONLY_ON_PYPI = {"typst"}


def names(text: str) -> list[str]:
    """Return the package names of a requirements file, in order."""
    return re.findall(r"^([a-z0-9._-]+)", text, re.MULTILINE)


def pins(text: str) -> dict[str, str]:
    """Return name to version of a lock, in which each package has one version."""
    found = re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", text, re.MULTILINE)
    if len(dict(found)) != len(found):
        raise ValueError("The lock pins a package to two versions; a conda environment holds one.")
    return dict(found)


def environment(requirements: str, lock: str) -> str:
    """Return the text of paper.yaml.

    Parameters
    ----------
    requirements : str
        Text of requirements.in: the direct dependencies.
    lock : str
        Text of requirements.lock: where the versions come from.
    """
    pinned = pins(lock)
    lines = ["# Written by `make lock` from requirements.lock; a test compares the two.", "name: bestofk"]
    lines += ["channels:", "  - conda-forge", "  - bioconda", "dependencies:", "  - python=3.11", "  - pip"]
    direct = names(requirements)
    lines += [f"  - {name}={pinned[name]}" for name in direct if name not in ONLY_ON_PYPI]
    lines += ["  - pip:", *(f"      - {name}=={pinned[name]}" for name in direct if name in ONLY_ON_PYPI)]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    text = environment((HERE / "requirements.in").read_text(), (HERE / "requirements.lock").read_text())
    (HERE / "paper.yaml").write_text(text)
