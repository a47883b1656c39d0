"""Rule llm_judge: scores of the sampled answers to a few questions of one task."""

import pandas as pd
from bestofk import provenance
from bestofk.language_judges import judge
from bestofk.language_server import open_model
from bestofk.language_tasks import questions


def main(samples: str, scores: str, task: str, configuration: dict) -> None:
    """Let every judge score every different answer of a shard.

    Parameters
    ----------
    samples : str
        What llm_sample made. Answers that are no number are not judged.
    scores : str
        Output: question, answer (without spaces around it) and one column a judge.
    task : str
        A key of `language_tasks.TASKS`.
    configuration : dict
        By dotted key: ``seed``, ``model``, ``judges`` and the questions of the task.
    """
    frame = provenance.read_table(samples).dropna(subset="value")
    known = {
        question.text: question
        for question in questions(task, configuration[f"tasks.{task}.questions"], seed=configuration["seed"])
    }
    different = frame["answer"].str.strip(" ").groupby(frame["question"], sort=False).unique()
    asked = [(known[text], sorted(answers)) for text, answers in different.items()]
    # One slot: the model's memory then holds one prompt, and a score depends on that alone.
    model = open_model(configuration["model"], slots=1)
    judged = judge(model, task, asked, configuration["judges"])
    rows = [(text, answer, *held.values()) for text, answer, held in judged]
    provenance.write_table(
        pd.DataFrame(rows, columns=["question", "answer", *configuration["judges"]]), scores
    )


if "snakemake" in globals():
    from adapter import run

    run(main, snakemake)
