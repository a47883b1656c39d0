"""The teacher-student problem: its parameters, its training sets and its test inputs.

Everything lives in the eigenbasis of the input covariance, so that its eigenvalues are the whole of it.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from bestofk._checks import count, finite_array, finite_number, positive_number, spectrum_array


@dataclass(frozen=True)
class Overshoot:
    """A reward that errs along the student's own error: mu_R = mu_T - c (m - mu_T) at every input.

    Parameters
    ----------
    c : float
        Above -1 and finite. 0 is the teacher itself.

    Raises
    ------
    ValueError
        If c is not finite or not above -1.

    Notes
    -----
    The gaps of the posterior mean m are then proportional, Delta_R = m - mu_R = (1 + c) Delta_T. It is the
    reward of the finite-temperature figures of Halder and Pehlevan (arXiv:2512.19905).

    Examples
    --------
    >>> Overshoot(2.0)
    Overshoot(c=2.0)
    """

    c: float

    def __post_init__(self) -> None:
        c = finite_number("the overshoot c", self.c)
        if c <= -1:
            raise ValueError(f"the overshoot c is {c}; it must be above -1")
        object.__setattr__(self, "c", c)


@dataclass(frozen=True, eq=False)
class TeacherStudent:
    """Bayesian linear regression on a teacher's noisy labels, judged by a reward.

    Parameters
    ----------
    spectrum : array_like, shape (d,)
        Eigenvalues of the input covariance Sigma: nonnegative, finite, at least one positive.
    teacher : array_like, shape (d,)
        Teacher weights w_T in the eigenbasis of Sigma.
    reward : array_like, shape (d,), or Overshoot
        Reward weights w_R in the same basis, or a reward tied to the student's error.
    n_train : int
        Number n of training points, at least 1.
    noise_var : float
        Variance sigma^2 > 0 of the label noise, in squared output units.
    prior_var : float
        Variance gamma^2 > 0 of the prior of each weight, in squared weight units.

    Raises
    ------
    ValueError
        If a parameter is outside its domain.

    Notes
    -----
    Inputs are x ~ N(0, Sigma) with features phi = x / sqrt(d); labels are y = w_T . phi + N(0, sigma^2); the
    prior is w ~ N(0, gamma^2 I). Halder and Pehlevan (arXiv:2512.19905). The arrays are stored as read-only
    copies.

    Examples
    --------
    >>> model = TeacherStudent([1, 0.5], [1, -1], Overshoot(1), n_train=8, noise_var=0.25, prior_var=1)
    >>> model.n_features, model.aspect_ratio
    (2, 0.25)
    >>> features, labels = model.draw_training_set(np.random.default_rng(0))
    >>> features.shape, labels.shape
    ((8, 2), (8,))
    """

    spectrum: np.ndarray
    teacher: np.ndarray
    reward: np.ndarray | Overshoot
    n_train: int
    noise_var: float
    prior_var: float

    def __post_init__(self) -> None:
        spectrum = spectrum_array(self.spectrum)
        checked: dict[str, Any] = {
            "spectrum": spectrum,
            "teacher": finite_array("teacher", self.teacher, spectrum.shape),
            "reward": self.reward,
            "n_train": count("n_train", self.n_train),
            "noise_var": positive_number("noise_var", self.noise_var),
            "prior_var": positive_number("prior_var", self.prior_var),
        }
        if not isinstance(self.reward, Overshoot):
            checked["reward"] = finite_array("reward", self.reward, spectrum.shape)
        for name, value in checked.items():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
            object.__setattr__(self, name, value)

    @property
    def n_features(self) -> int:
        """Dimension d of the inputs."""
        return self.spectrum.size

    @property
    def aspect_ratio(self) -> float:
        """Features per training point, alpha = d/n."""
        return self.n_features / self.n_train

    def with_reward(self, reward: ArrayLike | Overshoot) -> TeacherStudent:
        """Return the same training problem judged by another reward.

        Parameters
        ----------
        reward : array_like, shape (d,), or Overshoot

        Returns
        -------
        TeacherStudent

        Raises
        ------
        ValueError
            If the reward has the wrong shape or an entry that is not finite.

        Examples
        --------
        >>> model = TeacherStudent([1], [1], [1], n_train=4, noise_var=1, prior_var=1)
        >>> model.with_reward(Overshoot(3.0)).reward
        Overshoot(c=3.0)
        """
        return dataclasses.replace(self, reward=reward)

    def draw_inputs(self, rng: np.random.Generator, size: int) -> np.ndarray:
        """Draw feature vectors phi = x / sqrt(d) of independent inputs x ~ N(0, Sigma).

        Parameters
        ----------
        rng : numpy.random.Generator
        size : int
            Number of inputs, at least 1.

        Returns
        -------
        ndarray, shape (size, d)

        Raises
        ------
        ValueError
            If `size` is not an integer of at least 1.

        Examples
        --------
        >>> model = TeacherStudent([1, 0], [1, 1], [1, 1], n_train=4, noise_var=1, prior_var=1)
        >>> model.draw_inputs(np.random.default_rng(0), 3).shape
        (3, 2)
        """
        return rng.standard_normal((count("size", size), self.n_features)) * self._scales

    def draw_training_set(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draw a training set: features of n inputs and their noisy labels.

        Parameters
        ----------
        rng : numpy.random.Generator

        Returns
        -------
        features : ndarray, shape (n, d)
        labels : ndarray, shape (n,)
            features @ teacher + N(0, sigma^2).

        Examples
        --------
        >>> model = TeacherStudent([1], [2], [2], n_train=5, noise_var=1, prior_var=1)
        >>> features, labels = model.draw_training_set(np.random.default_rng(0))
        >>> labels.shape
        (5,)
        """
        features = self.draw_inputs(rng, self.n_train)
        return features, self.draw_labels(features, rng)

    def draw_reduced_training_set(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draw a training set reduced to r = min(n, d) rows that gives the same posterior in law.

        Parameters
        ----------
        rng : numpy.random.Generator

        Returns
        -------
        features : ndarray, shape (r, d)
            Upper trapezoidal: the factor T of a QR decomposition Q T of n drawn feature vectors.
        labels : ndarray, shape (r,)
            Q' y = features @ teacher + N(0, sigma^2).

        Notes
        -----
        The posterior depends on the training set only through Phi'Phi = T'T and Phi'y = T' Q'y. By Bartlett's
        decomposition (Proc. R. Soc. Edinb. 53, 260, 1933) the factor T of n standard normal rows has
        independent entries, N(0, 1) above the diagonal and chi with n, n-1, ... degrees of freedom on it;
        each column then takes its scale sqrt(lambda_i / d). Exact for every n and d, and no n x d matrix is
        drawn or factorized.

        Examples
        --------
        >>> model = TeacherStudent([1, 0.5], [1, 1], [1, 1], n_train=10**9, noise_var=1, prior_var=1)
        >>> features, labels = model.draw_reduced_training_set(np.random.default_rng(0))
        >>> features.shape, float(features[1, 0])
        ((2, 2), 0.0)
        """
        rows = min(self.n_train, self.n_features)
        diagonal = np.arange(rows)
        factor = np.triu(rng.standard_normal((rows, self.n_features)))
        factor[diagonal, diagonal] = np.sqrt(rng.chisquare(self.n_train - diagonal))
        factor *= self._scales
        return factor, self.draw_labels(factor, rng)

    def draw_labels(self, features: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Draw the teacher's noisy labels of given features.

        Parameters
        ----------
        features : ndarray, shape (n, d)
        rng : numpy.random.Generator

        Returns
        -------
        ndarray, shape (n,)
            features @ teacher + N(0, sigma^2).

        Examples
        --------
        >>> model = TeacherStudent([1], [2], [2], n_train=5, noise_var=1, prior_var=1)
        >>> model.draw_labels(np.ones((3, 1)), np.random.default_rng(0)).shape
        (3,)
        """
        noise = rng.standard_normal(features.shape[0])
        return features @ self.teacher + np.sqrt(self.noise_var) * noise

    def gaps(self, features: np.ndarray, posterior_mean: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return how far the student's mean prediction is from the teacher and from the reward.

        Parameters
        ----------
        features : ndarray, shape (m, d)
        posterior_mean : ndarray, shape (d,)
            Posterior mean w_hat of the weights.

        Returns
        -------
        teacher_gap : ndarray, shape (m,)
            Delta_T = (w_hat - w_T) . phi, in output units.
        reward_gap : ndarray, shape (m,)
            Delta_R = (w_hat - w_R) . phi, or (1 + c) Delta_T for an overshooting reward.

        Raises
        ------
        ValueError
            If a shape does not fit the problem or an entry is not finite.

        Notes
        -----
        Given the training set both are linear in the input. Halder and Pehlevan (arXiv:2512.19905).

        Examples
        --------
        >>> model = TeacherStudent([1], [1], Overshoot(2), n_train=4, noise_var=1, prior_var=1)
        >>> model.gaps(np.array([[2.0]]), np.array([0.5]))
        (array([-1.]), array([-3.]))
        """
        features = finite_array("features", features, (None, self.n_features))
        posterior_mean = finite_array("posterior_mean", posterior_mean, (self.n_features,))
        teacher_gap = features @ (posterior_mean - self.teacher)
        if isinstance(self.reward, Overshoot):
            return teacher_gap, (1 + self.reward.c) * teacher_gap
        return teacher_gap, features @ (posterior_mean - self.reward)

    @property
    def _scales(self) -> np.ndarray:
        """Standard deviation of each feature."""
        return np.sqrt(self.spectrum / self.n_features)
