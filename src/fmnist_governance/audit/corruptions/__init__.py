"""Disturbances of images as batched tensor code: images and uniform random numbers in, images out."""
