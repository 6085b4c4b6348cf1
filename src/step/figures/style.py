"""Colours and names that all figures share (Okabe & Ito, distinguishable without colour vision)."""

STEP = "#0072B2"
OBSERVED = "#222222"
BASELINE = "#999999"
CONTROL = "#E69F00"
WORSE = "#D55E00"
BETTER = "#009E73"

ARM_LABELS = {
    "step": "STEP",
    "step_no_graph": "STEP, no graph",
    "last_value": "last value",
    "gene_mean": "gene mean",
    "ses": "SES",
    "local_level": "local level",
}
ARM_COLOURS = {
    "step": STEP,
    "step_no_graph": CONTROL,
    "last_value": "#CC79A7",
    "autoregression": BETTER,
    "gene_mean": "#BBBBBB",
    "ses": BETTER,
    "local_level": "#56B4E9",
}
