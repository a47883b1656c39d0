"""Rule collect: put theory beside simulation, one row a point, k, temperature and quantity."""

import numpy as np
import pandas as pd
from bestofk import provenance

KEYS = ["point", "k", "temperature", "quantity"]


def main(grid: str, theory: str, simulation: list[str], table: str, kind: str, configuration: dict) -> None:
    """Write the table that figures, claims and numbers read.

    Parameters
    ----------
    grid : str
        The experiment's points.
    theory : str
        Values by point, k, temperature, quantity and method.
    simulation : list of str
        Batches of replicates; empty where nothing is simulated.
    table : str
        Output: the grid's columns, k, temperature, quantity, one column a method, and for what was simulated
        the statistics of `replicate_statistics` and z = (simulation - theory)/standard error.
    kind : str
        What is drawn of an ``illustration``, and theory by other columns than `KEYS`, is passed on as it is;
        of a ``replicate_spread`` every replicate is kept.
    configuration : dict
        Empty: everything is in the inputs.
    """
    batches = [provenance.read_table(path) for path in simulation]
    if kind == "illustration":
        provenance.write_table(pd.concat(batches, ignore_index=True), table)
        return
    values = provenance.read_table(theory)
    if kind == "replicate_spread":
        replicates = pd.concat(batches, ignore_index=True).assign(mean=lambda rows: rows["sum"] / rows["n"])
        wide = values.pivot(index=KEYS, columns="method", values="value").reset_index()
        wide.columns.name = None
        frame = replicates.drop(columns="sum").merge(wide, on=KEYS, how="outer", validate="many_to_one")
        points = provenance.read_table(grid)
        provenance.write_table(points.merge(frame, on="point", how="right", validate="one_to_many"), table)
        return
    if not set(KEYS) <= set(values.columns):
        provenance.write_table(values, table)
        return
    wide = values.pivot(index=KEYS, columns="method", values="value")
    wide.columns.name = None
    statistics = replicate_statistics(pd.concat(batches, ignore_index=True))
    # A merge pairs missing k and temperature with each other; a join of indices does not.
    frame = wide.reset_index().merge(statistics.reset_index(), on=KEYS, how="outer", validate="one_to_one")
    reference = frame["exact"] if "exact" in frame else frame["two_point"]
    frame["z"] = (frame["simulation"] - reference) / frame["standard_error"]
    points = provenance.read_table(grid)
    provenance.write_table(points.merge(frame, on="point", how="right", validate="one_to_many"), table)


def replicate_statistics(batches: pd.DataFrame) -> pd.DataFrame:
    """Means over replicates and their standard errors, which see nothing but the spread between replicates.

    ``difference`` is the mean minus that at the largest simulated k of the same curve. Both share
    training set, inputs and candidates, so its standard error is that of the differences within a replicate.
    """
    batches = batches.assign(mean=batches["sum"] / batches["n"])
    curve = ["point", "temperature", "quantity", "replicate"]
    last = batches.sort_values("k").groupby(curve, dropna=False)["mean"].transform("last")
    batches["difference"] = batches["mean"] - last
    groups = batches.sort_values("replicate").groupby(KEYS, dropna=False)
    count = groups.size()
    return pd.DataFrame(
        {
            "simulation": groups["mean"].mean(),
            "standard_error": groups["mean"].std(ddof=1) / np.sqrt(count),
            "difference": groups["difference"].mean(),
            "difference_standard_error": groups["difference"].std(ddof=1) / np.sqrt(count),
            "replicates": count,
        }
    )


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
