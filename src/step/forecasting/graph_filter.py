"""Kalman filters of levels that are pulled towards an input: many for each gene, compiled.

The model stands in `step.forecasting.arms.graph_level`. Each gene is filtered at every point of a
grid; points that follow the same input stand together.
"""

import numba
import numpy as np

OFFSET_VARIANCE = 100.0  # of c before anything is known, relative to the noise
LOG_EVERY = 4  # products of this many variances stay far from the ends of a single
STATES, LIKELIHOOD, PRODUCT = 7, 5, 6  # see `advance`
Arrays = tuple[np.ndarray, ...]


# Without fast math, which would let code that was compiled now and code from the cache differ in
# their last bits.
@numba.njit(parallel=True, cache=True, error_model="numpy")
def advance(
    state: np.ndarray,
    count: np.ndarray,
    measured: np.ndarray,
    followed: np.ndarray,
    points: tuple[np.ndarray, np.ndarray],
    moves: np.ndarray,
    span: tuple[int, int],
) -> None:
    """Take the filter through some times; the state and the count of measured times change.

    Args:
        state: x and c, the variance of x, the covariance, the variance of c, and the log-likelihood
            without the logarithm of a product of variances that is held beside it, shape
            `[gene, 7, point]`.
        count: How often each gene was measured, shape `[gene]`.
        measured: Value, NaN where there is none, known variance of its noise, and unit of the
            variances, log2 and log2², shape `[3, time, gene]`.
        followed: The inputs, shape `[time, gene, input]`.
        points: First point of each input, as in `average`; noise that the replicates share, in
            units, `[point]`.
        moves: Share of the distance to the input that is left after the interval before a time, and
            variance of the random step in it, in units, shape `[time, 2, point]`.
        span: First time, and the time after the last.
    """
    begins, shared = points
    n_points = len(shared)
    for gene in numba.prange(len(state)):
        own = state[gene]
        # Copies, for compilers do not vectorise what may overlap.
        mean = (own[0].copy(), own[1].copy())
        spread = (own[2].copy(), own[3].copy(), own[4].copy())
        evidence = (own[5].copy(), own[6].copy())
        aim = np.empty(n_points, dtype=np.float32)
        late = np.zeros_like(aim)
        weights = (np.empty_like(aim), np.empty_like(aim))
        for time in range(span[0], span[1]):
            y, told, v = measured[:, time, gene]
            if count[gene]:
                kept, grown = moves[time, 0].copy(), moves[time, 1].copy()
                _follow(aim, late, kept, followed[time - 1 : time + 1, gene], begins)
                _move(mean, spread, aim, kept, grown, v)
            if np.isnan(y):
                for k in range(n_points):
                    mean[0][k] += late[k]
                continue
            if count[gene]:
                _learn(mean, spread, evidence, weights, (y, told, v), shared, late)
            else:
                _begin(mean, spread, (y, told, v), shared, followed[time, gene], begins)
            count[gene] += 1
            if count[gene] % LOG_EVERY == 0:
                evidence[0][:] -= np.float32(0.5) * np.log(evidence[1])
                evidence[1][:] = 1.0
        own[0], own[1] = mean
        own[2], own[3], own[4] = spread
        own[5], own[6] = evidence


# In what follows, short loops one after another: compilers vectorise these.
@numba.njit(cache=True, error_model="numpy")
def _begin(
    mean: Arrays,
    spread: Arrays,
    measured: tuple[float, float, float],
    shared: np.ndarray,
    inputs: np.ndarray,
    begins: np.ndarray,
) -> None:
    """Start x at a gene's first measured value, and c at its distance from the inputs."""
    (x, c), (pxx, pxc, pcc), (y, told, v) = mean, spread, measured
    for number in range(len(inputs)):
        for k in range(begins[number], begins[number + 1]):
            c[k] = inputs[number] - y
    for k in range(len(x)):
        noise = told + shared[k] * v
        x[k] = y
        pxx[k], pxc[k] = noise, -noise
        pcc[k] = noise + np.float32(OFFSET_VARIANCE) * v


