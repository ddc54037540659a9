"""Answers, record and declarations in; risk class and the state of every point of the law's lists out."""
