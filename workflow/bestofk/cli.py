"""The command ``bestofk``: trace an artifact, check the bytes of a run, print claims, verify, bless."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bestofk import config, provenance, reference
from bestofk.check import check, is_run_name
from bestofk.provenance import ArtifactError
from bestofk.trace import trace

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
    parser = argparse.ArgumentParser(prog="bestofk", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    with_run = argparse.ArgumentParser(add_help=False)
    with_run.add_argument(
        "--run", type=_run_name, default="paper", help="name of the run: results/<run> (default: paper)"
    )

    def add(name: str, help_text: str) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=help_text, description=help_text, parents=[with_run])

    tracing = add(
        "trace", "Print how a figure, table, number or claim was made, and whether each link holds."
    )
    tracing.add_argument(
        "target", help="a .pdf, .png, .csv or table, the key of a number, or the id of a claim"
    )
    checking = add("check", "Compare every file of a run with its record, and what was published with it.")
    checking.add_argument("--discard", action="store_true", help="move aside what does not match")
    add("claims", "Print the claims of the paper with their verdicts.")
    add("verify", "Print where a run differs from its reference by more than is allowed.")
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

    claims = provenance.read_json(Path("results", options.run, "claims.json"))
    rows = [[entry[name] for name in ("id", "measured", "expected", "verdict")] for entry in claims]
    widths = [40, 34, 34, None]
    print(tabulate(rows, headers=["claim", "measured", "expected", "verdict"], maxcolwidths=widths))
    counts = [f"{sum(entry['verdict'] == verdict for entry in claims)} {verdict}" for verdict in VERDICTS]
    print(f"{', '.join(counts)}. Undecided: an interval wider than its margin, or a k beyond the search.")
    return 0


def _verify(options: argparse.Namespace) -> int:
    compared = _compared(options.run)
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


def _compared(run: str) -> list[str]:
    path = Path("results", run, "verify.json")
    if not path.exists():
        command = "make reproduce" if run == "paper" else f"make {run}"
        raise ArtifactError(
            f"{path} is missing: there is no finished run {run} to compare; {command} makes it."
        )
    return provenance.read_json(path)["compared"]


def _print_mismatches(mismatches: list[dict[str, str]]) -> None:
    from tabulate import tabulate

    shown = mismatches[:40]
    print(tabulate(shown, headers="keys", maxcolwidths=[44, 30, 30, 26], disable_numparse=True))
    if len(mismatches) > len(shown):
        print(f"... and {len(mismatches) - len(shown)} more.")


def _bless(options: argparse.Namespace) -> int:
    artifacts = _compared(options.run)
    changes = reference.as_rows(reference.verify(artifacts, options.run))
    reference.bless(artifacts, options.run)
    if changes:
        _print_mismatches(changes)
    print(f"tests/reference/{options.run} now holds {len(artifacts)} files; {len(changes)} entries changed.")
    return 0


def _config(options: argparse.Namespace) -> int:
    config.load(options.path)
    print(f"{options.path} is a valid configuration.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
