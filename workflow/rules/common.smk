# What the rules share: the checked configuration, the names that follow from it, and who uses what.
import os
import sys
from pathlib import Path
from functools import cache

os.environ.update(PYTHONPATH=os.path.abspath("workflow"))
# By default glibc hands arrays of 128 kB and more back to the system, and then pays for their pages again at
# every use, which takes a third of the time of many jobs. Elsewhere these two have no effect.
os.environ.update(MALLOC_MMAP_THRESHOLD_="1073741824", MALLOC_TRIM_THRESHOLD_="1073741824")
sys.path.insert(0, os.path.abspath("workflow"))

from alone import take_folder
from bestofk import provenance
from bestofk.config import ConfigurationError, load
from bestofk.sources import module_closure, package_versions
from bestofk.needs import unmet
from bestofk.trace import lookup

# What a job says passes through a reader that an interrupt ends: no job then prints where it was interrupted.
shell.prefix("set -euo pipefail; exec 2> >(exec cat >&2); ")

if "experiments" in config:
    sys.exit("Give the parameter file as `--config parameters=FILE`: --configfile would not check it.")
PARAMETERS = config.get("parameters", "workflow/config/paper.yaml")
try:
    CONFIGURATION = load(PARAMETERS)
except ConfigurationError as error:
    sys.exit(str(error))

if unmet_needs := list(unmet(CONFIGURATION, PARAMETERS)):
    sys.exit("\n".join(unmet_needs))

RUN = CONFIGURATION["run"]
RESULTS = f"results/{RUN}"
EXPERIMENTS = CONFIGURATION["experiments"]


def configured(*keys):
    """The configuration at some dotted keys: what a job depends on, and what its record states."""
    return {key: lookup(CONFIGURATION, key) for key in keys}


def block(experiment, *parts):
    """The named parts of an experiment's block, as far as it has them, by dotted key."""
    return configured(
        *(f"experiments.{experiment}.{part}" for part in parts if part in EXPERIMENTS[experiment])
    )


def theory_block(experiment):
    """What theory depends on: all of an experiment's block but the size of its simulation."""
    return block(
        experiment, *(part for part in EXPERIMENTS[experiment] if part not in ("kind", "simulation"))
    )


@cache
def sources(script, *others):
    """The files written by a person that decide what a script makes: itself, its modules, and others."""
    modules = [name for path in (script, *others) if path.endswith(".py") for name in module_closure(path)]
    return list(dict.fromkeys([script, *others, *modules]))


@cache
def versions(script, *others):
    return package_versions(sources(script, *others))


def kind_module(folder, experiment):
    """The module that a script loads by the kind of the experiment."""
    return f"workflow/{folder}/{EXPERIMENTS[experiment]['kind']}.py"


def records(*paths):
    return sorted({provenance.record_path(path).as_posix() for path in paths})


def batches(experiment):
    return range(EXPERIMENTS[experiment]["simulation"]["batches"]) if is_simulated(experiment) else []


def is_simulated(experiment):
    return "simulation" in EXPERIMENTS[experiment]


def simulated_tables(experiment):
    return [f"{RESULTS}/simulation/{experiment}/{batch}.parquet" for batch in batches(experiment)]


# The table of figures: what each one draws from, and where it is printed. Order is that of the paper.
FIGURES = {
    "overview": {"experiments": ["overview"], "place": "paper"},
    "equivalents": {"experiments": ["equivalents", "best_of_k"], "place": "paper"},
    "error_vs_k": {"experiments": ["error_vs_k"], "place": "paper"},
    "error_vs_temperature": {"experiments": ["error_vs_temperature"], "place": "paper"},
    "best_of_k": {"experiments": ["best_of_k"], "place": "paper"},
    "one_input": {"experiments": ["one_input"], "place": "paper"},
    "phase_diagram": {"experiments": ["phase_diagram"], "place": "paper"},
    "phase_edges": {"experiments": ["phase_edges"], "place": "appendix"},
    "proportional_regime": {"experiments": ["proportional_regime"], "place": "paper"},
    "optimal_reward": {"experiments": ["optimal_reward"], "place": "paper"},
    "expansion_orders": {"experiments": ["expansion_orders"], "place": "appendix"},
    "universality": {"experiments": ["universality"], "place": "paper"},
    "task_difficulty": {"experiments": ["task_difficulty", "decay_exponent"], "place": "paper"},
    "aggregation": {"experiments": ["aggregation", "aggregation_map"], "place": "paper"},
    "beam_search": {"experiments": ["beam_search"], "place": "paper"},
    "inference_vs_data": {"experiments": ["inference_vs_data"], "place": "paper"},
    "convergence_in_dimension": {
        "experiments": ["convergence_in_dimension", "equivalents"],
        "place": "appendix",
    },
    "replicate_spread": {"experiments": ["replicate_spread"], "place": "appendix"},
    "quadrature_accuracy": {"experiments": ["quadrature_accuracy"], "place": "appendix"},
}


def figure_tables(figure):
    return [f"{RESULTS}/tables/{experiment}.parquet" for experiment in FIGURES[figure]["experiments"]]


def figures_in(place):
    """The names of the figures printed in one place, `paper` or `appendix`."""
    return [name for name, entry in FIGURES.items() if entry["place"] == place]


def figure_files(*names):
    """The pictures and numbers of some figures."""
    return [f"{RESULTS}/figures/{name}.{suffix}" for name in names for suffix in ("pdf", "png", "csv")]


def captions(*names):
    return [f"workflow/captions/{name}.rst" for name in names]
