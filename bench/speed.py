"""Measure how fast the product is, each time beside its floor or beside other packages in the same process.

    python bench/speed.py [--model models:/FashionMNIST_PyTorch/1] [--suite standard] [--peers build/peers]

Other work on the machine spoils the ratios: run it alone. A peer that is not installed is named as such.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torchvision.transforms.v2 import functional as v2

from fmnist_governance.audit.answering import BATCH, Images, own_subject
from fmnist_governance.audit.attacks.budget import Budget, Norm
from fmnist_governance.audit.attacks.gradient import cross_entropy
from fmnist_governance.audit.attacks.sweep import sweep
from fmnist_governance.audit.attacks.target import prepared
from fmnist_governance.audit.attribution.grad_cam import grad_cam, layer_of
from fmnist_governance.audit.corruptions.catalog import CORRUPTIONS
from fmnist_governance.audit.corruptions.corruption import SEVERITIES
from fmnist_governance.audit.corruptions.sweep import drawn
from fmnist_governance.audit.quality.neighbours import BLOCK, unit
from fmnist_governance.audit.subject import Subject
from fmnist_governance.config.suite import load_suite
from fmnist_governance.data.catalog import load
from fmnist_governance.data.dataset import Dataset
from fmnist_governance.model.compute import folded, memory_format, prepare_process
from fmnist_governance.model.fmnist_classifier import Network
from fmnist_governance.pipeline.auditing import Model, audit
from fmnist_governance.pipeline.foreign import Fed
from fmnist_governance.pipeline.models import taken_in_hand
from fmnist_governance.tracking.registry import resolve
from fmnist_governance.tracking.run_files import find_run
from fmnist_governance.tracking.store import Store, open_store

BUDGETS = ("1/255", "2/255", "4/255", "8/255", "16/255", "0.1")
STEPS = 20
ATTACKED = 500
DISTURBED = 1000
CPU = torch.device("cpu")
READS = """
import sys
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
run = client.get_run(sys.argv[2])
client.download_artifacts(sys.argv[2], "evidence/record.json")
"""
Command = list[str]


def silent(_what: str, _done: int, _total: int) -> None:
    """Report nothing."""


def timed(work: Callable[[], object]) -> float:
    """Return seconds."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def best(command: Command, times: int = 7) -> float:
    """Return the shortest of several wall times of a process."""
    return min(timed(lambda: run_through(command)) for _ in range(times))


def run_through(command: Command) -> None:
    """Run a process to its end; a gate that refuses answers, too."""
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode not in {0, 1}:
        sys.exit(f"{' '.join(command)}: {done.stderr}")


def line(name: str, seconds: float, floor: float | None = None, note: str = "") -> None:
    """Print a row."""
    ratio = f"{seconds / floor:6.2f} x" if floor else " " * 8
    print(f"{name:<34}{seconds:9.3f} s  {ratio}  {note}", flush=True)


def start_up() -> None:
    """Print how long the command line takes to say what it is."""
    program = str(Path(sys.executable).with_name("fmnist-audit"))
    floor = best([sys.executable, "-c", "import click"])
    line("python -c 'import click'", floor)
    for flag in ("--version", "--help"):
        line(f"fmnist-audit {flag}", best([program, flag]), floor, "2.5 allowed")


def gates(store: Store, model: str) -> None:
    """Print how long a gate takes on a finished run."""
    program = str(Path(sys.executable).with_name("fmnist-audit"))
    run = find_run(store, model)
    floor = best([sys.executable, "-c", READS, store.uri, run.run_id], 5)
    line("open the store, read run and record", floor)
    gate = [program, "gate", run.run_id, "--tracking-uri", store.uri]
    line("gate on the run", best([*gate, "--quiet"], 5), floor, "1.3 allowed")
    with tempfile.TemporaryDirectory() as folder:
        bundle = str(Path(folder) / "audit.zip")
        run_through([program, "export", run.run_id, "--tracking-uri", store.uri, "--output", bundle])
        line("gate on its bundle", best([program, "gate", bundle, "--quiet"], 7), note="0.6 s allowed")


