"""The model's answers as a file from which its numbers can be computed again."""

from __future__ import annotations

import hashlib

from fmnist_governance.audit.subject import Examples, Need, Subject


def predictions_csv(subject: Subject, examples: Examples) -> bytes:
    """Return a row an image: index, digest of its pixels, label, answer, confidence, and an output a class.

    Floats have nine significant digits, so that a float32 reads back as itself.
    """
    logits = Need.LOGITS in subject.has
    outputs = examples.logits if logits else examples.probabilities
    kind = "logit" if logits else "probability"
    header = ["index", "image", "label", "predicted", "confidence"]
    lines = [",".join(header + [f"{kind}_{k}" for k in range(outputs.shape[1])])]
    confidence = examples.probabilities.max(dim=1).values.tolist()
    rows = zip(
        examples.index.tolist(),
        pixel_digests(examples),
        examples.labels.tolist(),
        examples.predicted.tolist(),
        confidence,
        outputs.tolist(),
        strict=True,
    )
    for index, image, label, predicted, sure, values in rows:
        numbers = ",".join(f"{value:.9g}" for value in values)
        lines.append(f"{index},{image},{label},{predicted},{sure:.9g},{numbers}")
    return ("\n".join(lines) + "\n").encode()


def pixel_digests(examples: Examples) -> list[str]:
    """Return 16 hex digits of the SHA-256 of each image's pixels."""
    pixels = examples.images.contiguous().numpy()
    return [hashlib.sha256(image.tobytes()).hexdigest()[:16] for image in pixels]
