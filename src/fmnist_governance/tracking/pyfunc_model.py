"""The model as users load it: MLflow runs this file, beside a copy of `fmnist_classifier.py` and two data files.

It must work where the rest of the package is not installed, hence the import by a bare name.
"""

from __future__ import annotations

from pathlib import Path

import mlflow
from mlflow.exceptions import MlflowException
from mlflow.pyfunc.model import PythonModel, PythonModelContext

try:
    import fmnist_classifier as classifier
except ImportError:  # The package itself, while the model is being logged.
    from fmnist_governance.model import fmnist_classifier as classifier


class RefusedError(MlflowException, ValueError):
    """The images break the input rules. MLflow's server puts its message into the answer, and says 400."""


class Answering:
    """Answers images. It stands apart because MLflow would read a schema into the method of a model of its own."""

    network: classifier.Network
    description: classifier.Description

    # MLflow reads hints as a schema, and would print that it finds none in those that say what is right.
    def predict(self, context, model_input, params=None):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201, ARG002
        """Answer with a dict for one image, with a list of dicts for several.

        Raises:
            ValueError: The images break the input rules.
        """
        try:
            return classifier.answer(self.network, self.description, model_input)
        except ValueError as err:
            raise RefusedError.invalid_parameter_value(str(err)) from err


class Classifier(Answering, PythonModel):
    """Takes images as an array, a tensor or nested lists; answers with a class and the probability of each."""

    def load_context(self, context: PythonModelContext) -> None:
        """Read the weights and what they mean."""
        folder = Path(context.artifacts["weights"]).parent
        self.network, self.description = classifier.load(folder)


mlflow.models.set_model(Classifier())
