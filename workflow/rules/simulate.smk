rule simulate:
    input:
        grid=rules.grid.output.grid,
        records=rules.grid.output.record,
        sources=lambda wildcards: sources(
            "scripts/simulate.py", kind_module("simulations", wildcards.experiment)
        ),
    output:
        simulation=f"{RESULTS}/simulation/{{experiment}}/{{batch}}.parquet",
        record=f"{RESULTS}/simulation/{{experiment}}/{{batch}}.record.json",
    log:
        f"{RESULTS}/logs/simulate/{{experiment}}_{{batch}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/simulate/{{experiment}}_{{batch}}.tsv"
    conda:
        "../../envs/paper.yaml"
    threads: 1
    params:
        configuration=lambda wildcards: configured("seed")
        | theory_block(wildcards.experiment)
        | block(wildcards.experiment, "simulation"),
        experiment="{experiment}",
        kind=lambda wildcards: EXPERIMENTS[wildcards.experiment]["kind"],
        batch=lambda wildcards: int(wildcards.batch),
        seeds="SeedSequence(seed, spawn_key=(crc32(experiment), seed_key of the training problem, replicate))",
        versions=lambda wildcards: versions(
            "scripts/simulate.py", kind_module("simulations", wildcards.experiment)
        ),
    message:
        "Simulating {wildcards.experiment}, batch {wildcards.batch}"
    script:
        "../../scripts/simulate.py"


rule collect:
    input:
        grid=rules.grid.output.grid,
        theory=rules.theory.output.theory,
        simulation=lambda wildcards: simulated_tables(wildcards.experiment),
        records=lambda wildcards: records(
            rules.grid.output.grid.format(experiment=wildcards.experiment),
            rules.theory.output.theory.format(experiment=wildcards.experiment),
            *simulated_tables(wildcards.experiment),
        ),
        sources=sources("scripts/collect.py"),
    output:
        table=f"{RESULTS}/tables/{{experiment}}.parquet",
        record=f"{RESULTS}/tables/{{experiment}}.record.json",
    log:
        f"{RESULTS}/logs/collect/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/collect/{{experiment}}.tsv"
    wildcard_constraints:
        experiment="|".join(CHAINED),
    conda:
        "../../envs/paper.yaml"
    params:
        configuration={},
        kind=lambda wildcards: EXPERIMENTS[wildcards.experiment]["kind"],
        versions=versions("scripts/collect.py"),
    message:
        "Putting theory beside simulation for {wildcards.experiment}"
    script:
        "../../scripts/collect.py"


rule tables:
    # Every step is named, not only the last: a file that was moved aside is made again even where
    # everything that was made from it is still there.
    input:
        expand(rules.grid.output.grid, experiment=CHAINED),
        expand(rules.theory.output.theory, experiment=CHAINED),
        [table for experiment in CHAINED for table in simulated_tables(experiment)],
        expand(rules.collect.output.table, experiment=CHAINED),
        expand(rules.estimate.output.table, experiment=FROM_POOLS),
