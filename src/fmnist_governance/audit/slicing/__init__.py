"""Arithmetic of the slices check: images and answers in; which groups of images, and how they fare, out."""
