"""Rule llm_sample: a language model's answers to a few questions of one task."""

from zlib import crc32

import numpy as np
import pandas as pd
from bestofk import provenance
from bestofk.language_server import open_model
from bestofk.language_tasks import answering_prompt, parse_number, questions


def main(samples: str, task: str, shard: int, configuration: dict) -> None:
    """Sample candidates for the questions of a shard.

    Parameters
    ----------
    samples : str
        Output: one row a candidate; its answer as the model gave it, its value where that is a number,
        whether it is right, the squared error, and its tokens.
    task : str
        A key of `language_tasks.TASKS`.
    shard : int
        Number of the shard, from 0.
    configuration : dict
        By dotted key: ``seed``, ``model``, ``candidates``, ``temperature``, ``max_tokens``,
        ``questions_per_shard`` and the questions of the task.
    """
    model = open_model(configuration["model"], slots=configuration["model"]["slots"])
    shared, tail = answering_prompt(task)
    asked = questions(task, configuration[f"tasks.{task}.questions"], seed=configuration["seed"])
    size = configuration["questions_per_shard"]
    rows = []
    for question in asked[shard * size : (shard + 1) * size]:
        key = (crc32(task.encode()), crc32(question.text.encode()))
        candidates = model.sample(
            shared + tail(question),
            configuration["candidates"],
            seeds=lambda request, key=key: request_seed(configuration["seed"], *key, request),
            temperature=configuration["temperature"],
            max_tokens=configuration["max_tokens"],
        )
        for place, candidate in enumerate(candidates):
            value = parse_number(candidate.text)
            error = None if value is None else (value - question.answer) ** 2
            right = value == question.answer
            rows.append((task, question.text, place, candidate.text, value, right, error, candidate.tokens))
    names = ["task", "question", "candidate", "answer", "value", "correct", "squared_error", "tokens"]
    frame = pd.DataFrame(rows, columns=names)
    floats = {"value": "float64", "squared_error": "float64"}
    provenance.write_table(frame.astype(floats), samples)


def request_seed(root: int, *key: int) -> int:
    """Return the seed of one request: 31 bits, as llama.cpp takes the largest one of 32 for "any"."""
    return int(np.random.SeedSequence(root, spawn_key=key).generate_state(1)[0] >> 1)


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
