# Experiments on a pool of candidates that is committed, and that `make llm` makes again: neither grid nor theory
# nor simulation come before their table.
rule estimate:
    input:
        pool="data/language_model.parquet",
        made="data/language_model.record.json",
        records="data/language_model.record.json",
        sources=sources("scripts/estimate.py"),
    output:
        table=f"{RESULTS}/tables/{{experiment}}.parquet",
        record=f"{RESULTS}/tables/{{experiment}}.record.json",
    log:
        f"{RESULTS}/logs/estimate/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/estimate/{{experiment}}.tsv"
    wildcard_constraints:
        experiment="|".join(FROM_POOLS),
    conda:
        "../../envs/paper.yaml"
    params:
        configuration=lambda wildcards: block(wildcards.experiment, "questions", "estimates"),
        experiment="{experiment}",
        versions=versions("scripts/estimate.py"),
    message:
        "Estimating from the pool of {wildcards.experiment}"
    script:
        "../../scripts/estimate.py"
