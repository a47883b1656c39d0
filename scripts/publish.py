"""Rule publish: put the finished figures, paper and appendix where a reader finds them, all at once."""

from pathlib import Path

from bestofk import provenance


def main(
    figures: list[str],
    paper: str,
    appendix: str,
    numbers: str,
    claims: str,
    verification: str,
    published: str,
    configuration: dict,
) -> None:
    """Copy the finished set, with its numbers and claims and the records of everything behind it.

    Parameters
    ----------
    figures : list of str
        Pictures and their numbers; copied to figures/.
    paper, appendix : str
        The typeset documents; copied to paper/paper.pdf and paper/appendix.pdf.
    numbers, claims : str
        What the paper states; kept in the manifest, so that a clone without results can trace it.
    verification : str
        Read for its presence only: nothing is published before the comparison was made.
    published : str
        Output: what was published, with hashes.
    configuration : dict
        Not used: recorded by the rule.
    """
    targets = {source: Path("figures") / Path(source).name for source in figures} | {
        source: Path("paper") / Path(source).name for source in (paper, appendix)
    }
    # Everything is read before anything is written: a part of a set is never published.
    contents = {target: Path(source).read_bytes() for source, target in targets.items()}
    manifest = {
        "records": records_behind([*figures, paper, appendix, numbers, claims]),
        "numbers": provenance.read_json(numbers),
        "claims": provenance.read_json(claims),
    }
    for target, content in contents.items():
        provenance.write_atomic(target, content)
    files = {target.as_posix(): provenance.file_hash(target) for target in targets.values()}
    provenance.write_json(provenance.MANIFEST, {"files": files, **manifest})
    provenance.write_json(
        published, files | {str(provenance.MANIFEST): provenance.file_hash(provenance.MANIFEST)}
    )


def records_behind(paths: list[str]) -> dict[str, dict]:
    """Return every record in the history of some artifacts, by its path."""
    found: dict[str, dict] = {}
    waiting = [provenance.record_path(path).as_posix() for path in paths]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found[path] = provenance.read_record(path)
            waiting += found[path]["recipes"]
    return found


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
