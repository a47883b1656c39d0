"""The Monte Carlo engine against loops over its candidates, drawn indices, quadrature, naive simulation."""

import tracemalloc
from itertools import pairwise
from zlib import crc32

import numpy as np
import pytest
from bestofk.model import Overshoot, TeacherStudent
from bestofk.posterior import fit
from bestofk.simulation import BLOCK, generator, selected_errors, simulate_selection
from scipy.integrate import quad
from scipy.stats import norm

GRID = np.array([1, 2, 3, 7, 40])
TEMPERATURES = np.array([0.0, 0.03, 2.0, np.inf])


def fresh(replicate=0):
    return generator(20251219, "tests", 7, replicate)


def random_gaps(m, n_rewards=3):
    rng = np.random.default_rng(5)
    return rng.normal(0, 1, m), rng.normal(0, 2, (n_rewards, m)), rng.uniform(0.5, 2, m)


def small_model(reward=None, n_train=12):
    teacher = np.array([1.0, -2.0, 0.5])
    spectrum = np.array([1.0, 0.5, 2.0])
    return TeacherStudent(spectrum, teacher, reward or Overshoot(0.0), n_train, noise_var=0.3, prior_var=1.5)


def standard_errors(batches, expected):
    batches = np.asarray(batches)
    return (batches.mean(axis=0) - expected) / (batches.std(axis=0, ddof=1) / np.sqrt(len(batches)))


def one_by_one(teacher_gap, reward_gap, predictive_std, rng):
    """The same candidates, one input at a time, in output units and float64."""
    total = np.zeros((len(reward_gap), len(TEMPERATURES), len(GRID)))
    for start in range(0, len(teacher_gap), BLOCK):
        block = range(start, min(start + BLOCK, len(teacher_gap)))
        draws = rng.spawn(1)[0].standard_normal((GRID[-1], len(block)))
        for column, x in enumerate(block):
            for r, t, j in np.ndindex(total.shape):
                deviation = predictive_std[x] * draws[: GRID[j], column]
                distance = (reward_gap[r, x] + deviation) ** 2
                error = (teacher_gap[x] + deviation) ** 2
                if TEMPERATURES[t] == 0:
                    total[r, t, j] += error[distance.argmin()]
                else:
                    weight = np.exp((distance.min() - distance) / TEMPERATURES[t])
                    total[r, t, j] += weight @ error / weight.sum()
    return total


@pytest.mark.parametrize(("m", "n_rewards"), [(1, 2), (9, 3), (BLOCK + 150, 1)])
def test_one_pass_equals_a_loop_over_the_same_candidates(m, n_rewards):
    teacher_gap, reward_gap, std = random_gaps(m, n_rewards)
    fast = selected_errors(
        teacher_gap, reward_gap, k=GRID, temperature=TEMPERATURES, predictive_std=std, rng=fresh()
    )
    slow = one_by_one(teacher_gap, reward_gap, std, fresh())
    np.testing.assert_allclose(fast[:, 0], slow[:, 0], rtol=1e-12)
    np.testing.assert_allclose(fast[:, 1:], slow[:, 1:], rtol=1e-6)


def test_weighted_mean_agrees_with_drawing_the_index():
    a, b, temperature, k, batches, size = 0.4, -1.1, 1.5, 6, 40, 500
    ones = np.ones(size)
    weighted = [
        selected_errors(a * ones, b * ones[None], k=[k], temperature=[temperature], rng=fresh(i))[0, 0, 0]
        / size
        for i in range(batches)
    ]
    rng = np.random.default_rng(8)
    candidates = rng.standard_normal((batches, size, k))
    noisy_score = -((b + candidates) ** 2) / temperature + rng.gumbel(size=candidates.shape)
    chosen = np.take_along_axis(candidates, noisy_score.argmax(axis=2)[..., None], axis=2)
    drawn = ((a + chosen) ** 2).mean(axis=(1, 2))
    assert abs(standard_errors(np.array(weighted) - drawn, 0.0)) < 4
    assert np.std(weighted) < np.std(drawn)


