# What the rules share: the checked configuration, the names that follow from it, and who uses what.
include: "shared.smk"


from bestofk.config import ConfigurationError, load
from bestofk.needs import unmet

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
# Estimates from a committed pool of candidates have no grid, theory or simulation before their table.
FROM_POOLS = [name for name, of in EXPERIMENTS.items() if of["kind"] == "language_model"]
CHAINED = [name for name in EXPERIMENTS if name not in FROM_POOLS]


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


def kind_module(folder, experiment):
    """The module that a script loads by the kind of the experiment."""
    return f"workflow/{folder}/{EXPERIMENTS[experiment]['kind']}.py"


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
    "real_data": {"experiments": ["real_data"], "place": "paper"},
    "neural_networks": {"experiments": ["neural_networks"], "place": "paper"},
    "language_model": {"experiments": ["language_model"], "place": "paper"},
    "half_temperature_test": {
        "experiments": ["half_temperature_test", "language_model", "neural_networks"],
        "place": "paper",
    },
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
