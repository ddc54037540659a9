"""Images of kinds that the model has no class for come in; how well its scores tell them from those it has goes out."""
