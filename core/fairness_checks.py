"""What a comparison of groups rests on, and what it cannot say, computed and in words."""

from __future__ import annotations

import numpy as np

from core import row_weights
from core.fairness import Bools, beyond_chance, judged, outside
from core.fairness_asked import Split
from core.registry import Job
from core.results import Check, Fairness
from core.row_weights import mean
from core.views import words

LISTED = 4
"""Names in one sentence at most."""


def checks(job: Job, found: Fairness, split: Split, true: Bools, turned: int) -> tuple[Check, ...]:
    """All checks of a classifier's comparison, what the groups are first."""
    return (
        groups_check(found, split),
        *small_check(found),
        *_undefined(found),
        chance_check(found),
        _base_rates(found, split, true),
        *_rest(job, found, turned),
        *row_weights.check(job.table, split.rows, "Counts of rows are not."),
    )


def number_checks(job: Job, found: Fairness, split: Split) -> tuple[Check, ...]:
    """All checks of a comparison of numbers."""
    return (
        groups_check(found, split),
        *small_check(found),
        *_undefined(found),
        chance_check(found),
        _base_means(found, split),
        *row_weights.check(job.table, split.rows, "Counts of rows are not."),
    )


def names(parts: list[str]) -> str:
    """Some names in a sentence, the rest counted."""
    more = [] if len(parts) <= LISTED else [f"{len(parts) - LISTED} more"]
    return words.listed([*(words.quoted(part, 40) for part in parts[:LISTED]), *more])


def groups_check(found: Fairness, split: Split) -> Check:
    """What the groups are, and what they are compared with."""
    chosen = f" ({split.why}: choose the one that matters)" if split.why else ""
    largest = ", the largest" if found.counts[0] == found.counts.max() else ""
    text = (
        f"{found.rows:,} rows in {len(found.groups)} groups by {words.named(found.column)}{chosen}, compared with "
        f"{words.quoted(found.groups[0], 40)}{largest} ({found.counts[0]:,.0f} rows)."
    )
    return Check("groups", None, float(len(found.groups)), text)


def groups_facts(split: Split) -> Check:
    """What the groups are, where none is compared with."""
    chosen = f" ({split.why}: choose the one that matters)" if split.why else ""
    column = words.short(" and ".join(split.groups.columns))
    text = f"{len(split.rows):,} rows in {len(split.groups.names)} groups by {column}{chosen}."
    return Check("groups", None, float(len(split.groups.names)), text)


def small_check(found: Fairness) -> tuple[Check, ...]:
    """Groups of which nothing can be judged, for they have too few rows."""
    few = [name for name, count in zip(found.groups, found.counts, strict=True) if count < found.least]
    if not few:
        return ()
    counts = [f"{name}: {found.counts[found.groups.index(name)]:,.0f}" for name in few]
    text = f"Too few rows for a verdict (fewer than {found.least}): {names(counts)}."
    if found.groups[0] in few:
        text += " The group compared with is one of them: choose another."
    return (Check("small groups", False, float(len(few)), text),)


def _undefined(found: Fairness) -> tuple[Check, ...]:
    """Checked ratios that do not exist or rest on too few rows, in groups that are large enough otherwise."""
    reasons: dict[str, list[str]] = {}
    enough = judged(found)
    for group, name in enumerate(found.groups[1:], 1):
        if min(found.counts[group], found.counts[0]) < found.least:
            continue
        for measure in found.checked:
            at = found.measures.index(measure)
            if not enough[group, at]:
                reasons.setdefault(_reason(found, group, at), []).append(f"{measure} of {name}")
    return tuple(
        Check("not judged", False, float(len(parts)), f"Not judged ({reason}): {names(parts)}.")
        for reason, parts in reasons.items()
    )


def _reason(found: Fairness, group: int, measure: int) -> str:
    """Why a ratio is not judged."""
    least = min(found.bases[group, measure], found.bases[0, measure])
    if least == 0:
        return "no row to be a share of"
    if least < found.least:
        return f"fewer than {found.least} rows to rest on"
    if np.isnan(found.scores[[0, group], measure]).any():
        return "predictions or true values do not vary"
    return "0 in both groups"


def chance_check(found: Fairness) -> Check:
    """How many of the ratios out of bounds chance alone does not explain."""
    wrong = judged(found) & outside(found)
    sure = int((wrong & beyond_chance(found)).sum())
    total, count = int(wrong.sum()), int(judged(found).sum())
    if not count:
        return Check("chance", False, 0.0, "No ratio rests on enough rows: there is no verdict.")
    if not total:
        loose = int((judged(found) & ~_inside(found)).sum())
        text = f"All {count} ratios that can be judged are within bounds; the intervals of {loose} reach out of them."
        return Check("chance", loose == 0, float(loose), text)
    text = f"{total} of {count} ratios that can be judged are out of bounds; {sure} of these with their whole interval,"
    return Check("chance", None if sure == total else False, float(sure), f"{text} beyond what chance explains.")


def _inside(found: Fairness) -> np.ndarray:
    """Ratios whose whole interval is within bounds."""
    return np.asarray((found.ratio_low >= found.epsilon) & (found.ratio_high <= 1 / found.epsilon))


def _base_rates(found: Fairness, split: Split, true: Bools) -> Check:
    """How often the class is true in each group: where that differs, not all measures can be equal."""
    codes, weights = split.groups.codes, split.weights
    rates = [float(mean(true[codes == at], row_weights.part(weights, codes == at))) for at in range(len(found.groups))]
    low, high = int(np.argmin(rates)), int(np.argmax(rates))
    text = (
        f"{words.case(found.label)} is true of {words.percent(rates[low])} of {words.quoted(found.groups[low], 40)} "
        f"and {words.percent(rates[high])} of {words.quoted(found.groups[high], 40)}"
    )
    if rates[high] - rates[low] > 1e-9:
        text += ": with such base rates no imperfect model has equal found, false-alarm and right-when-named shares."
    return Check("base rates", None, rates[high] - rates[low], text if text.endswith(".") else f"{text}.")


def _base_means(found: Fairness, split: Split) -> Check:
    """How far the groups' true values differ: then not all three criteria can hold."""
    codes, weights = split.groups.codes, split.weights
    means = [
        float(mean(split.known[codes == at], row_weights.part(weights, codes == at))) for at in range(len(found.groups))
    ]
    low, high = int(np.argmin(means)), int(np.argmax(means))
    text = (
        f"The true values average {words.number(means[low])} in {words.quoted(found.groups[low], 40)} and "
        f"{words.number(means[high])} in {words.quoted(found.groups[high], 40)}: the further these are apart, the less "
        "can predictions be both right and independent of the group."
    )
    return Check("base values", None, means[high] - means[low], text)


def _rest(job: Job, found: Fairness, turned: int) -> tuple[Check, ...]:
    """What else a reader has to know: one class against the rest, decisions that were turned."""
    told = []
    if len(job.model.classes) > 2:
        text = f"{words.case(found.label)} is held against all other classes together, named from the cutoff on."
        told.append(Check("one against the rest", None, None, text))
    if float(job.params["pivot"]) > 0:
        first = words.quoted(found.groups[0], 40)
        text = f"{turned:,} decisions near the cutoff were turned: against {first}, for the others."
        told.append(Check("turned", None, float(turned), text))
    return tuple(told)
