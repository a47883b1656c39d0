"""Rule llm_tables: best-of-k curves of the pool, and the test of their rise and fall."""

import pandas as pd
from bestofk import provenance
from bestofk.estimators import bootstrap_interval
from bestofk.language_curves import METRICS, generator, question_curves, rise_and_fall


def main(pool: str, curves: str, tests: str, configuration: dict) -> None:
    """Draw the curves through a pool and test on held-out questions.

    Parameters
    ----------
    pool : str
        One row a candidate.
    curves : str
        Output: mean over questions, with its interval, by task, judge, metric and k.
    tests : str
        Output: for each task, judge and metric what `language_curves.rise_and_fall` finds; ``planned`` are
        those that the configuration names, the others are only looked at.
    configuration : dict
        By dotted key: ``seed``, ``judges``, ``analysis``.
    """
    judges, analysis = configuration["judges"], configuration["analysis"]
    joined = provenance.read_table(pool)
    bootstrap = {name: analysis[name] for name in ("confidence", "resamples")}
    rows, found = [], []
    for task, candidates in joined.groupby("task", sort=False):
        no_number = int(candidates["value"].isna().sum())
        for judge in judges:
            for metric in METRICS:
                name = configuration["seed"], task, judge, metric
                by_question = question_curves(candidates, judge=judge, metric=metric, k=analysis["k"])
                low, high = bootstrap_interval(by_question, rng=generator(*name, "curve"), **bootstrap)
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
                rng = generator(*name, "test")
                result = rise_and_fall(by_question, metric=metric, k=analysis["k"], rng=rng, **bootstrap)
                found.append({"task": task, "judge": judge, "metric": metric, "planned": planned} | result)
    names = ["task", "judge", "metric", "k", "value", "low", "high", "questions", "no_number"]
    provenance.write_table(pd.DataFrame(rows, columns=names), curves)
    provenance.write_json(tests, found)


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
