"""The provider's sentences and a record in; supported, refuted, undecided or untested out."""
