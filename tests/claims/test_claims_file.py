from __future__ import annotations

from pathlib import Path

import pytest

from fmnist_governance.claims.claims_file import load_claims
from fmnist_governance.config.shipped import shipped
from fmnist_governance.errors import ConfigError

GOOD = "  - {id: a, text: It is so., predicate: p.accuracy > 0.9}\n"


def written(folder: Path, claims: str) -> Path:
    file = folder / "claims.yaml"
    file.write_text(f"models: [m]\nclaims:\n{claims}", encoding="utf-8")
    return file


def test_the_shipped_claims_name_who_claims_them() -> None:
    found = load_claims(shipped("configs") / "claims.yaml")

    assert found.cover("FashionMNIST_PyTorch")
    assert not found.cover("another")
    assert all(claim.by or found.by for claim in found.claims)
    assert "performance.accuracy > 0.90" in {claim.predicate for claim in found.claims}


@pytest.mark.parametrize(
    ("claims", "named"),
    [("  - {id: a, text: It is so., predicate: accuracy above 90 %}\n", "claims.yaml:3.*predicate"),
     ("  - {id: a, text: TODO, predicate: p.accuracy > 0.9}\n", "claims.yaml:3.*states nothing"),
     ("  - {id: a, text: It is fully compliant and certified., predicate: p.accuracy > 0.9}\n",
      "claims.yaml:3.*no measurement can support compliant, certified"),
     ("  - {id: a, text: So it is., by: TODO, predicate: p.accuracy > 0.9}\n", "claims.yaml:3.*names nobody"),
     (GOOD + GOOD, "a: given twice"),
     ("  - {id: a, text: So., predicate: p.a > 0.9, evidence: trust me}\n", "claims.yaml:3.*evidence")],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(tmp_path: Path, claims: str, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        load_claims(written(tmp_path, claims))


def test_several_mistakes_are_named_at_once(tmp_path: Path) -> None:
    bad = "  - {id: a, text: TODO, predicate: nonsense}\n  - {id: B, text: So., predicate: p.a > 1}\n"

    with pytest.raises(ConfigError) as refused:
        load_claims(written(tmp_path, bad))

    assert len(str(refused.value).splitlines()) == 3
