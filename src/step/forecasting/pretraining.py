"""Pretraining of the networks on simulated courses.

Every time of a course is an origin, and all are supervised at once. No course is seen twice: each
is drawn from its own seed when its turn comes, so that training can be taken up where it ended.
"""

import copy
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any, Literal

import numpy as np
import torch
from pydantic import StrictBool
from torch import Tensor, nn

import step
from step.errors import InputError
from step.forecasting.in_context import (
    PretrainedNetwork,
    PretrainingCard,
    ValidatedRound,
    new_network,
    trained_network,
)
from step.forecasting.lessons import Lesson, draw_lesson, lesson_loss, validate
from step.models.gating import begin_like
from step.models.in_context import InContextConfig, InContextNetwork
from step.parallel import run_tasks
from step.progress import progress
from step.runtime import Device, choose_device
from step.typed import Seed, between, settings

VALIDATION = 10_000_000  # added to the number of a course that is held back
WARM_UP = 0.1  # share of the steps in which the learning rate rises
MAX_GRAD_NORM = 1.0
PRIOR = (
    "random walks, mean reversion, trends, ramps, switches, pulses, cycles and shared factors; "
    "followers of contact neighbours, of regulators, of both or of none; 1 to 6 replicates with "
    "normal or heavy-tailed noise, samples of unequal quality, outlying ones, noise shared by a "
    "day, a few days with much of it, saturation, background and missing values; 7 to 60 regular "
    "or irregular times; 50 to 2,000 genes"
)


@settings
class PretrainingSettings:
    """How a network is pretrained.

    Attributes:
        n_courses: Simulated courses to train on.
        from_pretrained: `true`: go on from the weights that come with STEP, with courses beyond
            those that they were trained on; `STEPmi`: the same, but a STEPmr begins as STEPmi
            (`step.models.gating`); `false`: begin with random weights.
        courses_a_step: Courses a step of the descent.
        steps_a_round: Steps after which the weights are validated and kept.
        n_validation: Courses held back.
        learning_rate: Of AdamW, at its height.
        weight_decay: Of AdamW.
        averaging: Weight of the past in the moving average of the weights, which is what is kept.
        seed: Of initial weights and courses.
        jobs: Processes that simulate side by side; -1 takes every core.
    """

    n_courses: Annotated[int, between(1, 10_000_000)]
    from_pretrained: StrictBool | Literal["STEPmi"]
    courses_a_step: Annotated[int, between(1, 1000)]
    steps_a_round: Annotated[int, between(1, 100_000)]
    n_validation: Annotated[int, between(1, 10_000)]
    learning_rate: Annotated[float, between(0, 1, inclusive="right")]
    weight_decay: Annotated[float, between(0, 100)]
    averaging: Annotated[float, between(0, 1, inclusive="left")]
    seed: Seed
    jobs: Literal[-1] | Annotated[int, between(1, 1024)]


@dataclass(frozen=True)
class CheckpointCard:
    """Where pretraining stands.

    Attributes:
        network: Shape of the network.
        training: The settings.
        first_course: Number of the first course; those before were seen in an earlier pretraining.
        steps: Steps taken.
        validation: After each round: mean error relative to the local level's, by kind of course.
    """

    network: dict[str, Any]
    training: dict[str, Any]
    first_course: int
    steps: int
    validation: tuple[dict[str, float], ...]


@dataclass(frozen=True)
class Checkpoint:
    """All that is needed to go on with pretraining.

    Attributes:
        weights: `weight.`, `average.`, `first.` and `second.` (moments of the descent), then the
            name.
        card: Where it stands.
    """

    weights: dict[str, np.ndarray]
    card: CheckpointCard


def pretrain(
    config: InContextConfig,
    training: PretrainingSettings,
    begun: Checkpoint | None,
    device: Device = "cpu",
    basis: PretrainedNetwork | None = None,
) -> Iterator[Checkpoint]:
    """Pretrain a network, and yield where it stands after each round.

    Args:
        config: Its shape.
        training: How.
        begun: Where an earlier run of the same settings ended, on whatever device; None to begin.
        device: Where the network computes.
        basis: The network that is trained further, of the same kind, or a STEPmi that a STEPmr
            begins as; None to begin with random weights.

    Raises:
        InputError: There is no such device, or the basis has another shape.
    """
    shape, used = _described(config, training)
    first = basis.card.n_courses if basis else 0
    described = (shape, used, first)
    if begun and (begun.card.network, begun.card.training, begun.card.first_course) != described:
        begun = None
    torch.manual_seed(training.seed)
    network = _further(basis, config) if basis else new_network(config)
    descent = _Descent(network, training, begun, choose_device(device))
    held_back = range(VALIDATION, VALIDATION + training.n_validation)
    validation = list(_lessons(training, held_back))
    history = begun.card.validation if begun else ()
    n_steps = training.n_courses // training.courses_a_step
    while descent.steps < n_steps:
        end = min(descent.steps + training.steps_a_round, n_steps)
        courses = range(
            first + descent.steps * training.courses_a_step, first + end * training.courses_a_step
        )
        lessons = progress(
            _lessons(training, courses),
            len(courses),
            f"{config.kind}, steps {descent.steps + 1} to {end} of {n_steps}",
        )
        batch: list[Lesson] = []
        for lesson in lessons:
            batch.append(lesson)
            if len(batch) == training.courses_a_step:
                descent.step(batch)
                batch = []
        history = (*history, validate(descent.average, validation))
        yield Checkpoint(descent.state(), CheckpointCard(*described, descent.steps, history))


