"""The sources of a script are what it imports from this project, at run time, directly or not."""

from __future__ import annotations

from importlib.metadata import version

import pytest
from bestofk.provenance import write_atomic
from bestofk.sources import installed_version, module_closure, package_versions

TYPES = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
FILES = {
    "workflow/adapter.py": "from lib import records\n",
    "workflow/drawing.py": "import numpy as np\nimport lib.colours\n",
    "workflow/unused.py": "",
    "workflow/lib/__init__.py": "",
    "workflow/lib/records.py": "import json\n",
    "workflow/lib/colours.py": f"{TYPES}    from lib import heavy\n",
    "workflow/lib/heavy.py": "import scipy\n",
    "workflow/lib/late.py": "",
    "scripts/draw.py": "import drawing\nif 'snakemake' in globals():\n    from adapter import run\n",
    "scripts/plain.py": "import json\nimport numpy.linalg\n",
    "scripts/late.py": "def main():\n    import lib.late\n    from scipy import stats\n",
    "scripts/either.py": f"{TYPES}    import unused\nelse:\n    import lib\n",
}


@pytest.fixture(autouse=True)
def made_up(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for path, text in FILES.items():
        write_atomic(path, text)


def test_script_that_is_no_python_is_named():
    write_atomic("scripts/broken.py", "def main(:\n")
    with pytest.raises(SyntaxError) as refused:
        module_closure("scripts/broken.py")
    assert (refused.value.filename, refused.value.lineno) == ("scripts/broken.py", 1)


@pytest.mark.parametrize(
    ("script", "modules"),
    [
        ("draw", ["adapter", "drawing", "lib/__init__", "lib/colours", "lib/records"]),
        ("plain", []),
        ("late", ["lib/__init__", "lib/late"]),
        ("either", ["lib/__init__"]),
    ],
)
def test_closure_is_what_is_imported_at_run_time(script, modules):
    assert module_closure(f"scripts/{script}.py") == [f"workflow/{name}.py" for name in modules]


def test_modules_that_import_each_other_end():
    write_atomic("workflow/lib/records.py", "import lib.late")
    write_atomic("workflow/lib/late.py", "import lib.records")
    assert "workflow/lib/late.py" in module_closure("scripts/draw.py")


def test_versions_are_those_of_the_packages_that_the_sources_import():
    sources = ["scripts/draw.py", *module_closure("scripts/draw.py"), "notes.txt"]
    assert package_versions(sources) == {"numpy": version("numpy")}
    assert package_versions(["scripts/late.py"]) == {"scipy": version("scipy")}


def test_package_that_is_not_installed_is_absent():
    assert installed_version("no-such-package") == "absent"
    assert installed_version("numpy") == version("numpy")
