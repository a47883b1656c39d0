"""The command ``bestofk``: trace an artifact, check the bytes of a run, print claims, verify, bless."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bestofk import config, provenance, reference
from bestofk.check import check, is_run_name
from bestofk.needs import unmet
from bestofk.provenance import ArtifactError
from bestofk.trace import trace

STATUS = "Exit status: 0 if all is well, 1 if something does not hold or is not found, 2 if misused."

TRACING = """\
Print how something was made, back to scripts, configuration keys and seeds, and say of each link whether
it still holds. What can be traced:

  figures/error_vs_k.pdf   a figure (.pdf, .png, .csv)
  paper/paper.pdf          the paper; paper/appendix.pdf its appendix
  figures/manifest.json    the list of what was published, after a run
  results/smoke/...        a file of any run
  best_of_k_law            the key of a number of the text, or the id of a claim; where a number and a claim
                           share a name, both are told

A number is told with its text and its value; a claim with its sentence, what was measured and expected, and
its verdict. Files that people write, such as scripts, have no record and are not traced.

What is published in figures/ and paper/ belongs to the run paper; it can be traced, with its numbers and
claims, also in a fresh clone, from the records in figures/manifest.json. --run says whose numbers and claims
are meant; a path names its run itself, and another run beside it is refused.

"holds": sources, configuration, versions of packages and the bytes of every file that is there are those
that the record names. "BROKEN": they are not, with the reason.
"""

CHECKING = """\
Compare every file of a run with its record; for the run paper also figures/ and paper/*.pdf with what was
published. Nothing is changed, except that --discard moves what does not match, and what its record names
beside it, to results/<run>/discarded. The next run makes again what it needs.
"""

VERIFYING = """\
Compare grids, theory, figures and verdicts of a run with tests/reference/<run>, each column within its
tolerance of tests/reference/tolerances.json, and print every difference by its table, the coordinates of its
row and its column.
"""

#: What a claim can end as.
VERDICTS = ("holds", "fails", "undecided")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line.

    Returns
    -------
    argparse.ArgumentParser

    Examples
    --------
    >>> build_parser().parse_args(["trace", "figures/overview.pdf"]).target
    'figures/overview.pdf'
    """
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="bestofk",
        description="Trace, check and verify what was made; `bestofk trace --help` and its like say more.",
        epilog=STATUS,
        formatter_class=plain,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    with_run = argparse.ArgumentParser(add_help=False)
    with_run.add_argument(
        "--run", type=_run_name, default="paper", help="name of the run: results/<run> (default: paper)"
    )

    def add(name: str, help_text: str, description: str = "") -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=help_text,
            description=description or help_text,
            epilog=STATUS,
            formatter_class=plain,
            parents=[with_run],
        )

    tracing = add(
        "trace", "Print how a figure, table, number or claim was made, and whether each link holds.", TRACING
    )
    tracing.add_argument("target", help="a path, the key of a number, or the id of a claim")
    checking = add(
        "check", "Compare every file of a run with its record, and what was published with it.", CHECKING
    )
    checking.add_argument(
        "--discard", action="store_true", help="move what does not match to results/<run>/discarded"
    )
    add("claims", "Print the claims of the paper with their verdicts.")
    add("verify", "Print where a run differs from its reference by more than is allowed.", VERIFYING)
    add("bless", "Make a run the new reference, and show what changes.")
    configuring = commands.add_parser("config", help="Check a configuration file.")
    configuring.add_argument("path", help="for instance workflow/config/paper.yaml")
    return parser


def _run_name(text: str) -> str:
    if not is_run_name(text):
        raise argparse.ArgumentTypeError(f'"{text}" is no name of a run, such as paper or smoke')
    return text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line: exit status 0 if all is well, 1 if something does not hold, 2 if misused.

    Parameters
    ----------
    arguments : sequence of str, optional
        Default: those of the process.

    Returns
    -------
    int
    """
    options = build_parser().parse_args(arguments)
    try:
        status = {
            "trace": _trace,
            "check": _check,
            "claims": _claims,
            "verify": _verify,
            "bless": _bless,
            "config": _config,
        }[options.command](options)
        sys.stdout.flush()
        return status
    except (ArtifactError, config.ConfigurationError) as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader has seen enough (`| head`); what is still buffered has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _trace(options: argparse.Namespace) -> int:
    text, holds = trace(options.target, options.run)
    print(text)
    return 0 if holds else 1


def _check(options: argparse.Namespace) -> int:
    problems = check(options.run, discard=options.discard)
    for sentence in problems:
        print(sentence)
    if options.discard:
        return 0
    if problems:
        return 1
    if Path("results", options.run).is_dir():
        print(f"Every file of the run {options.run} matches its record.")
    elif options.run == "paper" and provenance.MANIFEST.exists():
        print(f"results/paper is not there; what is published matches {provenance.MANIFEST}.")
    else:
        raise ArtifactError(f"results/{options.run} is not there: there is nothing to check.")
    return 0


def _claims(options: argparse.Namespace) -> int:
    from tabulate import tabulate

    claims = _of_run(options.run, "claims.json")
    rows = [[entry[name] for name in ("id", "measured", "expected", "verdict")] for entry in claims]
    widths = [40, 34, 34, None]
    print(tabulate(rows, headers=["claim", "measured", "expected", "verdict"], maxcolwidths=widths))
    counts = [f"{sum(entry['verdict'] == verdict for entry in claims)} {verdict}" for verdict in VERDICTS]
    print(f"{', '.join(counts)}. Undecided: an interval too wide to tell, or a k beyond the search.")
    return 0


def _verify(options: argparse.Namespace) -> int:
    compared = _of_run(options.run, "verify.json")["compared"]
    if not (reference.REFERENCE / options.run).is_dir():
        raise ArtifactError(
            f"There is no {reference.REFERENCE}/{options.run} to compare with; "
            f"make bless RUN={options.run} writes it."
        )
    mismatches = reference.as_rows(reference.verify(compared, options.run))
    if mismatches:
        _print_mismatches(mismatches)
        print(
            f"results/{options.run} differs from tests/reference/{options.run}. If that is meant: "
            f"make bless RUN={options.run}. To take a change back: git checkout, then run again."
        )
        return 1
    print(f"{len(compared)} files of the run {options.run} agree with tests/reference/{options.run}.")
    return 0


def _of_run(run: str, name: str) -> Any:
    """Read a JSON file of a run, or say how to make it."""
    path = Path("results", run, name)
    if not path.exists():
        makes = {"paper": "`make reproduce` makes it", "smoke": "`make smoke` makes it"}
        other = f"`make reproduce RUN={run}` makes it from workflow/config/{run}.yaml"
        raise ArtifactError(
            f"{path} is missing: the run {run} has not been made or not finished; {makes.get(run, other)}."
        )
    return provenance.read_json(path)


def _print_mismatches(mismatches: list[dict[str, str]]) -> None:
    from tabulate import tabulate

    shown = mismatches[:40]
    print(tabulate(shown, headers="keys", maxcolwidths=[44, 30, 30, 26], disable_numparse=True))
    if len(mismatches) > len(shown):
        print(f"... and {len(mismatches) - len(shown)} more.")


def _bless(options: argparse.Namespace) -> int:
    artifacts = _of_run(options.run, "verify.json")["compared"]
    changes = reference.as_rows(reference.verify(artifacts, options.run))
    reference.bless(artifacts, options.run)
    if changes:
        _print_mismatches(changes)
    print(f"tests/reference/{options.run} now holds {len(artifacts)} files; {len(changes)} entries changed.")
    return 0


def _config(options: argparse.Namespace) -> int:
    sentences = list(unmet(config.load(options.path), options.path))
    print("\n".join(sentences) or f"{options.path} is a valid configuration.")
    return 1 if sentences else 0


if __name__ == "__main__":
    sys.exit(main())
