rule grid:
    input:
        sources=sources("scripts/grid.py"),
    output:
        grid=f"{RESULTS}/grid/{{experiment}}.csv",
        record=f"{RESULTS}/grid/{{experiment}}.record.json",
    log:
        f"{RESULTS}/logs/grid/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/grid/{{experiment}}.tsv"
    wildcard_constraints:
        experiment=r"(?!(real_data|neural_networks|half_temperature_test)\b)\w+",
    conda:
        "../../envs/paper.yaml"
    params:
        configuration=lambda wildcards: block(wildcards.experiment, "problem", "beam"),
        experiment="{experiment}",
        versions=versions("scripts/grid.py"),
    message:
        "Laying out the points of {wildcards.experiment}"
    script:
        "../../scripts/grid.py"


# Data sets are laid out by a script of their own: were they part of the grid of training problems, a change of
# what is known of data would make every experiment stale.
rule data_grid:
    input:
        sources=sources("scripts/data_grid.py"),
    output:
        grid=f"{RESULTS}/grid/{{experiment}}.csv",
        record=f"{RESULTS}/grid/{{experiment}}.record.json",
    log:
        f"{RESULTS}/logs/grid/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/grid/{{experiment}}.tsv"
    wildcard_constraints:
        experiment="real_data|neural_networks",
    conda:
        "../../envs/paper.yaml"
    params:
        configuration=lambda wildcards: block(wildcards.experiment, "data"),
        experiment="{experiment}",
        versions=versions("scripts/data_grid.py"),
    message:
        "Laying out the points of {wildcards.experiment}"
    script:
        "../../scripts/data_grid.py"


rule pool_grid:
    input:
        sources=sources("scripts/pool_grid.py"),
    output:
        grid=f"{RESULTS}/grid/{{experiment}}.csv",
        record=f"{RESULTS}/grid/{{experiment}}.record.json",
    log:
        f"{RESULTS}/logs/grid/{{experiment}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/grid/{{experiment}}.tsv"
    wildcard_constraints:
        experiment="half_temperature_test",
    conda:
        "../../envs/paper.yaml"
    params:
        configuration=lambda wildcards: block(wildcards.experiment, "pools"),
        experiment="{experiment}",
        versions=versions("scripts/pool_grid.py"),
    message:
        "Laying out the points of {wildcards.experiment}"
    script:
        "../../scripts/pool_grid.py"
