"""What make says of the pool of a language model beside the committed one, and how it takes its place.

python workflow/pools.py compare results/language_model
python workflow/pools.py bless results/language_model
"""

import shutil
import sys
from pathlib import Path

from bestofk import provenance
from bestofk.language_pool import differences

#: The pool that the paper reads.
COMMITTED = Path("data/language_model.parquet")


def compare(folder: str) -> str:
    """Say how the pool of a run differs from the committed one.

    Parameters
    ----------
    folder : str
        Of the run, below results.

    Returns
    -------
    str
        Some sentences.
    """
    made = Path(folder, "pool.parquet")
    if not COMMITTED.exists():
        return f"{made} is made; there is no {COMMITTED} to compare it with."
    old = provenance.read_table(COMMITTED)
    return "\n".join([f"{made} beside {COMMITTED}:", *differences(provenance.read_table(made), old)])


def bless(folder: str) -> str:
    """Make the pool of a run the committed one, with the record of how it was made.

    Parameters
    ----------
    folder : str
        Of the run, below results.

    Returns
    -------
    str
        One sentence.
    """
    made = Path(folder, "pool.parquet")
    provenance.read_table(made)
    record = provenance.read_record(provenance.record_path(made))
    # The shards are not committed: what decided them stands in the one record of the pool.
    parts = [provenance.read_record(path) for path in sorted(Path(folder).glob("s*/*/*.record.json"))]
    for key in ("sources", "configuration", "versions"):
        record[key] = {name: value for part in [*parts, record] for name, value in part[key].items()}
    record |= {
        "seeds": "; ".join(dict.fromkeys(part["seeds"] for part in parts if part["seeds"])),
        "inputs": {},
        "recipes": {},
        "outputs": {COMMITTED.as_posix(): provenance.file_hash(made)},
    }
    record["recipe"] = provenance.recipe_hash(record)
    COMMITTED.parent.mkdir(exist_ok=True)
    shutil.copyfile(made, COMMITTED)
    provenance.write_json(provenance.record_path(COMMITTED), record)
    return f"{COMMITTED} is now the pool of {folder}; commit it with its record."


if __name__ == "__main__":
    try:
        print({"compare": compare, "bless": bless}[sys.argv[1]](sys.argv[2]))
    except provenance.ArtifactError as error:
        print(f"{error} make llm makes a pool.", file=sys.stderr)
        sys.exit(2)
