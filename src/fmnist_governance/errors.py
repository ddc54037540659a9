"""Everything that can go wrong through no fault of the code.

    GovernanceError         a user can mend it; the command line prints one line and exits with 2
    ├── ConfigError         a file that a person writes is wrong
    ├── DatasetError        images or labels are absent, damaged or not what they claim to be
    ├── ModelError          a model cannot be read, run or trained
    ├── CheckError          a check could not measure
    ├── EvidenceError       stored evidence is unreadable or is not what was sealed
    └── TrackingError       the MLflow store, a run or a registered model is not there

A message says what, where, and what would be right.
"""

from __future__ import annotations


class GovernanceError(Exception):
    """A mistake that the user can mend; the message says how."""


class ConfigError(GovernanceError):
    """A configuration file or option is wrong."""


class DatasetError(GovernanceError):
    """Images or labels are absent, damaged or not what they claim to be."""


class ModelError(GovernanceError):
    """A model cannot be read, run or trained."""


class CheckError(GovernanceError):
    """A check could not measure what it promises."""


class EvidenceError(GovernanceError):
    """Stored evidence cannot be read or is not what was sealed."""


class TrackingError(GovernanceError):
    """The MLflow store, a run or a registered model is not there."""