def softmax_error(a, b, k, temperature):
    """k int b(v) a(v)^(k-1) dv: the arrival times of candidates in a race whose rates are their weights."""
    z = np.linspace(-10, 10, 2001)
    mass = norm.pdf(z) * (z[1] - z[0])
    cost = (b + z) ** 2 / temperature
    v = np.linspace(cost.min() - 40, cost[mass > 1e-18].max() + 5, 4001)
    with np.errstate(over="ignore", under="ignore"):
        rate = np.exp(v[:, None] - cost)
        late = np.exp(-rate) @ mass
        arrival = (np.where(rate < 745, rate, 0) * np.exp(-rate)) @ (mass * (a + z) ** 2)
    return k * np.sum(arrival * late ** (k - 1)) * (v[1] - v[0])


def nearest_error(a, b, k):
    """T = 0: each candidate is the nearest if all k-1 others are farther from the reward."""

    def density(z):
        radius = abs(b + z)
        return k * norm.pdf(z) * (norm.cdf(-b - radius) + norm.sf(-b + radius)) ** (k - 1) * (a + z) ** 2

    width = min(1.0, 20 / (k * norm.pdf(b)))
    edges = [-12, -b - width, -b, -b + width, 12]
    return sum(quad(density, *pair, epsabs=0, epsrel=1e-9, limit=200)[0] for pair in pairwise(edges))


@pytest.mark.parametrize(("a", "b"), [(0.2, 0.2), (0.3, 0.0), (0.2, -1.8), (-1.0, 2.0)])
def test_agrees_with_exact_quadrature_pointwise(a, b):
    k, temperatures, size = [1, 2, 8, 64, 1000], [0.0, 0.5, 6.0], 250
    exact = [
        [nearest_error(a, b, n) if t == 0 else softmax_error(a, b, n, t) for n in k] for t in temperatures
    ]
    ones = np.ones(size)
    rng = fresh()
    batches = [
        selected_errors(a * ones, b * ones[None], k=k, temperature=temperatures, rng=rng)[0] / size
        for _ in range(30)
    ]
    assert np.abs(standard_errors(batches, exact)).max() < 4


def test_one_candidate_and_infinite_temperature_give_the_predictive_error():
    a, std, size = 1.3, 0.7, 40_000
    total = selected_errors(
        np.full(size, a),
        np.full((1, size), 5.0),
        k=[1, 10],
        temperature=[0.0, 1.0, np.inf],
        predictive_std=std,
        rng=fresh(),
    )[0]
    variance_of_one = 2 * std**4 + 4 * a**2 * std**2
    for mean, candidates in ((total[0, 0], 1), (total[2, 1], 10)):
        assert abs(mean / size - std**2 - a**2) < 4 * np.sqrt(variance_of_one / (size * candidates))
    # One candidate leaves no choice: every temperature reports the same one.
    np.testing.assert_allclose(total[:, 0], total[0, 0], rtol=1e-6)


@pytest.mark.parametrize("temperature", [1e-10, 1e-300])
def test_low_temperature_is_best_of_k(temperature):
    teacher_gap, reward_gap, std = random_gaps(200)
    cold, zero = np.swapaxes(
        selected_errors(
            teacher_gap, reward_gap, k=GRID, temperature=[temperature, 0.0], predictive_std=std, rng=fresh()
        ),
        0,
        1,
    )
    np.testing.assert_allclose(cold, zero, rtol=1e-6)


def test_numbers_at_one_k_do_not_depend_on_the_rest_of_the_grid():
    teacher_gap, reward_gap, std = random_gaps(BLOCK + 70)

    def run(k):
        return selected_errors(
            teacher_gap, reward_gap, k=k, temperature=TEMPERATURES, predictive_std=std, rng=fresh()
        )

    coarse, fine = run([3, 20]), run([1, 2, 3, 5, 11, 20, 33])[..., [2, 5]]
    assert coarse[:, 0].tobytes() == fine[:, 0].tobytes()
    np.testing.assert_allclose(coarse, fine, rtol=1e-6)


def test_order_of_rewards_and_temperatures_does_not_matter():
    teacher_gap, reward_gap, std = random_gaps(50)

    def run(rewards, temperatures):
        return selected_errors(
            teacher_gap, rewards, k=GRID, temperature=temperatures, predictive_std=std, rng=fresh()
        )

    forward, backward = run(reward_gap, TEMPERATURES), run(reward_gap[::-1], TEMPERATURES[::-1])
    assert forward.tobytes() == np.ascontiguousarray(backward[::-1, ::-1]).tobytes()
    assert run(reward_gap[1:2], TEMPERATURES)[0].tobytes() == forward[1].tobytes()


