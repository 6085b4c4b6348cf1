"""A STEPmr that begins as a trained STEPmi does."""

import torch

from step.models.in_context import InContextNetwork

STEEPNESS = 5.0  # β: z σ(β z) is then at most 0.06 from max(z, 0)
OF_STEPMI_ALONE = ("sequence.", "attention.")
TEMPORAL = (".before.conv.", ".after.conv.")


def begin_like(gated: InContextNetwork, rectified: InContextNetwork) -> None:
    """Give a STEPmr the function of a STEPmi of the same widths, its LSTM and attention aside.

    A rectified convolution is nearly a gated one: max(z, 0) ≈ z ⊙ σ(β z), the swish of Ramachandran
    et al. (2017). z is here the convolution and its input, which the kernel takes in at the last
    time. The connectivity attention begins as the identity.

    Args:
        gated: The STEPmr; its weights change.
        rectified: The STEPmi.
    """
    weights = gated.state_dict()
    for name, value in rectified.state_dict().items():
        if name.startswith(OF_STEPMI_ALONE):
            continue
        begun = value.clone()
        if any(part in name for part in TEMPORAL):
            if name.endswith("weight"):
                begun[:, :, -1, 0] += torch.eye(len(begun))
            begun = torch.cat([begun, STEEPNESS * begun])
        weights[name] = begun
    gated.load_state_dict(weights)
    if gated.connectivity is not None:
        weight, bias = gated.connectivity.score[-1].parameters()
        with torch.no_grad():  # 0.9 x + 0.1 x
            weight.zero_()
            bias.fill_(torch.logit(torch.tensor(0.9)))
            gated.connectivity.degree_scale.zero_()
