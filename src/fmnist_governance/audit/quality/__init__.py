"""Arithmetic of the data_quality check: images and labels in; duplicates, doubtful labels, outliers and shift out."""
