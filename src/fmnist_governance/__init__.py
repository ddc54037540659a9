"""Model documentation and EU AI Act evidence: nothing is claimed that was not measured or declared."""

__version__ = "0.1.0"
