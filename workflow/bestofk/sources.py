"""What decides a script's output besides data: the modules that it imports, and versions of packages."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

#: Packages whose version can change a number, a picture or a page; import name to name of the distribution.
TRACKED_PACKAGES = {
    **{name: name for name in ("numpy", "scipy", "pandas", "pyarrow", "matplotlib", "seaborn", "typst")},
    "sklearn": "scikit-learn",
}

#: The folder whose modules a script may import and that are therefore sources of its output.
SOURCE_FOLDER = Path("workflow")


def module_closure(script: str | Path) -> list[str]:
    """List every module of this project that a script imports, directly or not.

    Read from the source text, so that nothing is imported; the tests compare the list with what Python loads.

    Parameters
    ----------
    script : str or Path
        Relative to the project's root, which is the working folder.

    Returns
    -------
    list of str
        Sorted POSIX paths relative to the root, without `script` itself.
    """
    found: set[str] = set()
    waiting, known = [Path(script)], set()
    own = {entry.name.removesuffix(".py") for entry in os.scandir(SOURCE_FOLDER)}
    while waiting:
        # Most names are of other packages, or imported by many modules: no need to look for their files.
        new = {name for name in _imported_names(waiting.pop()) if name.split(".")[0] in own} - known
        known |= new
        for path in {path for name in new for path in _files_of(name)} - found:
            if os.path.isfile(path):
                found.add(path)
                waiting.append(Path(path))
    found.discard(Path(script).as_posix())
    return sorted(found)


def _imported_names(path: Path) -> list[str]:
    status = path.stat()
    return _names_in(path, status.st_mtime_ns, status.st_size)


@cache  # one parse a version of a file: the engine asks for the same modules on behalf of every job
def _names_in(path: Path, modified: int, size: int) -> list[str]:
    names: list[str] = []
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"), path)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            names += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names += (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
        # What only a type checker imports decides nothing.
        for_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        # Statements alone hold imports; expressions, most of a file, are passed over.
        held = node.orelse if for_types else ast.iter_child_nodes(node)
        waiting += (
            child for child in held if isinstance(child, (ast.stmt, ast.excepthandler, ast.match_case))
        )
    return names


@cache
def _files_of(name: str) -> list[str]:
    """The files that ``import name`` would run, were it a module here: each package on the way and itself."""
    parts = name.split(".")
    stems = ["/".join((SOURCE_FOLDER.as_posix(), *parts[:length])) for length in range(1, len(parts) + 1)]
    return [path for stem in stems for path in (f"{stem}.py", f"{stem}/__init__.py")]


def package_versions(sources: Iterable[str | Path]) -> dict[str, str]:
    """Return the installed versions of the tracked packages that some source files import.

    Parameters
    ----------
    sources : iterable of str or Path
        Python files; others are passed over.

    Returns
    -------
    dict of str to str
        Distribution name to version; ``"absent"`` if it is not installed.
    """
    names: set[str] = set()
    for path in map(Path, sources):
        if path.suffix == ".py":
            names.update(name.split(".")[0] for name in _imported_names(path))
    tracked = sorted(TRACKED_PACKAGES[name] for name in names & TRACKED_PACKAGES.keys())
    return {name: installed_version(name) for name in tracked}


@cache
def installed_version(name: str) -> str:
    """Return the version of an installed package, ``"absent"`` if it is not installed.

    Parameters
    ----------
    name : str
        Of the distribution.

    Returns
    -------
    str

    Examples
    --------
    >>> installed_version("no-such-package")
    'absent'
    """
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
