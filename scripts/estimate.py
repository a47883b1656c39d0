"""Rule estimate: what the committed pool of a language model says, one row an estimate."""

import pandas as pd
from bestofk import grid as layout
from bestofk import provenance
from bestofk.language_estimates import estimates


def main(pool: str, made: str, table: str, experiment: str, configuration: dict) -> None:
    """Write the table that figures, claims and numbers read.

    Parameters
    ----------
    pool : str
        One row a candidate.
    made : str
        Record of the pool: what was fixed before it was made, such as the judge and the k of the test.
    table : str
        Output: the columns `language_estimates.COLUMNS`.
    experiment : str
        Name of the experiment.
    configuration : dict
        The experiment's blocks by dotted key.
    """
    block = layout.block_of(configuration, experiment)
    fixed = provenance.read_record(made)["configuration"]
    candidates = provenance.read_table(pool)
    tables = []
    for task, count in block["questions"].items():
        of_task = candidates[candidates["task"] == task]
        chosen = of_task["question"].unique()[:count]
        tables.append(
            estimates(
                of_task[of_task["question"].isin(chosen)],
                analysis=fixed["analysis"],
                judges=fixed["judges"],
                seed=fixed["seed"],
                **block["estimates"],
            )
        )
    provenance.write_table(pd.concat(tables, ignore_index=True), table)


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
