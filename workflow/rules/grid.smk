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