def test_scales_with_the_predictive_variance():
    teacher_gap, reward_gap, std = random_gaps(300)
    scale = 2.0**-40  # a power of two: float64 rounds alike

    def run(unit):
        return selected_errors(
            unit * teacher_gap,
            unit * reward_gap,
            k=GRID,
            temperature=unit**2 * TEMPERATURES,
            predictive_std=unit * std,
            rng=fresh(),
        )

    np.testing.assert_array_equal(run(scale), scale**2 * run(1.0))


@pytest.mark.parametrize(("gap", "reduced"), [(41.0, 10.0), (50.0, 0.01), (-1e6, 1e-3), (0.0, 1e-12)])
def test_extreme_gaps_neither_overflow_nor_lose_the_best(gap, reduced):
    m, k, temperature = 30, np.array([1, 5, 200]), 2 * reduced
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        total = selected_errors(
            np.full(m, 0.2), np.full((1, m), gap), k=k, temperature=[0.0, temperature], rng=fresh()
        )[0]
    draws = fresh().spawn(1)[0].standard_normal((k[-1], m))
    for column, stop in enumerate(k):
        z = draws[:stop]
        # (gap+Z)^2 without its large constant, which cancels between candidates
        distance = z * (z + 2 * gap)
        weight = np.exp(-(distance - distance.min(axis=0)) / temperature)
        soft = (weight * (0.2 + z) ** 2).sum(axis=0) / weight.sum(axis=0)
        hard = (0.2 + np.take_along_axis(z, distance.argmin(axis=0)[None], axis=0)) ** 2
        # At 1e6 s both ways of forming the distance keep only 1e-10 s of it.
        np.testing.assert_allclose(total[:, column], [hard.sum(), soft.sum()], rtol=1e-6)


def test_simulated_replicate_is_the_fit_and_its_gaps():
    """The same draws by way of outputs: predictive mean minus teacher's and reward's output at each input."""
    model, m = small_model(), BLOCK + 20
    vector = np.array([0.5, 1.0, -1.0])
    arguments = {"k": GRID, "temperatures": TEMPERATURES, "n_inputs": m}
    total = simulate_selection(model, rewards=[Overshoot(2.0), vector], rng=fresh(), **arguments)
    rng = fresh()
    posterior = fit(*model.draw_reduced_training_set(rng), noise_var=0.3, prior_var=1.5)
    inputs = np.concatenate([model.draw_inputs(rng, BLOCK), model.draw_inputs(rng, 20)])
    mean, variance = posterior.predictive(inputs)
    true = inputs @ model.teacher
    overshot = true - 2.0 * (mean - true)
    expected = selected_errors(
        mean - true,
        np.stack([mean - overshot, mean - inputs @ vector]),
        k=GRID,
        temperature=TEMPERATURES,
        predictive_std=np.sqrt(variance),
        rng=rng,
    )
    np.testing.assert_allclose(total, expected, rtol=1e-9)


def test_agrees_with_a_naive_simulation_in_output_units():
    """Full training sets, normal equations, Gumbel-perturbed scores: nothing shared with the engine."""
    model, vector = small_model(), np.array([0.5, -1.0, 1.0])
    k, temperature, m, replicates = [1, 4, 16], 0.4, 60, 250
    engine = [
        simulate_selection(
            model, k=k, temperatures=[temperature], rewards=[vector], n_inputs=m, rng=fresh(i)
        )[0, 0]
        / m
        for i in range(replicates)
    ]
    rng = np.random.default_rng(3)
    naive = np.empty((replicates, len(k)))
    for i in range(replicates):
        features = rng.standard_normal((12, 3)) * np.sqrt(model.spectrum / 3)
        labels = features @ model.teacher + rng.normal(0, np.sqrt(0.3), 12)
        covariance = np.linalg.inv(np.eye(3) / 1.5 + features.T @ features / 0.3)
        weights = covariance @ features.T @ labels / 0.3
        inputs = rng.standard_normal((m, 3)) * np.sqrt(model.spectrum / 3)
        std = np.sqrt(0.3 + np.einsum("mi,ij,mj->m", inputs, covariance, inputs))
        for j, size in enumerate(k):
            outputs = rng.normal((inputs @ weights)[:, None], std[:, None], (m, size))
            score = -((outputs - (inputs @ vector)[:, None]) ** 2) / temperature + rng.gumbel(
                size=outputs.shape
            )
            chosen = outputs[np.arange(m), score.argmax(axis=1)]
            naive[i, j] = np.mean((chosen - inputs @ model.teacher) ** 2)
    assert np.abs(standard_errors(np.array(engine) - naive, 0.0)).max() < 4


