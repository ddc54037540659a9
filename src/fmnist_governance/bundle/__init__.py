"""A run as files that leave the store: a folder or a zip in, its evidence or what is wrong with it out."""