def checks(model: Model, dataset: Dataset, suite: str) -> None:
    """Print how long each check takes beside the bare passes that it needs."""
    found = audit(model, dataset, load_suite(suite, None), seed=0, device=CPU, fresh=True, report=silent).record
    other = {"data_quality": products(dataset)}
    floors = total = 0.0
    for entry in found.checks:
        cost = entry.cost
        if cost is None:
            print(f"{entry.name:<34}{entry.status}: {entry.reason}")
            continue
        floor = other.get(entry.name, cost.floor_seconds)
        line(entry.name, cost.seconds, floor, "bare products" if entry.name in other else f"{cost.passes:.1f} passes")
        floors += floor or 0
        total += cost.seconds
    line(f"suite {suite}", found.audit.seconds, floors, f"checks {total:.1f} s, {found.audit.threads} threads")


def products(dataset: Dataset) -> float:
    """Return the seconds of the bare matrix products by which near copies among all test images are found."""
    test, *rest = (unit(torch.from_numpy(dataset.splits[name].images)) for name in ("test", "train", "validation"))

    def multiply() -> None:
        for others in (test, *rest):
            for theirs in others.split(BLOCK):
                for own in test.split(BLOCK):
                    own @ theirs.T

    return timed(multiply)


def disturbances(subject: Subject) -> None:
    """Print those corruptions that torchvision makes too: same images and strengths, with the drawing of chance."""
    few = subject.subset(DISTURBED)
    images = few.images.float() / 255
    own = theirs = 0.0
    for corruption in CORRUPTIONS:
        if corruption.name in TORCHVISION:
            own += timed(lambda: drawn(subject, corruption, few.index))  # noqa: B023
            uniform = drawn(subject, corruption, few.index)
            work, other = corruption.at, TORCHVISION[corruption.name]
            own += timed(lambda: [work(images, uniform, severity) for severity in SEVERITIES])  # noqa: B023
            theirs += timed(lambda: [other(images, *strength) for strength in corruption.garment28])  # noqa: B023
    line(f"{len(TORCHVISION)} corruptions, {len(SEVERITIES)} severities, {DISTURBED:,} images", own)
    line("  torchvision.transforms.v2", theirs, own)


def jpeg(images: Tensor, quality: int) -> Tensor:
    """Compress (N, 1, H, W) float images in [0, 1] with torchvision's encoder, which takes one at a time."""
    return torch.stack([v2.jpeg(x, quality) for x in (images * 255).round().to(torch.uint8)]).float() / 255


TORCHVISION: dict[str, Callable[..., Tensor]] = {
    "gaussian_noise": lambda x, deviation: v2.gaussian_noise(x, sigma=deviation),
    "gaussian_blur": lambda x, deviation: v2.gaussian_blur(x, [2 * math.ceil(3 * deviation) + 1] * 2, [deviation] * 2),
    "contrast": v2.adjust_contrast,
    "jpeg_compression": jpeg,
    "rotate": lambda x, degrees: v2.rotate(x, degrees, v2.InterpolationMode.BILINEAR),
    "shear": lambda x, factor: v2.affine(
        x, 0, [0, 0], 1, [math.degrees(math.atan(factor)), 0], v2.InterpolationMode.BILINEAR
    ),
    "scale": lambda x, factor: v2.affine(x, 0, [0, 0], factor, [0, 0], v2.InterpolationMode.BILINEAR),
}