@numba.njit(cache=True, error_model="numpy")
def _follow(
    aim: np.ndarray, late: np.ndarray, kept: np.ndarray, inputs: np.ndarray, begins: np.ndarray
) -> None:
    """Find what each point follows, and how much further that pulls x by the end of an interval.

    The inputs are those at the beginning of the interval and at its end, shape `[2, input]`.
    """
    for number in range(inputs.shape[1]):
        u = inputs[0, number]
        moved = np.float32(0.5) * (inputs[1, number] - u)
        for k in range(begins[number], begins[number + 1]):
            aim[k] = u
            late[k] = (np.float32(1.0) - kept[k]) * moved


@numba.njit(cache=True, error_model="numpy")
def _move(
    mean: Arrays, spread: Arrays, aim: np.ndarray, kept: np.ndarray, grown: np.ndarray, v: float
) -> None:
    """Expect x and c after a step."""
    (x, c), (pxx, pxc, pcc) = mean, spread
    one = np.float32(1.0)
    for k in range(len(x)):
        x[k] = kept[k] * x[k] + (one - kept[k]) * (aim[k] - c[k])
    for k in range(len(x)):
        a, b = kept[k], one - kept[k]
        change = a * pxc[k] - b * pcc[k]
        pxx[k] = a * a * pxx[k] - b * (a * pxc[k] + change) + grown[k] * v
        pxc[k] = change


@numba.njit(cache=True, error_model="numpy")
def _learn(
    mean: Arrays,
    spread: Arrays,
    evidence: Arrays,
    weights: Arrays,
    measured: tuple[float, float, float],
    shared: np.ndarray,
    late: np.ndarray,
) -> None:
    """Learn from a measured value, and from how the neighbours have moved by then."""
    (x, c), (pxx, pxc, pcc), (likelihood, product) = mean, spread, evidence
    (gain, inverse), (y, told, v) = weights, measured
    scale = np.float32(1.0) / v
    for k in range(len(x)):
        total = pxx[k] + told + shared[k] * v
        product[k] *= total * scale
        inverse[k] = np.float32(1.0) / total
        gain[k] = pxx[k] * inverse[k]
    for k in range(len(x)):
        surprise = y - x[k]
        likelihood[k] -= np.float32(0.5) * surprise * surprise * inverse[k]
        x[k] += late[k]
    for k in range(len(x)):
        surprise = y - x[k]
        c[k] += pxc[k] * inverse[k] * surprise
        x[k] += gain[k] * surprise
    for k in range(len(x)):
        pcc[k] -= pxc[k] * pxc[k] * inverse[k]
        pxc[k] -= gain[k] * pxc[k]
        pxx[k] -= gain[k] * pxx[k]


@numba.njit(parallel=True, cache=True, error_model="numpy")
def average(
    prior: np.ndarray,
    likelihood: np.ndarray,
    state: np.ndarray,
    followed: np.ndarray,
    begins: np.ndarray,
    kept: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Average over the grid by posterior probability.

    Args:
        prior: Of each point, shape `[point]`.
        likelihood: Shape `[gene, point]`.
        state: See `advance`.
        followed: The inputs, shape `[gene, input]`.
        begins: First point of each input, and the number of points, shape `[input + 1]`.
        kept: Share of the distance to what is followed that is left at each horizon,
            `[horizon, point]`.

    Returns:
        The level, the probability that the gene follows, and the forecasts, `[2 + horizon, gene]`;
        and how much a forecast grows with each input, `[horizon, gene, input]`. The points of the
        first input follow nothing.
    """
    n_ahead = len(kept)
    n_genes, n_inputs = len(likelihood), len(begins) - 1
    found = np.zeros((2 + n_ahead, n_genes))
    pulled = np.zeros((n_ahead, n_genes, n_inputs))
    for gene in numba.prange(n_genes):
        x, c = state[gene, 0], state[gene, 1]
        weight = prior * likelihood[gene]
        weight /= weight.sum()
        level = (weight * x).sum()
        found[0, gene] = level
        found[1, gene] = weight[begins[1] :].sum()
        for horizon in range(n_ahead):
            lost = np.float32(0.0)
            for number in range(1, n_inputs):
                u, pull = followed[gene, number], np.float32(0.0)
                for k in range(begins[number], begins[number + 1]):
                    share = weight[k] * (np.float32(1.0) - kept[horizon, k])
                    pull += share
                    lost += share * (x[k] - (u - c[k]))
                pulled[horizon, gene, number] = pull
            found[2 + horizon, gene] = level - lost
    return found, pulled
