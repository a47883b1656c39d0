"""What the deterministic equivalents leave out at finite size: bias of s^2, its spread, scatter of q_TT."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bestofk.equivalents import order_parameters, renormalized_ridge
from bestofk.model import TeacherStudent


def variance_bias(model: TeacherStudent) -> float:
    """Return the relative bias of the predictive variance times the number of training points.

    Parameters
    ----------
    model : TeacherStudent
        A training problem; its teacher and reward play no part.

    Returns
    -------
    float
        b, dimensionless, in E[s^2] = s^2_two-point (1 + b/n + O(1/n^2)).

    Notes
    -----
    b = (df3 - df2^2)/(1 - df2)^2 with df_j = (1/n) sum_i (lambda_i/(lambda_i + R))^j: from the leave-one-out
    identity E[1 - df1 of the sample] = E[sigma^2/s^2_{n-1}(x)] and the mean of linear spectral statistics of
    a real sample covariance (Bai and Silverstein, Ann. Probab. 32, 553, 2004); derivation in the paper's
    appendix.

    Examples
    --------
    >>> import numpy as np
    >>> from bestofk.model import Overshoot
    >>> model = TeacherStudent(np.ones(20), np.ones(20), Overshoot(0.0), 40, noise_var=0.25, prior_var=1.0)
    >>> round(variance_bias(model), 4)
    0.3782
    """
    df2, df3 = _degrees_of_freedom(model, 2), _degrees_of_freedom(model, 3)
    return float((df3 - df2**2) / (1.0 - df2) ** 2)


def variance_spread(model: TeacherStudent, *, excess_kurtosis: float = 0.0) -> float:
    """Return the relative variance over inputs of the predictive variance, to leading order in 1/n.

    Parameters
    ----------
    model : TeacherStudent
        A training problem; its teacher and reward play no part.
    excess_kurtosis : float
        Fourth cumulant, at least -2, of the independent components x_i/sqrt(lambda_i); 0 for Gaussian inputs.

    Returns
    -------
    float
        Var_x s^2(x)/s^4, dimensionless. The closure of the order parameters needs it to be small.

    Notes
    -----
    (1/n) [2 df2/(1 - df2) + (excess kurtosis) df2]: the variance (2/d^2) Tr (Sigma Omega)^2 + (excess
    kurtosis/d^2) sum_i (lambda_i Omega_ii)^2 of a quadratic form, with the two-point equivalent of the trace
    and the one-point equivalent of Omega_ii (derivation in the paper's appendix).

    Examples
    --------
    >>> import numpy as np
    >>> from bestofk.model import Overshoot
    >>> model = TeacherStudent(np.ones(20), np.ones(20), Overshoot(0.0), 40, noise_var=0.25, prior_var=1.0)
    >>> round(variance_spread(model), 5)
    0.02576
    """
    df2 = _degrees_of_freedom(model, 2)
    # gamma^2 R = alpha s^2 turns lambda_i Omega_ii into alpha s^2 lambda_i/(lambda_i + R).
    return (2.0 * df2 / (1.0 - df2) + excess_kurtosis * df2) / model.n_train


def gap_variance(model: TeacherStudent) -> float:
    """Return the variance of the mean squared teacher gap q_TT between training sets.

    Parameters
    ----------
    model : TeacherStudent
        A training problem with equal eigenvalues and |w_T|^2/d = prior_var; its reward plays no part.

    Returns
    -------
    float
        Var q_TT to leading order in 1/n at fixed d/n, in the fourth power of output units.

    Raises
    ------
    ValueError
        If the eigenvalues differ or the teacher does not match the prior.

    Notes
    -----
    Var q_TT = (2/n) s^4 df2/(1 - df2) - (2/d) [B/(1 - df2)]^2 with B = (R^2/d) sum_i lambda_i w_Ti^2 /
    (lambda_i + R)^2. With a teacher drawn from the prior the gap at an input is N(0, s^2(x) - sigma^2) given
    the training inputs, and N(0, q_TT) given the fit: both have the same fourth moment, so that Var q_TT is
    the variance of s^2(x) over inputs. The second term takes away what comes from the norm of such a teacher.
    Derivation in the paper's appendix.

    Examples
    --------
    >>> from bestofk.model import Overshoot
    >>> model = TeacherStudent(np.ones(20), np.ones(20), Overshoot(0.0), 40, noise_var=0.25, prior_var=1.0)
    >>> round(gap_variance(model), 5)
    0.00444
    """
    norm = _mean_square(model)
    if not has_gap_variance(model):
        raise ValueError(
            f"the eigenvalues must be equal and |w_T|^2/d, which is {norm:g}, must be the prior variance "
            f"{model.prior_var:g}."
        )
    shares = _shares(model)
    df2 = float((shares**2).sum()) / model.n_train
    bias = float(((1 - shares) ** 2 * model.spectrum).mean()) * norm / (1 - df2)
    return variance_spread(model) * order_parameters(model).s2 ** 2 - 2 * bias**2 / model.n_features


def has_gap_variance(model: TeacherStudent) -> bool:
    """Return whether `gap_variance` is known: equal eigenvalues, and a teacher of the norm of the prior.

    Parameters
    ----------
    model : TeacherStudent
        A training problem; its reward plays no part.

    Returns
    -------
    bool

    Examples
    --------
    >>> import numpy as np
    >>> from bestofk.model import Overshoot
    >>> problem = (np.ones(4), Overshoot(0.0), 8)
    >>> has_gap_variance(TeacherStudent([1.0, 1.0, 1.0, 2.0], *problem, noise_var=0.25, prior_var=1.0))
    False
    """
    equal = np.allclose(model.spectrum, model.spectrum[0])
    return bool(equal and np.isclose(_mean_square(model), model.prior_var))


def _mean_square(model: TeacherStudent) -> float:
    return float(model.teacher @ model.teacher) / model.n_features


def _degrees_of_freedom(model: TeacherStudent, power: int) -> float:
    """df_j = (1/n) sum_i (lambda_i/(lambda_i + R))^j."""
    return float((_shares(model) ** power).sum()) / model.n_train


def _shares(model: TeacherStudent) -> NDArray[np.float64]:
    """lambda_i/(lambda_i + R), the part of each direction that training determines."""
    ridge = renormalized_ridge(
        model.spectrum, aspect_ratio=model.aspect_ratio, noise_var=model.noise_var, prior_var=model.prior_var
    )
    return model.spectrum / (model.spectrum + ridge)