def peers(subject: Subject, network: nn.Module) -> None:
    """Print attack and heat maps beside other packages: same network, images, budgets, steps."""
    few = subject.subset(ATTACKED)
    target = prepared(subject, network, few)
    budgets = [Budget(Norm.LINF, text) for text in BUDGETS]
    climb = target.climb("ce", cross_entropy, 0, Norm.LINF, STEPS)
    own = timed(lambda: sweep(target.images, target.right, budgets, [climb]))
    line(f"PGD-{STEPS}, {len(budgets)} budgets, {ATTACKED} images", own)
    for name, attack in attackers(network, target.images, target.labels).items():
        line(f"  {name}", timed(lambda attack=attack: [attack(b.radius) for b in budgets]), own)  # type: ignore[misc]
    images = subject.test.images.float() / 255
    classes = subject.test.predicted
    own = timed(lambda: grad_cam(network, images, classes))
    line(f"Grad-CAM, {len(images):,} images", own)
    line("  captum LayerGradCam", timed(lambda: captum_maps(network, images, classes)), own)
    line("  answers alone", timed(lambda: subject.answer(images)), own)


def attackers(network: nn.Module, images: Tensor, labels: Tensor) -> dict[str, Callable[[float], object]]:
    """Return the attacks of other packages that are installed."""
    from captum.robust import PGD

    pgd = PGD(network, nn.CrossEntropyLoss(reduction="none"), lower_bound=0, upper_bound=1)
    batches = list(zip(images.split(BATCH), labels.split(BATCH), strict=True))

    def captum(radius: float) -> None:
        for x, y in batches:
            pgd.perturb(x.clone().requires_grad_(), radius, 2.5 * radius / STEPS, STEPS, y, random_start=True)

    found: dict[str, Callable[[float], object]] = {"captum.robust.PGD": captum}
    if importlib.util.find_spec("torchattacks"):
        import torchattacks

        found["torchattacks.PGD"] = lambda radius: [
            torchattacks.PGD(network, eps=radius, alpha=2.5 * radius / STEPS, steps=STEPS)(x, y) for x, y in batches
        ]
    else:
        print("  torchattacks is not installed")
    if importlib.util.find_spec("foolbox"):
        import foolbox

        model = foolbox.PyTorchModel(network, bounds=(0, 1), device="cpu")
        attack = foolbox.attacks.LinfPGD(rel_stepsize=2.5 / STEPS, steps=STEPS)
        found["foolbox.attacks.LinfPGD"] = lambda radius: [attack(model, x, y, epsilons=radius) for x, y in batches]
    else:
        print("  foolbox is not installed")
    return found


def captum_maps(network: nn.Module, images: Tensor, classes: Tensor) -> None:
    """Explain every image as captum does it."""
    from captum.attr import LayerAttribution, LayerGradCam

    method = LayerGradCam(network, layer_of(network))
    for x, y in zip(images.split(BATCH), classes.split(BATCH), strict=True):
        coarse = method.attribute(x.clone().requires_grad_(), target=y, relu_attributions=True)
        LayerAttribution.interpolate(coarse, (28, 28), "bilinear")


def main() -> None:
    """Print every measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="models:/FashionMNIST_PyTorch/1", help="an audited model")
    parser.add_argument("--suite", default="standard")
    parser.add_argument("--tracking-uri")
    parser.add_argument("--experiment", default="fmnist-audit")
    parser.add_argument("--peers", type=Path, default=Path("build/peers"), help="folder with other packages")
    asked = parser.parse_args()
    sys.path.append(str(asked.peers))
    warnings.filterwarnings("ignore", module="captum")
    prepare_process()
    store = open_store(asked.tracking_uri, asked.experiment)
    dataset = load("fashion-mnist")
    model = taken_in_hand(store, resolve(store, asked.model), dataset, Fed(), trust=False)
    if not isinstance(model.network, Network):
        parser.error(f"--model {asked.model}: expected one that `fmnist-audit train` made")
    start_up()
    gates(store, asked.model)
    checks(model, dataset, asked.suite)
    network = folded(model.network).to(memory_format=memory_format(CPU))
    test = dataset.splits["test"]
    images = Images(test.images, test.labels, torch.arange(len(test)).numpy())
    form = memory_format(CPU)
    subject = own_subject(network, model.classes, {"test": images}, seed=0, device=CPU, memory_format=form)
    disturbances(subject)
    peers(subject, network)


if __name__ == "__main__":
    main()
