"""What every test shares: one thread, no display, and scripts that are imported by path."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from project_copy import ProjectCopy

# Read when numpy and matplotlib are first imported, which is after this file.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1", MPLBACKEND="Agg")

ROOT = Path(__file__).resolve().parents[1]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """Send a file's tests to one process, and all files that use the smoke run to one: it is made once."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFixture(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.split("::")[0]
            return "smoke_run" if "smoke_run" in (ROOT / path).read_text(encoding="utf-8") else path

    return ByFixture(config, log)


@pytest.fixture(scope="session")
def script() -> Callable[[str], ModuleType]:
    """Import a script by its name under scripts/: ``script("collect")``, ``script("figures/overview")``."""
    # Rules run with workflow/ on the path: that is where adapter and drawing are.
    if str(ROOT / "workflow") not in sys.path:
        sys.path.insert(0, str(ROOT / "workflow"))

    def load(name: str) -> ModuleType:
        label = "scripts_" + name.replace("/", "_")
        if label not in sys.modules:
            spec = importlib.util.spec_from_file_location(label, ROOT / "scripts" / f"{name}.py")
            module = importlib.util.module_from_spec(spec)
            sys.modules[label] = module
            try:
                spec.loader.exec_module(module)
            except BaseException:
                del sys.modules[label]
                raise
        return sys.modules[label]

    return load


@pytest.fixture(scope="session")
def smoke_run(tmp_path_factory: pytest.TempPathFactory) -> ProjectCopy:
    """A finished smoke run: two cores, no git, no display, and a space in the name of its folder."""
    copy = ProjectCopy(tmp_path_factory.mktemp("smoke") / "a folder")
    done = copy.snakemake("all")
    assert done.returncode == 0, done.stderr[-8000:]
    return copy
