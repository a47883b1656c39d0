# The table of figures: what each one draws from, and where it is printed. Order is that of the paper.
FIGURES = {
    "overview": {"experiments": ["overview"], "place": "paper"},
    "equivalents": {"experiments": ["equivalents"], "place": "paper"},
    "error_vs_k": {"experiments": ["error_vs_k"], "place": "paper"},
    "error_vs_temperature": {"experiments": ["error_vs_temperature"], "place": "paper"},
    "best_of_k": {"experiments": ["best_of_k"], "place": "paper"},
    "phase_diagram": {"experiments": ["phase_diagram"], "place": "paper"},
}


def figure_tables(figure):
    return expand(rules.collect.output.table, experiment=FIGURES[figure]["experiments"])


def figure_files(place):
    """The pictures and numbers of all figures printed in one place, `paper` or `appendix`."""
    chosen = [name for name, entry in FIGURES.items() if entry["place"] == place]
    return expand(f"{RESULTS}/figures/{{name}}.{{format}}", name=chosen, format=["pdf", "png", "csv"])


def captions(place):
    return [f"workflow/captions/{name}.rst" for name, entry in FIGURES.items() if entry["place"] == place]


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
        params:
            configuration={},
            versions=versions(f"scripts/figures/{figure}.py"),
        log:
            f"{RESULTS}/logs/fig_{figure}.log",
        benchmark:
            f"{RESULTS}/benchmarks/fig_{figure}.tsv"
        message:
            f"Drawing {figure}"
        conda:
            "../../envs/paper.yaml"
        script:
            f"../../scripts/figures/{figure}.py"


rule figures:
    input:
        figure_files("paper"),
