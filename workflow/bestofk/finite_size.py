"""What the deterministic equivalents leave out at finite size: bias and spread of the predictive variance."""

from __future__ import annotations

from bestofk.equivalents import renormalized_ridge
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


def variance_spread(model: TeacherStudent) -> float:
    """Return the relative variance over inputs of the predictive variance, to leading order in 1/n.

    Parameters
    ----------
    model : TeacherStudent
        A training problem; its teacher and reward play no part.

    Returns
    -------
    float
        Var_x s^2(x)/s^4, dimensionless. The closure of the order parameters needs it to be small.

    Notes
    -----
    (2/n) df2/(1 - df2): the variance (2/d^2) Tr (Sigma Omega)^2 of a Gaussian quadratic form, with the
    two-point equivalent of the trace (derivation in the paper's appendix).

    Examples
    --------
    >>> import numpy as np
    >>> from bestofk.model import Overshoot
    >>> model = TeacherStudent(np.ones(20), np.ones(20), Overshoot(0.0), 40, noise_var=0.25, prior_var=1.0)
    >>> round(variance_spread(model), 5)
    0.01017
    """
    df2 = _degrees_of_freedom(model, 2)
    return 2.0 / model.n_train * df2 / (1.0 - df2)


def _degrees_of_freedom(model: TeacherStudent, power: int) -> float:
    """df_j = (1/n) sum_i (lambda_i/(lambda_i + R))^j."""
    ridge = renormalized_ridge(
        model.spectrum, aspect_ratio=model.aspect_ratio, noise_var=model.noise_var, prior_var=model.prior_var
    )
    return float(((model.spectrum / (model.spectrum + ridge)) ** power).sum() / model.n_train)
