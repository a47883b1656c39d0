for figure in FIGURES:

    rule:
        name:
            f"fig_{figure}"
        input:
            tables=figure_tables(figure),
            records=records(*figure_tables(figure)),
            sources=sources(f"scripts/figures/{figure}.py"),
        output:
            pdf=f"{RESULTS}/figures/{figure}.pdf",
            png=report(
                f"{RESULTS}/figures/{figure}.png",
                caption=f"../captions/{figure}.rst",
                category="Figures",
                labels={"figure": figure, "rule": f"fig_{figure}"},
            ),
            csv=f"{RESULTS}/figures/{figure}.csv",
            record=f"{RESULTS}/figures/{figure}.record.json",
        log:
            f"{RESULTS}/logs/fig_{figure}.log",
        benchmark:
            f"{RESULTS}/benchmarks/fig_{figure}.tsv"
        conda:
            "../../envs/paper.yaml"
        params:
            configuration={},
            figure=figure,
            versions=versions(f"scripts/figures/{figure}.py"),
        message:
            f"Drawing {figure}"
        # Not the loop's variable: Snakemake reads this line when the job runs, after the loop.
        script:
            "../../scripts/figures/{params.figure}.py"


rule figures:
    input:
        figure_files(*FIGURES),
