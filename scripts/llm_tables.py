"""Rule llm_tables: the pool of candidates, its best-of-k curves, and the test of their rise and fall."""

from pathlib import Path
from zlib import crc32

import numpy as np
import pandas as pd
from bestofk import provenance
from bestofk.language_curves import METRICS, intervals, question_curves, rise_and_fall
from bestofk.language_pool import join


def main(
    samples: list[str], scores: list[str], pool: str, curves: str, tests: str, configuration: dict
) -> None:
    """Join the shards, draw the curves through them and test on held-out questions.

    Parameters
    ----------
    samples, scores : list of str
        The shards, in the same order; the folder of each bears the name of its task.
    pool : str
        Output: one row a candidate.
    curves : str
        Output: mean over questions, with its interval, by task, judge, metric and k.
    tests : str
        Output: for each task, judge and metric what `language_curves.rise_and_fall` finds; ``planned`` are
        those that the configuration names, the others are only looked at.
    configuration : dict
        By dotted key: ``seed``, ``judges``, ``analysis``.
    """
    judges, analysis = configuration["judges"], configuration["analysis"]
    sampled = pd.concat([provenance.read_table(path) for path in samples], ignore_index=True)
    judged = pd.concat(
        [provenance.read_table(path).assign(task=Path(path).parent.name) for path in scores],
        ignore_index=True,
    )
    joined = join(sampled, judged, judges)
    provenance.write_table(joined, pool)
    bootstrap = {name: analysis[name] for name in ("confidence", "resamples")}
    rows, found = [], []
    for task, candidates in joined.groupby("task", sort=False):
        no_number = int(candidates["value"].isna().sum())
        for judge in judges:
            for metric in METRICS:
                key = tuple(crc32(word.encode()) for word in (task, judge, metric))
                rng = np.random.default_rng(np.random.SeedSequence(configuration["seed"], spawn_key=key))
                by_question = question_curves(candidates, judge=judge, metric=metric, k=analysis["k"])
                low, high = intervals(by_question, rng=rng, **bootstrap)
                means = by_question.mean(axis=0)
                rows += zip(
                    *([word] * len(means) for word in (task, judge, metric)),
                    analysis["k"],
                    *(means, low, high),
                    [len(by_question)] * len(means),
                    [no_number] * len(means),
                    strict=True,
                )
                planned = (judge, metric) == (analysis["judge"], analysis["metric"])
                result = rise_and_fall(by_question, metric=metric, k=analysis["k"], rng=rng, **bootstrap)
                found.append({"task": task, "judge": judge, "metric": metric, "planned": planned} | result)
    names = ["task", "judge", "metric", "k", "value", "low", "high", "questions", "no_number"]
    provenance.write_table(pd.DataFrame(rows, columns=names), curves)
    provenance.write_json(tests, found)


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