def _further(basis: PretrainedNetwork, config: InContextConfig) -> InContextNetwork:
    """Return the network of a shape that is trained further."""
    network = trained_network(basis)
    if replace(network.config, kind=config.kind) != config:
        raise InputError(
            f"`pretraining.{config.kind}` describes another shape than that of the weights that "
            "come with STEP. Set `pretraining.training.from_pretrained: false`, or leave the shape "
            "as it was."
        )
    if network.config.kind == config.kind:
        return network
    other = new_network(config)
    begin_like(other, network)
    return other


def finished(
    checkpoint: Checkpoint, training: PretrainingSettings, basis: PretrainedNetwork | None = None
) -> PretrainedNetwork:
    """Return the averaged weights with their card; arguments as in `pretrain`."""
    weights = {
        name.removeprefix("average."): value
        for name, value in checkpoint.weights.items()
        if name.startswith("average.")
    }
    history = _history(checkpoint.card, training)
    earlier: tuple[ValidatedRound, ...] = ()
    if basis and (basis.card.network, basis.card.prior) == (checkpoint.card.network, PRIOR):
        earlier = basis.card.history
    card = PretrainingCard(
        network=checkpoint.card.network,
        step_version=step.__version__,
        torch_version=torch.__version__,
        seed=training.seed,
        n_courses=history[-1].n_courses,
        n_parameters=sum(value.size for value in weights.values()),
        validation=checkpoint.card.validation[-1],
        prior=PRIOR,
        history=(*earlier, *history),
        trainings=(*(basis.card.trainings if basis else ()), checkpoint.card.training),
    )
    return PretrainedNetwork(weights, card)


def _history(card: CheckpointCard, training: PretrainingSettings) -> tuple[ValidatedRound, ...]:
    """How well the network did after each round; the last may have been a shorter one."""
    ends = (
        min(number * training.steps_a_round, card.steps)
        for number in range(1, len(card.validation) + 1)
    )
    return tuple(
        ValidatedRound(
            card.first_course + end * training.courses_a_step, ratios["all"], ratios["best_arm"]
        )
        for end, ratios in zip(ends, card.validation, strict=True)
    )


class _Descent:
    """AdamW over batches of lessons, with a moving average of the weights.

    Attributes:
        average: The network with averaged weights.
        steps: Steps taken.
    """

    def __init__(
        self,
        network: InContextNetwork,
        training: PretrainingSettings,
        begun: Checkpoint | None,
        device: torch.device,
    ):
        self.average = copy.deepcopy(network).to(device)  # cuDNN wants weights that moved together
        self._network = network.to(device)
        self._training = training
        self._optimiser = torch.optim.AdamW(
            self._network.parameters(), weight_decay=training.weight_decay
        )
        self.steps = 0
        if begun is not None:
            self._resume(begun)

    def step(self, lessons: Sequence[Lesson]) -> None:
        """Take a step down the mean loss of some lessons."""
        self._network.train()
        n_steps = self._training.n_courses // self._training.courses_a_step
        self._optimiser.param_groups[0]["lr"] = self._training.learning_rate * learning_rate_share(
            self.steps, n_steps
        )
        for lesson in lessons:  # one at a time, for courses differ in size
            (lesson_loss(self._network, lesson) / len(lessons)).backward()
        nn.utils.clip_grad_norm_(self._network.parameters(), MAX_GRAD_NORM)
        self._optimiser.step()
        self._optimiser.zero_grad()
        self.steps += 1
        kept = min(self._training.averaging, self.steps / (self.steps + 10))
        with torch.no_grad():
            for mean, own in zip(
                self.average.parameters(), self._network.parameters(), strict=True
            ):
                mean.lerp_(own, 1 - kept)

    def state(self) -> dict[str, np.ndarray]:
        """Return all that `_resume` needs."""
        arrays: dict[str, Tensor] = {}
        for name, parameter in self._network.named_parameters():
            moments = self._optimiser.state[parameter]
            arrays[f"weight.{name}"] = parameter.detach()
            arrays[f"first.{name}"] = moments["exp_avg"]
            arrays[f"second.{name}"] = moments["exp_avg_sq"]
        arrays |= {f"average.{name}": value for name, value in self.average.state_dict().items()}
        return {name: value.cpu().numpy().copy() for name, value in arrays.items()}

    def _resume(self, begun: Checkpoint) -> None:
        def part(prefix: str) -> dict[str, Tensor]:
            return {
                name.removeprefix(prefix): torch.from_numpy(value.copy())
                for name, value in begun.weights.items()
                if name.startswith(prefix)
            }

        self._network.load_state_dict(part("weight."))
        self.average.load_state_dict(part("average."))
        first, second = part("first."), part("second.")
        self.steps = begun.card.steps
        for name, parameter in self._network.named_parameters():
            self._optimiser.state[parameter] = {
                "step": torch.tensor(float(self.steps)),
                "exp_avg": first[name].to(parameter.device),
                "exp_avg_sq": second[name].to(parameter.device),
            }


def learning_rate_share(done: int, n_steps: int) -> float:
    """Return the share of the full learning rate: a linear rise, then half a cosine down."""
    rise = max(WARM_UP * n_steps, 1.0)
    if done < rise:
        return (done + 1) / (rise + 1)
    return float(0.5 * (1 + np.cos(np.pi * (done - rise) / max(n_steps - rise, 1.0))))


def _lessons(training: PretrainingSettings, numbers: range) -> Iterator[Lesson]:
    return run_tasks(draw_lesson, ((training.seed, number) for number in numbers), training.jobs)


def _described(
    config: InContextConfig, training: PretrainingSettings
) -> tuple[dict[str, Any], dict[str, Any]]:
    described = asdict(config), asdict(replace(training, jobs=1))
    network, settings = json.loads(json.dumps(described))  # as it comes back from a file
    return network, settings
