"""Images and a network in, the smallest change that turns each answer out."""
