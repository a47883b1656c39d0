# The language model: snakemake -s workflow/language_model.smk, or make llm.
# A graph of its own: its configuration, its model and its hour of work are no part of the paper's, which reads the
# pool in data/ and must neither need a model nor be made again when a model's settings change.
from snakemake.utils import min_version

min_version("9.0")


include: "rules/shared.smk"


from bestofk.language_config import ConfigurationError, load
from bestofk.sources import installed_version

PARAMETERS = config.get("parameters", "workflow/config/language_model.yaml")
try:
    CONFIGURATION = load(PARAMETERS)
except ConfigurationError as error:
    sys.exit(str(error))

if CONFIGURATION["run"] != Path(PARAMETERS).stem:
    sys.exit(
        f"{PARAMETERS} has `run: {CONFIGURATION['run']}`; it must be `run: {Path(PARAMETERS).stem}`: results "
        "are named after the file."
    )
if "path" in CONFIGURATION["model"] and not Path(CONFIGURATION["model"]["path"]).is_file():
    sys.exit(f"{PARAMETERS}: model.path is {CONFIGURATION['model']['path']}; there is no such file.")

RESULTS = f"results/{CONFIGURATION['run']}"
SHARDS = [
    (task, shard)
    for task, block in CONFIGURATION["tasks"].items()
    for shard in range(-(-block["questions"] // CONFIGURATION["questions_per_shard"]))
]
# What is behind a URL is not known; a model in a file is known by its hash.
RUNTIME = {} if "url" in CONFIGURATION["model"] else {"xllamacpp": installed_version("xllamacpp")}
SAMPLES = [f"{RESULTS}/samples/{task}/{shard}.parquet" for task, shard in SHARDS]
SCORES = [f"{RESULTS}/scores/{task}/{shard}.parquet" for task, shard in SHARDS]


include: "rules/language_model.smk"


onstart:
    take_folder()


wildcard_constraints:
    task="|".join(CONFIGURATION["tasks"]),
    shard=r"\d+",


localrules:
    language_model,


rule language_model:
    # Every shard is named: one that was moved aside is made again even where the pool is still there.
    default_target: True
    input:
        SAMPLES,
        SCORES,
        rules.llm_pool.output,
        rules.llm_tables.output,
    message:
        "The pool is made"
