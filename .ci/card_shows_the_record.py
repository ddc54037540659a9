"""Count the logged predictions again, and look for the same digits in the record and on the card."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
from pathlib import Path

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

import mlflow  # After the variable above.


def main(card: Path, store: str = "sqlite:///mlflow.db") -> None:
    """Refuse a card whose accuracy is not that of the predictions."""
    mlflow.set_tracking_uri(store)
    (run,) = mlflow.search_runs(
        experiment_names=["fmnist-audit"],
        filter_string="tags.`governance.stage` = 'audit' and attributes.status = 'FINISHED'",
        order_by=["attributes.start_time DESC"],
        max_results=1,
        output_format="list",
    )

    def read(path: str) -> str:
        return mlflow.artifacts.load_text(f"{run.info.artifact_uri}/{path}")

    rows = list(csv.DictReader(io.StringIO(read("evidence/predictions/test.csv"))))
    right = sum(row["label"] == row["predicted"] for row in rows)
    record = json.loads(read("evidence/record.json"))
    (accuracy,) = (m["value"] for m in record["measurements"] if m["id"] == "performance.accuracy")
    if accuracy != right / len(rows) or run.data.metrics["performance.accuracy"] != accuracy:
        sys.exit(f"{right} of {len(rows)} predictions are right; the record says {accuracy}")
    text = re.sub(r"<[^>]+>", "", card.read_text(encoding="utf-8"))
    shown = f"{100 * accuracy:.2f}"
    if not re.search(rf"\b{re.escape(shown)}\s?%", text):
        sys.exit(f"{card}: does not show {shown} %")
    sys.stdout.write(f"{card}: shows {shown} %, as {right} of {len(rows)} logged predictions say\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
