from typesetting import text_files

TABLES = expand(rules.collect.output.table, experiment=EXPERIMENTS)


rule claims:
    input:
        tables=TABLES,
        records=records(*TABLES),
        sources=sources("scripts/claims.py"),
    output:
        claims=f"{RESULTS}/claims.json",
        table=report(
            f"{RESULTS}/claims.html",
            caption="../captions/claims.rst",
            category="Claims",
            labels={"table": "claims and verdicts"},
        ),
        record=f"{RESULTS}/claims.record.json",
    log:
        f"{RESULTS}/logs/claims.log",
    benchmark:
        f"{RESULTS}/benchmarks/claims.tsv"
    conda:
        "../../envs/paper.yaml"
    params:
        configuration=configured("claims", "confidence"),
        versions=versions("scripts/claims.py"),
    message:
        "Deciding the claims"
    script:
        "../../scripts/claims.py"


rule numbers:
    input:
        tables=TABLES,
        claims=rules.claims.output.claims,
        records=records(*TABLES, rules.claims.output.claims),
        sources=sources("scripts/numbers.py"),
    output:
        numbers=f"{RESULTS}/numbers.json",
        record=f"{RESULTS}/numbers.record.json",
    log:
        f"{RESULTS}/logs/numbers.log",
    benchmark:
        f"{RESULTS}/benchmarks/numbers.tsv"
    conda:
        "../../envs/paper.yaml"
    params:
        configuration=configured("experiments", "claims", "seed", "confidence"),
        versions=versions("scripts/numbers.py"),
    message:
        "Formatting the numbers that the text quotes"
    script:
        "../../scripts/numbers.py"


# Each figure is printed with its recipe, so that its record is read as data.
PRINTED = {place: figure_files(*figures_in(place)) for place in ("paper", "appendix")}
APPENDIX_TEXT = text_files(".", "paper/appendix.typ")


rule paper:
    input:
        numbers=rules.numbers.output.numbers,
        claims=rules.claims.output.claims,
        figures=PRINTED["paper"],
        records=[rules.numbers.output.record, rules.claims.output.record, *records(*PRINTED["paper"])],
        # A number is printed in the paper or in the appendix, which is therefore read as well.
        sources=sources(
            "scripts/paper.py",
            *text_files(".", "paper/paper.typ"),
            *APPENDIX_TEXT,
            *captions(*figures_in("paper")),
        ),
    output:
        paper=report(
            f"{RESULTS}/paper.pdf",
            caption="../captions/paper.rst",
            category="Text",
            labels={"document": "paper", "rule": "paper"},
        ),
        record=f"{RESULTS}/paper.record.json",
    log:
        f"{RESULTS}/logs/paper.log",
    benchmark:
        f"{RESULTS}/benchmarks/paper.tsv"
    conda:
        "../../envs/paper.yaml"
    params:
        configuration=configured("run"),
        run=lambda wildcards: RUN,
        versions=versions("scripts/paper.py"),
    message:
        "Typesetting the paper"
    script:
        "../../scripts/paper.py"


# Where the meaning of each parameter stands.
SCHEMA = "workflow/schemas/config.schema.json"


rule appendix:
    input:
        numbers=rules.numbers.output.numbers,
        claims=rules.claims.output.claims,
        figures=PRINTED["appendix"],
        # It prints the versions that the records name, so that it reads them as data.
        made=records(
            *rules.tables.input,
            *figure_files(*FIGURES),
            rules.numbers.output.numbers,
            rules.claims.output.claims,
        ),
        sources=sources("scripts/appendix.py", *APPENDIX_TEXT, *captions(*figures_in("appendix")), SCHEMA),
    output:
        appendix=report(
            f"{RESULTS}/appendix.pdf",
            caption="../captions/appendix.rst",
            category="Text",
            labels={"document": "appendix", "rule": "appendix"},
        ),
        record=f"{RESULTS}/appendix.record.json",
    log:
        f"{RESULTS}/logs/appendix.log",
    benchmark:
        f"{RESULTS}/benchmarks/appendix.tsv"
    conda:
        "../../envs/paper.yaml"
    params:
        configuration=configured(*CONFIGURATION),
        versions=versions("scripts/appendix.py"),
    message:
        "Typesetting the appendix"
    script:
        "../../scripts/appendix.py"
