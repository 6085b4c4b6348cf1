"""Principal components, for figures."""

import numpy as np


def principal_components(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the first two principal components of rows.

    Their signs are such that the largest loading of each is positive. Where there is only one
    column, the second component is zero.

    Args:
        values: Shape `[row, column]`.

    Returns:
        Scores, `[row, 2]`, and shares of the variance, `[2]`.
    """
    left, sizes, right = np.linalg.svd(values - values.mean(axis=0), full_matrices=False)
    signs = np.sign(right[np.arange(len(right)), np.abs(right).argmax(axis=1)])
    missing = max(2 - len(sizes), 0)
    scores = np.pad((left * sizes * signs)[:, :2], ((0, 0), (0, missing)))
    squares = np.pad(sizes**2, (0, missing))
    return scores, squares[:2] / max(squares.sum(), np.finfo(float).tiny)
