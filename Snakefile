# One parameter file in, the paper out. The rules are in workflow/rules, the parameters in workflow/config:
#   snakemake                                                 the paper
#   snakemake --config parameters=workflow/config/smoke.yaml  the same graph, small
from snakemake.utils import min_version

min_version("9.0")


include: "workflow/rules/common.smk"
include: "workflow/rules/grid.smk"
include: "workflow/rules/theory.smk"
include: "workflow/rules/estimate.smk"
include: "workflow/rules/simulate.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/paper.smk"
include: "workflow/rules/verify.smk"


report: "workflow/captions/report.rst"


onstart:
    take_folder()


wildcard_constraints:
    experiment="|".join(EXPERIMENTS),
    batch=r"\d+",


localrules:
    all,
    tables,
    figures,


rule all:
    # Every table is named: with committed figures and no results, the newest files alone would look finished.
    default_target: True
    input:
        rules.tables.input,
        rules.figures.input,
        f"{RESULTS}/paper.pdf",
        f"{RESULTS}/appendix.pdf",
        f"{RESULTS}/verify.json",
        f"{RESULTS}/published.json" if RUN == "paper" else [],
    message:
        "Everything is made"
