"""Rule llm_pool: the candidates of all shards with their scores, one row a candidate."""

from pathlib import Path

import pandas as pd
from bestofk import provenance
from bestofk.language_pool import join


def main(samples: list[str], scores: list[str], pool: str, configuration: dict) -> None:
    """Join the shards.

    Parameters
    ----------
    samples, scores : list of str
        The shards, in the same order; the folder of each bears the name of its task.
    pool : str
        Output: one row a candidate.
    configuration : dict
        By dotted key: ``judges``, whose scores are joined; ``seed`` and ``analysis`` are there for the
        record, which travels with the pool and says what was fixed before it was made.
    """
    sampled = pd.concat([provenance.read_table(path) for path in samples], ignore_index=True)
    judged = pd.concat(
        [provenance.read_table(path).assign(task=Path(path).parent.name) for path in scores],
        ignore_index=True,
    )
    provenance.write_table(join(sampled, judged, configuration["judges"]), pool)


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
