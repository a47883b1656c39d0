"""What the deterministic equivalents leave out at finite size: the bias of the predictive variance."""

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
    ridge = renormalized_ridge(
        model.spectrum, aspect_ratio=model.aspect_ratio, noise_var=model.noise_var, prior_var=model.prior_var
    )
    shares = model.spectrum / (model.spectrum + ridge)
    df2, df3 = ((shares**power).sum() / model.n_train for power in (2, 3))
    return float((df3 - df2**2) / (1.0 - df2) ** 2)
