"""How far can a probability be believed? Clean answers in; calibration, rankings and sets of answers out."""
