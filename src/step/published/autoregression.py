"""What the scored coordinate's own past forecasts, without a network or a graph."""

import numpy as np

from step.published.windows import Split, Windows


def autoregress(windows: Windows, split: Split) -> np.ndarray:
    """Forecast the held-out windows by one linear autoregression, the same for all genes.

    Its coefficients, one for each time of a window, and its constant are fitted to the windows
    trained on by least squares.

    Args:
        windows: All windows.
        split: Which are fitted to, and which are forecast.

    Returns:
        Shape `[held_out, gene]`.
    """
    history = windows.history.double().numpy().swapaxes(1, 2)
    past = np.concatenate([history, np.ones_like(history[..., :1])], axis=2)
    known = windows.target[split.trained].double().numpy()
    rows = past[split.trained].reshape(-1, past.shape[2])
    coefficients, *_ = np.linalg.lstsq(rows, known.ravel(), rcond=None)
    return past[split.held_out] @ coefficients
