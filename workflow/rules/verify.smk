REFERENCE = sorted(str(path) for path in Path("tests/reference", RUN).rglob("*") if path.is_file())
CHECKED = [
    *expand(rules.grid.output.grid, experiment=CHAINED),
    *expand(rules.theory.output.theory, experiment=CHAINED),
    *(path for path in figure_files(*FIGURES) if path.endswith(".csv")),
    rules.claims.output.claims,
]


rule verify:
    input:
        artifacts=CHECKED,
        records=records(*CHECKED),
        sources=sources("scripts/verify.py", *REFERENCE),
    output:
        verification=f"{RESULTS}/verify.json",
        record=f"{RESULTS}/verify.record.json",
    log:
        f"{RESULTS}/logs/verify.log",
    benchmark:
        f"{RESULTS}/benchmarks/verify.tsv"
    conda:
        "../../envs/paper.yaml"
    params:
        configuration=configured("run"),
        run=lambda wildcards: RUN,
        versions=versions("scripts/verify.py"),
    message:
        "Comparing the run with its reference"
    script:
        "../../scripts/verify.py"


if RUN == "paper":

    rule publish:
        # What is published is no declared output: a job that fails would delete them.
        input:
            figures=figure_files(*FIGURES),
            paper=rules.paper.output.paper,
            appendix=rules.appendix.output.appendix,
            numbers=rules.numbers.output.numbers,
            claims=rules.claims.output.claims,
            verification=rules.verify.output.verification,
            records=[
                *records(*figure_files(*FIGURES)),
                rules.paper.output.record,
                rules.appendix.output.record,
                rules.numbers.output.record,
                rules.claims.output.record,
                rules.verify.output.record,
            ],
            sources=sources("scripts/publish.py"),
        output:
            published=f"{RESULTS}/published.json",
            record=f"{RESULTS}/published.record.json",
        log:
            f"{RESULTS}/logs/publish.log",
        benchmark:
            f"{RESULTS}/benchmarks/publish.tsv"
        conda:
            "../../envs/paper.yaml"
        params:
            configuration={},
            versions=versions("scripts/publish.py"),
        message:
            "Publishing the figures, the paper and its appendix"
        script:
            "../../scripts/publish.py"
