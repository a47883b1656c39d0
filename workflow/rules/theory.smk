rule theory:
    input:
        grid=rules.grid.output.grid,
        records=rules.grid.output.record,
        sources=lambda wildcards: sources("scripts/theory.py", kind_module("theories", wildcards.experiment)),
    output:
        theory=f"{RESULTS}/theory/{{experiment}}.parquet",
        record=f"{RESULTS}/theory/{{experiment}}.record.json",
    log:
        f"{RESULTS}/logs/theory/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/theory/{{experiment}}.tsv"
    conda:
        "../../envs/paper.yaml"
    params:
        configuration=lambda wildcards: configured("seed") | theory_block(wildcards.experiment),
        experiment="{experiment}",
        kind=lambda wildcards: EXPERIMENTS[wildcards.experiment]["kind"],
        versions=lambda wildcards: versions(
            "scripts/theory.py", kind_module("theories", wildcards.experiment)
        ),
    message:
        "Computing the theory of {wildcards.experiment}"
    script:
        "../../scripts/theory.py"
