"""What is installed is pinned, in one place; what a script depends on is what Python really loads."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from bestofk.sources import module_closure

ROOT = Path(__file__).resolve().parents[1]
ENVS = ROOT / "envs"
LOCKS = ["build.lock", "requirements.lock"]
SCRIPTS = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "scripts").rglob("*.py"))


def load_conda():
    spec = importlib.util.spec_from_file_location("conda_environment", ENVS / "conda.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


conda = load_conda()


def blocks(lock: str) -> list[str]:
    """The requirements of a lock, each with its hashes on one line."""
    text = (ENVS / lock).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return re.sub(r"\s*\\\n\s*", " ", "\n".join(lines)).splitlines()


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_says_nothing_about_where_packages_come_from(lock):
    text = (ENVS / lock).read_text(encoding="utf-8")
    for word in ("://", "index-url", "find-links", "trusted-host", " @ "):
        assert word not in text


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_of_a_lock_has_one_version_and_hashes(lock):
    requirements = blocks(lock)
    assert requirements
    for requirement in requirements:
        assert re.match(r"[a-z0-9._-]+==[0-9][\w.+!]*( ; [^-]+)?( --hash=sha256:[0-9a-f]{64})+$", requirement)
    names = [requirement.partition("==")[0] for requirement in requirements]
    assert names == sorted(set(names))


@pytest.mark.parametrize("name", ["build", "requirements"])
def test_lock_pins_every_direct_dependency(name):
    wanted = conda.names((ENVS / f"{name}.in").read_text())
    assert wanted
    assert set(wanted) <= conda.pins((ENVS / f"{name}.lock").read_text()).keys()


def test_conda_environment_is_written_from_the_lock():
    requirements, lock = ((ENVS / f"requirements.{kind}").read_text() for kind in ("in", "lock"))
    assert (ENVS / "paper.yaml").read_text() == conda.environment(requirements, lock)


def test_conda_environment_names_every_direct_dependency_with_its_pin():
    text = conda.environment(
        "# why\nalpha>=1\ntypst\nbeta\n", "alpha==1.2 \\\n    --hash=x\nbeta==3\ntypst==4\n"
    )
    assert text.endswith("  - alpha=1.2\n  - beta=3\n  - pip:\n      - typst==4\n")


def test_package_with_two_versions_has_no_conda_environment():
    with pytest.raises(ValueError, match="two versions"):
        conda.pins("alpha==1 ; python_version < '3.12'\nalpha==2 ; python_version >= '3.12'\n")


def extras() -> dict[str, list[str]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]


def declared() -> dict[str, str]:
    """Name to version bounds of everything that pyproject.toml and requirements.in ask for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = (group for name, group in extras().items() if name != "llm")
    lines = [*project["dependencies"], *(entry for group in locked for entry in group)]
    return {re.match(r"[a-z0-9._-]+", line)[0]: line for line in lines}


def test_dependencies_of_the_package_are_the_direct_ones_of_the_lock():
    lines = (ENVS / "requirements.in").read_text().splitlines()
    direct = {re.match(r"[a-z0-9._-]+", line)[0]: line for line in lines if line and not line.startswith("#")}
    assert declared() == direct


def test_pins_satisfy_the_bounds_of_the_package():
    pins = conda.pins((ENVS / "requirements.lock").read_text())
    for name, line in declared().items():
        version = [int(part) for part in re.findall(r"\d+", pins[name])]
        for sign, bound in re.findall(r"(>=|<)([\d.]+)", line):
            limit = [int(part) for part in bound.split(".")]
            assert (version >= limit) if sign == ">=" else (version < limit), line


def test_language_model_is_in_no_lock_and_make_says_how_to_get_it():
    asked = extras()["llm"]
    assert f"LLM_PACKAGES := {' '.join(asked)}\n" in (ROOT / "Makefile").read_text()
    for guide in ("README.md", ".ci/run"):
        assert f"--no-deps {' '.join(asked)}" in (ROOT / guide).read_text()
    for lock in LOCKS:
        assert not {line.partition("==")[0] for line in asked} & conda.pins((ENVS / lock).read_text()).keys()


def test_build_backend_is_locked():
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert set(needed) <= conda.pins((ENVS / "build.lock").read_text()).keys()


# Scripts are imported one after the other in one fresh Python, which forgets the project's modules in
# between. `adapter` is what a script imports when a rule runs it.
PROBE = """
import json, runpy, sys
from pathlib import Path

folder = Path.cwd() / "workflow"
sys.path.insert(0, str(folder))

def loaded():
    files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items()}
    return {name: Path(file) for name, file in files.items() if file and Path(file).is_relative_to(folder)}

found = {}
for script in sys.argv[1:]:
    for name in loaded():
        del sys.modules[name]
    runpy.run_path(script, run_name="script")
    import adapter
    found[script] = sorted(path.relative_to(Path.cwd()).as_posix() for path in loaded().values())
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def really_loaded() -> dict[str, list[str]]:
    ended = subprocess.run(
        [sys.executable, "-c", PROBE, *SCRIPTS],
        cwd=ROOT,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(ended.stdout)


@pytest.mark.parametrize("script", SCRIPTS)
def test_sources_of_a_script_are_what_python_loads(script, really_loaded, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert module_closure(script) == really_loaded[script]
    assert "workflow/adapter.py" in module_closure(script)
