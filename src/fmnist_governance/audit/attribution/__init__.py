"""Images and a network in, where it looked and whether that can be trusted out."""
