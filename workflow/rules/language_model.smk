rule llm_sample:
    input:
        sources=sources("scripts/llm_sample.py"),
    output:
        samples=f"{RESULTS}/samples/{{task}}/{{shard}}.parquet",
        record=f"{RESULTS}/samples/{{task}}/{{shard}}.record.json",
    log:
        f"{RESULTS}/logs/llm_sample/{{task}}_{{shard}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/llm_sample/{{task}}_{{shard}}.tsv"
    conda:
        "../../envs/paper.yaml"
    threads: 1
    params:
        configuration=lambda wildcards: configured(
            *("seed", "model", "candidates", "temperature", "max_tokens", "questions_per_shard"),
            f"tasks.{wildcards.task}.questions",
        ),
        task="{task}",
        shard=lambda wildcards: int(wildcards.shard),
        seeds="SeedSequence(seed, spawn_key=(crc32(task), crc32(question), request))",
        versions=versions("scripts/llm_sample.py") | RUNTIME,
    message:
        "Sampling answers to {wildcards.task}, shard {wildcards.shard}"
    script:
        "../../scripts/llm_sample.py"


rule llm_judge:
    input:
        samples=rules.llm_sample.output.samples,
        records=rules.llm_sample.output.record,
        sources=sources("scripts/llm_judge.py"),
    output:
        scores=f"{RESULTS}/scores/{{task}}/{{shard}}.parquet",
        record=f"{RESULTS}/scores/{{task}}/{{shard}}.record.json",
    log:
        f"{RESULTS}/logs/llm_judge/{{task}}_{{shard}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/llm_judge/{{task}}_{{shard}}.tsv"
    conda:
        "../../envs/paper.yaml"
    threads: 1
    params:
        configuration=lambda wildcards: configured(
            "seed", "model", "judges", f"tasks.{wildcards.task}.questions"
        ),
        task="{task}",
        versions=versions("scripts/llm_judge.py") | RUNTIME,
    message:
        "Judging the answers to {wildcards.task}, shard {wildcards.shard}"
    script:
        "../../scripts/llm_judge.py"


rule llm_pool:
    input:
        samples=SAMPLES,
        scores=SCORES,
        records=records(*SAMPLES, *SCORES),
        sources=sources("scripts/llm_pool.py"),
    output:
        pool=f"{RESULTS}/pool.parquet",
        record=f"{RESULTS}/pool.record.json",
    log:
        f"{RESULTS}/logs/llm_pool.log",
    benchmark:
        f"{RESULTS}/benchmarks/llm_pool.tsv"
    conda:
        "../../envs/paper.yaml"
    params:
        configuration=configured("seed", "judges", "analysis"),
        versions=versions("scripts/llm_pool.py"),
    message:
        "Joining the shards"
    script:
        "../../scripts/llm_pool.py"


rule llm_tables:
    input:
        pool=rules.llm_pool.output.pool,
        records=rules.llm_pool.output.record,
        sources=sources("scripts/llm_tables.py"),
    output:
        curves=f"{RESULTS}/curves.csv",
        tests=f"{RESULTS}/tests.json",
        record=f"{RESULTS}/curves.record.json",
    log:
        f"{RESULTS}/logs/llm_tables.log",
    benchmark:
        f"{RESULTS}/benchmarks/llm_tables.tsv"
    conda:
        "../../envs/paper.yaml"
    params:
        configuration=configured("seed", "judges", "analysis"),
        seeds="SeedSequence(seed, spawn_key=(crc32(task), crc32(judge), crc32(metric), crc32(use)))",
        versions=versions("scripts/llm_tables.py"),
    message:
        "Drawing curves through the pool, and testing their rise and fall"
    script:
        "../../scripts/llm_tables.py"