def test_same_seed_same_bytes_and_other_key_other_numbers():
    def run(*key):
        arguments = {"k": [1, 8], "temperatures": [0.0, 1.0], "rewards": [Overshoot(1.0)], "n_inputs": 40}
        return simulate_selection(small_model(), rng=generator(*key), **arguments).tobytes()

    keys = [(1, "a", 5, 0), (2, "a", 5, 0), (1, "b", 5, 0), (1, "a", 6, 0), (1, "a", 5, 1)]
    results = [run(*key) for key in keys]
    assert results == [run(*key) for key in keys]
    assert len(set(results)) == len(keys)


def test_generator_is_the_documented_stream():
    key = (crc32(b"error_vs_k"), 11, 3)
    expected = np.random.Generator(np.random.SFC64(np.random.SeedSequence(7, spawn_key=key)))
    assert generator(7, "error_vs_k", 11, 3).random() == expected.random()


def test_memory_does_not_grow_with_the_inputs():
    def peak(n_inputs):
        arguments = {"k": [1, 16, 20], "temperatures": [0.0, 1.0], "rewards": [Overshoot(1.0)]}
        tracemalloc.start()
        simulate_selection(small_model(), n_inputs=n_inputs, rng=fresh(), **arguments)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(BLOCK)  # whatever is made on first use
    assert peak(50 * BLOCK) < 1.03 * peak(2 * BLOCK)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"teacher_gap": [[0.0, 1.0]]}, "teacher_gap has shape"),
        ({"teacher_gap": [0.0, np.nan]}, "teacher_gap has the entry nan"),
        ({"teacher_gap": [0.0, 3e6]}, "must be at most 1e"),
        ({"reward_gap": [0.0, 1.0]}, "reward_gap has shape"),
        ({"reward_gap": [[0.0, 1.0, 2.0]]}, "reward_gap has shape"),
        ({"reward_gap": [[0.0, np.inf]]}, "reward_gap has the entry inf"),
        ({"reward_gap": [[0.0, 1e7]]}, "must be at most 1e"),
        ({"k": []}, "list of integers"),
        ({"k": [1.0, 2.0]}, "list of integers"),
        ({"k": 3}, "list of integers"),
        ({"k": [0, 1]}, "must start at 1"),
        ({"k": [2, 2]}, "increase"),
        ({"k": np.array([3, 2], dtype=np.uint8)}, "increase"),
        ({"temperature": [-1.0]}, "from 0 to inf"),
        ({"temperature": [np.nan]}, "from 0 to inf"),
        ({"temperature": 1.0}, "from 0 to inf"),
        ({"predictive_std": 0.0}, "must be positive"),
        ({"predictive_std": [1.0, -1.0]}, "must be positive"),
        ({"predictive_std": [1.0, 1.0, 1.0]}, "predictive_std has shape"),
    ],
)
def test_bad_selection_arguments_are_refused(change, sentence):
    arguments = {
        "teacher_gap": [0.0, 1.0],
        "reward_gap": [[0.0, 1.0]],
        "k": [1, 2],
        "temperature": [0.0, 1.0],
    }
    with pytest.raises(ValueError, match=sentence):
        selected_errors(**(arguments | change), rng=fresh())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"n_inputs": 0}, "n_inputs is 0"),
        ({"n_inputs": 10.0}, "n_inputs is 10.0"),
        ({"rewards": []}, "rewards is empty"),
        ({"rewards": [np.ones(2)]}, "a reward has shape"),
        ({"rewards": [np.full(3, np.nan)]}, "a reward has the entry nan"),
    ],
)
def test_bad_simulation_arguments_are_refused(change, sentence):
    arguments = {"k": [1], "temperatures": [1.0], "rewards": [Overshoot(0.0)], "n_inputs": 5}
    with pytest.raises(ValueError, match=sentence):
        simulate_selection(small_model(), **(arguments | change), rng=fresh())


@pytest.mark.parametrize(("seed", "replicate"), [(-1, 0), (0, -1)])
def test_negative_keys_are_refused(seed, replicate):
    with pytest.raises(ValueError, match="neither may be negative"):
        generator(seed, "tests", 7, replicate)
