"""Rule verify: compare the run's grids, theory, figures and verdicts with tests/reference/<run>."""

from bestofk import provenance, reference


def main(artifacts: list[str], verification: str, run: str, configuration: dict) -> None:
    """Write what differs from the reference.

    Parameters
    ----------
    artifacts : list of str
        Files to compare.
    verification : str
        Output: ``{"run", "compared", "mismatches": [{quantity, expected, got, allowed}]}``.
    run : str
        Name of the run.
    configuration : dict
        Not used: recorded by the rule.
    """
    mismatches = reference.as_rows(reference.verify(artifacts, run))
    provenance.write_json(verification, {"run": run, "compared": list(artifacts), "mismatches": mismatches})


if "snakemake" in globals():
    from adapter import run as run_job

    run_job(main, snakemake)
