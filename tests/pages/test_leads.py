"""From a term of an explanation to the feature that it speaks of."""

from __future__ import annotations


def test_a_term_leads_to_its_feature() -> None:
    from pages.parts.leads import feature_of

    features = ("job", "job = new", "age")
    assert feature_of("age", features) == "age"
    assert feature_of("age is missing", features) == "age"
    assert feature_of("job = cook", features) == "job"
    assert feature_of("job = new = yes", features) == "job = new"
    assert feature_of("other", features) == "other"
