"""What a report says in prose: the methods, their references, and the words that it uses."""

from importlib.metadata import version

from step.errors import counted
from step.evaluation.metrics import Metrics
from step.figures.style import arm_label
from step.forecasting.backtest import BacktestSettings
from step.forecasting.in_context import NetworkSettings
from step.reports.subject import Subject

GLOSSARY = {
    "STEP": "The forecaster under test: a network pretrained on simulated courses and several "
    "simple forecasters, combined by how well each did so far.",
    "local level": "The gene's expression without replicate noise, by a Kalman filter of its "
    "past; as a forecaster it says that the level stays.",
    "SES": "Simple exponential smoothing: a mean of past values in which recent ones count more.",
    "MSE": "Mean squared error, log2²; its square root is the size of a usual miss.",
    "MASE": "Mean absolute error, relative to that of repeating the last value within the past.",
    "CRPS": "Continuous ranked probability score, log2: how far the whole forecast, centre and "
    "spread, lies from what was measured; the lower the better.",
    "class": "Forecastable: better than the best simple forecaster at q ≤ 0.05. At the noise "
    "floor: an error of at most 1.25 times what replicate noise leaves. Level only: neither. Other "
    "genes have too little to be told: constant, saturated, below background or not scored.",
    "skill": "1 − error / error of the best simple forecaster: the share of its error that STEP "
    "saves. Negative where STEP is worse.",
    "p, q": "p: how often chance alone gives as much. q: the same for many genes at once; of all "
    "genes with q ≤ 0.05, at most one in twenty is expected to be a false discovery.",
    "noise floor": "The error that would be left if the gene's true level were known, because "
    "replicates differ.",
    "reliability": "Share of a gene's variance over time that is not replicate noise.",
    "E1": "First eigenvector of the contact map: its sign tells compartment A (open, gene-rich) "
    "from B.",
    "insulation": "How few contacts cross a place on the chromosome; its minima are boundaries of "
    "domains.",
    "rewired graph": "The graph after connected genes have exchanged places: as many edges, "
    "but between the wrong genes.",
    "interval": "Where the measurement should lie with the probability asked for; learned from "
    "earlier errors (conformal), for each number of times ahead by itself.",
    "forecast origin": "A time from which forecasts are made, with nothing known that came later.",
}
REFERENCES = (
    "Diebold & Mariano (1995), Comparing predictive accuracy. J. Bus. Econ. Stat. 13.",
    "Durbin & Koopman (2012), Time Series Analysis by State Space Methods. Oxford.",
    "Hyndman & Khandakar (2008), Automatic time series forecasting. J. Stat. Softw. 27.",
    "Assimakopoulos & Nikolopoulos (2000), The theta model. Int. J. Forecast. 16.",
    "Gneiting & Raftery (2007), Strictly proper scoring rules. J. Am. Stat. Assoc. 102.",
    "Defferrard et al. (2016), Convolutional neural networks on graphs. NeurIPS.",
    "Yu et al. (2018), Spatio-temporal graph convolutional networks. IJCAI.",
    "Grover & Leskovec (2016), node2vec. KDD.",
    "Kaya & Sefer (2025), Spatio-temporal expression prediction. bioRxiv.",
    "Abdennur et al. (2024), cooltools. PLoS Comput. Biol. 20.",
    "Fang et al. (2023), GSEApy. Bioinformatics 39.",
    "Benjamini & Hochberg (1995), Controlling the false discovery rate. J. R. Stat. Soc. B 57.",
)


def methods(
    metrics: Metrics, settings: BacktestSettings, network: NetworkSettings, subject: Subject
) -> list[str]:
    """Describe what was run, in paragraphs to copy."""
    test, nominal = metrics.graph_test, 100 * metrics.intervals.nominal
    ahead = "one sampled time" if settings.horizons == 1 else f"{settings.horizons} sampled times"
    tuned = " and tuned on the errors known at the origin" if network.fine_tuning else ""
    simple = ", ".join(arm_label(arm) for arm in settings.simple_arms)
    first = (
        f"The {subject.whose} at {metrics.n_times} times was forecast up to {ahead} ahead with "
        f"STEP {version('step')}. {subject.preparation} At each forecast origin only measurements "
        f"up to it were used. STEP combines the network {network.kind}, pretrained on simulated "
        f"courses{tuned}, with simpler forecasters; their weights follow from the forecasts whose "
        "outcome was known at the origin. Forecasts were scored "
        f"by their mean squared error (log2²) at the {metrics.n_origins} latest origins, and held "
        f"against {simple}; differences were tested by the Diebold–Mariano test over origins, with "
        "95 % intervals by a block bootstrap. For single genes, p values were adjusted by "
        f"Benjamini and Hochberg. Intervals of {nominal:g} % are conformal, from earlier errors."
    )
    second = f"Genes were connected by {counted(test.n_edges, 'edge')}" + (
        f" of the kinds {', '.join(test.kinds)}. " if test.kinds else " (Hi-C contacts). "
    )
    if test.n_edges == 0:
        second = "No genes were connected."
    elif test.p is None:
        second += "Whether the graph helps was not tested."
    else:
        second += (
            "Whether the graph helps was tested by repeating the forecasts on "
            f"{len(test.rewired_mse)} graphs in which connected genes had exchanged places"
        )
        if test.tested_genes is not None:
            second += f" (those of {test.tested_genes:,} genes, a stretch of the genome)"
        if test.shifted_p is not None:
            second += f", and on {len(test.shifted_mse)} in which genes were shifted along "
            second += "their chromosomes"
        second += "."
    return [first, second]
