# What every rule needs: the checked configuration, the names that follow from it, and who uses what.
import os
import sys
from pathlib import Path
from functools import cache

os.environ["PYTHONPATH"] = os.path.abspath("workflow")
sys.path.insert(0, os.path.abspath("workflow"))

from bestofk import provenance
from bestofk.config import ConfigurationError, load
from bestofk.trace import lookup

if "experiments" in config:
    sys.exit("Give the parameter file as `--config parameters=FILE`: --configfile would not check it.")
try:
    CONFIGURATION = load(config.get("parameters", "workflow/config/paper.yaml"))
except ConfigurationError as error:
    sys.exit(str(error))

RUN = CONFIGURATION["run"]
RESULTS = f"results/{RUN}"
EXPERIMENTS = CONFIGURATION["experiments"]


def configured(*keys):
    """The configuration at some dotted keys: what a job depends on, and what its record states."""
    return {key: lookup(CONFIGURATION, key) for key in keys}


def block(experiment, *parts):
    """The named parts of an experiment's block, as far as it has them, by dotted key."""
    return configured(*(f"experiments.{experiment}.{part}" for part in parts if part in EXPERIMENTS[experiment]))


@cache
def sources(script, *others):
    """The files written by a person that decide what a script makes: itself, its modules, and others."""
    return [script, *provenance.module_closure(script), *others]


@cache
def versions(script):
    return provenance.package_versions(sources(script))


def records(*paths):
    return sorted({provenance.record_path(path).as_posix() for path in paths})


def batches(experiment):
    return range(EXPERIMENTS[experiment]["simulation"]["batches"]) if is_simulated(experiment) else []


def is_simulated(experiment):
    return "simulation" in EXPERIMENTS[experiment]


def simulated_tables(experiment):
    return [f"{RESULTS}/simulation/{experiment}/{batch}.parquet" for batch in batches(experiment)]
