"""Ask a language model: sample answers to a prompt, and the likelihood of an answer that is given.

Where the model is does not matter here: `language_server` opens it. Likelihoods need a server that takes a
grammar, as llama.cpp's own does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

#: How many of the next tokens a model is asked for where two of them are wanted.
LIKELIEST = 200

#: Said where a response has no log-probabilities.
LACKING = "the model's response lacks the log-probabilities of tokens"


class LanguageModelError(RuntimeError):
    """A model cannot be opened or does not answer as it must: one sentence."""


class Candidate(NamedTuple):
    """One sampled answer.

    Attributes
    ----------
    text : str
        Without the token that ended it.
    tokens : int
        Number of tokens in it.
    log_likelihood : float
        Sum of their log-probabilities, without the token that ended it.
    """

    text: str
    tokens: int
    log_likelihood: float


class LanguageModel:
    """A model that completes prompts, wherever it runs.

    Parameters
    ----------
    complete : callable
        Takes a request in the form of OpenAI's completions (with llama.cpp's ``grammar`` and
        ``cache_prompt``) and returns the response as decoded JSON.
    slots : int
        Most candidates in one request.
    """

    def __init__(self, complete: Callable[[dict[str, Any]], Any], *, slots: int):
        self._complete = complete
        self._slots = slots

    def sample(
        self, prompt: str, number: int, *, seeds: Callable[[int], int], temperature: float, max_tokens: int
    ) -> list[Candidate]:
        """Sample answers, each up to the end of its line.

        Parameters
        ----------
        prompt : str
        number : int
            Of candidates; more than `slots` of them take several requests.
        seeds : callable
            Number of a request, from 0, to its seed.
        temperature : float
            Of the sampling of tokens; all tokens stay possible (no top-k, top-p or min-p).
        max_tokens : int
            An answer that goes on beyond them is cut.

        Returns
        -------
        list of Candidate

        Raises
        ------
        LanguageModelError
            If the model does not answer as it must.
        """
        found: list[Candidate] = []
        for start in range(0, number, self._slots):
            wanted = min(self._slots, number - start)
            request = {"prompt": prompt, "n": wanted, "max_tokens": max_tokens, "stop": ["\n"]}
            request |= {"temperature": temperature, "top_k": 0, "top_p": 1.0, "min_p": 0.0}
            # Without the cache an answer depends on nothing that was asked before: a shard on no other.
            request |= {"seed": seeds(start // self._slots), "logprobs": 1, "cache_prompt": False}
            choices = _choices(self._complete(request), wanted)
            if any(choice["text"] for choice in choices) and not any(map(_has_tokens, choices)):
                raise LanguageModelError(LACKING)
            for choice in choices:
                # The end of the text is a token without text. An answer whose first token holds the end of
                # its line comes without tokens.
                said = [part for part in _tokens(choice) if part[0]] if _has_tokens(choice) else []
                found.append(Candidate(choice["text"], len(said), math.fsum(part[1] for part in said)))
        return found

    def settle(self, prompt: str, *, afresh: bool = False) -> None:
        """Leave the model's memory exactly at the end of a prompt that others begin with.

        What is asked next is then computed in the same steps whatever was asked before: a likelihood would
        else change in its second digit with the history, as sums of rounded numbers are cut differently.

        Parameters
        ----------
        prompt : str
        afresh : bool
            Compute all of it anew, as it must be once before a new beginning.
        """
        for cached in (False, True) if afresh else (True,):
            self._complete({"prompt": prompt, "max_tokens": 1, "temperature": 0.0, "cache_prompt": cached})

    def token_log_likelihoods(self, prompt: str, answer: str) -> list[tuple[str, float]]:
        """Return the log-probability of each token of an answer that the model is made to give.

        Parameters
        ----------
        prompt : str
        answer : str
            Everything that the model must say, with the end of the line if that counts.

        Returns
        -------
        list of (str, float)
            Tokens in their order; of several ways to cut the answer into tokens, the one that a model bound
            to it takes by itself. Log-probabilities are those of the free model, at temperature 1.

        Raises
        ------
        LanguageModelError
            If what comes back is not the answer, as from a server that takes no grammar.
        """
        request = {"prompt": prompt, "temperature": 0.0, "logprobs": 1, "cache_prompt": True}
        # No token is shorter than a byte: a bound answer ends here at the latest.
        request |= {"grammar": f"root ::= {_literal(answer)}", "max_tokens": len(answer.encode())}
        tokens = [part for part in _tokens(_choices(self._complete(request), 1)[0]) if part[0]]
        if (said := "".join(part[0] for part in tokens)) != answer:
            raise LanguageModelError(
                f"the model was bound to say {answer!r} and said {said!r}; "
                "its server must take a grammar, as that of llama.cpp does"
            )
        return tokens

    def next_token(self, prompt: str, words: Sequence[str]) -> list[float]:
        """Return the log-probability of some tokens right after a prompt.

        Parameters
        ----------
        prompt : str
        words : sequence of str
            Texts of single tokens, among the `LIKELIEST` likeliest ones.

        Returns
        -------
        list of float

        Raises
        ------
        LanguageModelError
            If one of them is not among those.
        """
        request = {"prompt": prompt, "temperature": 0.0, "logprobs": LIKELIEST, "cache_prompt": True}
        choice = _choices(self._complete(request | {"max_tokens": 1}), 1)[0]
        try:
            first = choice["logprobs"]["content"][0]["top_logprobs"]
            # Several tokens can have one text: the first is the likeliest.
            found = {part["token"]: float(part["logprob"]) for part in reversed(first)}
        except (KeyError, IndexError, TypeError, ValueError):
            raise LanguageModelError("the model's response lacks the likeliest tokens") from None
        if missing := [word for word in words if word not in found]:
            raise LanguageModelError(
                f"the token {missing[0]!r} is not among the {LIKELIEST} likeliest after {prompt!r}"
            )
        return [found[word] for word in words]


def _choices(response: Any, wanted: int) -> list[dict[str, Any]]:
    """The answers in a response, if it holds as many as were asked for."""
    if isinstance(response, Mapping) and "error" in response:
        error = response["error"]
        said = error.get("message", error) if isinstance(error, Mapping) else error
        raise LanguageModelError(f"the model refused a request: {said}")
    choices = response.get("choices") if isinstance(response, Mapping) else None
    if not isinstance(choices, list) or not all(
        isinstance(choice, Mapping) and isinstance(choice.get("text"), str) for choice in choices
    ):
        raise LanguageModelError(f"the model's response is not a list of completions: {str(response)[:200]}")
    if len(choices) != wanted:
        raise LanguageModelError(f"the model gave {len(choices)} answers where {wanted} were asked for")
    return choices


def _has_tokens(choice: Mapping[str, Any]) -> bool:
    return choice.get("logprobs") is not None


def _tokens(choice: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Text and log-probability of each token, in llama.cpp's form or in OpenAI's older one."""
    held = choice.get("logprobs")
    try:
        if "content" in held:
            parts = [(part["token"], part["logprob"]) for part in held["content"]]
        else:
            parts = list(zip(held["tokens"], held["token_logprobs"], strict=True))
        tokens = [(str(text), float(value)) for text, value in parts]
    except (KeyError, TypeError, ValueError):
        raise LanguageModelError(LACKING) from None
    for text, value in tokens:
        if not (math.isfinite(value) and value <= 0):
            raise LanguageModelError(
                f"the token {text!r} has the log-probability {value}; it must be at most 0"
            )
    return tokens


def _literal(text: str) -> str:
    """A text as a grammar of llama.cpp spells it."""
    plain = (c if c.isascii() and c.isprintable() and c not in '"\\' else f"\\U{ord(c):08X}" for c in text)
    return f'"{"".join(plain)}"'
