"""Where records, numbers and claims are found: on disk, or else in the manifest of what was published."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from bestofk import provenance
from bestofk.provenance import MANIFEST, ArtifactError

#: What `publish` wrote: published path -> hash. It vouches for the manifest, which cannot vouch for itself.
STAMP = Path("results/paper/published.json")

#: What is told of a number and of a claim.
TOLD = {"numbers": ("text", "value"), "claims": ("sentence", "measured", "expected", "verdict")}


class Store:
    """Looks things up on disk first: what a run made counts before what was published from it.

    Attributes
    ----------
    published : dict
        The manifest: ``files``, ``records`` and, as the run wrote them, ``numbers`` and ``claims``.
    """

    def __init__(self) -> None:
        self.published: dict[str, Any] = provenance.read_manifest()
        self.record = cache(self._record)

    def has_record(self, path: str) -> bool:
        """Say whether the record at a path is known."""
        return Path(path).exists() or path in self.published["records"]

    def _record(self, path: str) -> dict[str, Any]:
        if path in self.published["records"] and not Path(path).exists():
            return self.published["records"][path]
        return provenance.read_record(path)

    def entries(self, kind: str, run: str) -> dict[str, dict[str, Any]]:
        """Return the numbers or the claims of a run.

        Parameters
        ----------
        kind : str
            ``numbers`` or ``claims``.
        run : str

        Returns
        -------
        dict
            Key or id to an entry, which holds what is `TOLD` of its kind, and ``from``, the tables behind it.

        Raises
        ------
        ArtifactError
            If they are not in the form in which a run writes them.
        """
        path = Path("results", run, f"{kind}.json")
        source, found = path, {}
        if path.exists():
            found = provenance.read_json(path)
        elif run == "paper":
            source, found = MANIFEST, self.published.get(kind, {})
        try:
            named = {entry["id"]: entry for entry in found} if isinstance(found, list) else dict(found)
            well_formed = all({*TOLD[kind], "from"} <= entry.keys() for entry in named.values())
        except (AttributeError, KeyError, TypeError):
            well_formed = False
        if not well_formed:
            raise ArtifactError(f"{source} does not hold {kind} in the form in which a run writes them.")
        return named

    def published_hash(self, kind: str) -> str:
        """Return the hash of the numbers or claims in the manifest, written as the run wrote them."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, kind)
            provenance.write_json(path, self.published[kind])
            return provenance.file_hash(path)
