"""Images and a recipe in, weights and what happened out."""
