"""The deciding clause as a sentence, in exact short decimals.

`PD: 61 mm is +22 % and +11 mm over the nadir of 50 mm on 2016-03-02`
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from hepatica.clinic.rules.response.criterion import Criterion

Fact = Mapping[str, Any]

# Sums are whole micrometres: a broken percentage shows in this many places.
MOST_PLACES = 9


def short(value: Decimal | float) -> str:
    """Decimal text without needless digits: 61, 7.5."""
    text = format(Decimal(str(value)).normalize(), "f")
    return "0" if text == "-0" else text


def signed_percent(now: float, before: float) -> str:
    """Change in percent with its sign, such as +22 or -29.6.

    One decimal; more where fewer would round a broken percentage to a whole one, so that +19.98
    never reads as +20.
    """
    exact = (Decimal(str(now)) - Decimal(str(before))) / Decimal(str(before)) * 100
    for places in range(1, MOST_PLACES + 1):
        rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        if rounded != rounded.to_integral_value() or exact == exact.to_integral_value():
            break
    return ("+" if rounded >= 0 else "") + short(rounded)


def change_text(fact: Fact, against: str, date: str, criterion: Criterion) -> str:
    """Sum of a visit beside an earlier one: `61 mm is +22 % and +11 mm over the nadir of ...`."""
    now, before, unit = fact["sum_mm"], fact[f"{against}_mm"], criterion.unit
    what = f"the {against} of {short(before)} {unit}" + (f" on {date}" if date else "")
    if before == 0:
        return f"{short(now)} {unit} is over {what}"
    gap = Decimal(str(now)) - Decimal(str(before))
    if gap == 0:
        return f"{short(now)} {unit} equals {what}"
    side = "over" if gap > 0 else "from"
    sign = "+" if gap > 0 else ""
    percent = signed_percent(now, before)
    return f"{short(now)} {unit} is {percent} % and {sign}{short(gap)} {unit} {side} {what}"


def nadir_text(fact: Fact, criterion: Criterion) -> str:
    """Sum of a visit beside the nadir, with the nadir's date."""
    return change_text(fact, "nadir", str(fact["nadir_date"]), criterion)


def target_text(fact: Fact, criterion: Criterion) -> str:
    """Sum of a visit beside the baseline, and the nadir where it is another."""
    text = change_text(fact, "baseline", "", criterion)
    if fact["nadir_mm"] == fact["baseline_mm"]:
        return text
    return f"{text}; {nadir_text(fact, criterion)}"


def missing_text(fact: Fact) -> str:
    """Which targets a visit lacks."""
    count, all_targets = fact["targets_missing"], fact["targets"]
    if all_targets == 1:
        return f"target {fact['lesion']} was not evaluable"
    if count == 1:
        return f"1 of {all_targets} targets was not evaluable ({fact['lesion']})"
    return f"{count} of {all_targets} targets were not evaluable ({fact['lesion']} first)"


def gone_text(fact: Fact, criterion: Criterion) -> str:
    """How all targets are gone; a remaining sum is that of nodes under their limit."""
    gone = (
        "no target shows viable tumour" if criterion.measure != "diameter" else "all targets gone"
    )
    if fact["sum_mm"]:
        return f"{gone}, nodes normal ({short(fact['sum_mm'])} {criterion.unit} left)"
    return gone


def reappeared_text(fact: Fact, sum_text: str) -> str:
    """Disease in targets that showed none: after a CR, or where the baseline sum was 0."""
    if fact["baseline_mm"] == 0:
        return f"disease in the targets ({sum_text}), which showed none at baseline"
    return f"disease again in the targets ({sum_text}) after a CR"


def new_text(fact: Fact) -> str:
    """When a new lesion was seen and confirmed."""
    name, seen, confirmed = fact["lesion"], fact["first_seen_date"], fact["confirmed_date"]
    if fact["clause"] == "NEW-LESION":
        return f"new lesion {name}"
    if fact["clause"] == "NEW-LESION-BACKDATED":
        return f"new lesion {name}, first seen on {seen}, confirmed on {confirmed}"
    if seen == confirmed:
        return f"new lesion {name} of {seen} stands"
    return f"new lesion {name}, first seen on {seen}, confirmed on {confirmed}, stands"


def non_target_text(fact: Fact) -> str:
    """What the non-targets show, where they decide."""
    name = fact["lesion"]
    texts = {
        "NON-TARGET-PROGRESSED": f"non-target {name} progressed",
        "NON-TARGETS-GONE": "all non-targets gone, no targets at baseline",
        "NON-TARGETS-PERSIST": f"non-target {name} persists, no targets at baseline",
        "NON-TARGETS-NE": f"non-target {name} was not evaluable, no targets at baseline",
        "NO-DISEASE": "neither targets nor non-targets at baseline",
        "NO-BASELINE": "no scan on or before the baseline date",
        "PARTIAL-SCAN": "all known lesions gone, but a region was not scanned for new ones",
        "BASELINE-UNMEASURED": f"target {name} has no size at baseline, so there is no sum",
        "BASELINE-CLEAR": "the targets were no disease at baseline",
    }
    return texts[fact["clause"]]


def target_clause_text(fact: Fact, criterion: Criterion) -> str:
    """What the targets show, where they decide."""
    sum_text = f"{short(fact['sum_mm'])} {criterion.unit}" if fact["sum_mm"] is not None else ""
    match fact["clause"]:
        case "TARGETS-GROWN":
            text = nadir_text(fact, criterion)
        case "TARGETS-GROWN-IN-PART":
            text = f"{nadir_text(fact, criterion)}, although {missing_text(fact)}"
        case "TARGETS-REAPPEARED":
            text = reappeared_text(fact, sum_text)
        case "TARGETS-SHRUNK":
            text = change_text(fact, "baseline", "", criterion)
        case "TARGETS-STABLE":
            text = target_text(fact, criterion)
        case "GONE-NON-TARGETS-PERSIST":
            text = f"{gone_text(fact, criterion)}, but non-target {fact['lesion']} persists"
        case "GONE-NON-TARGETS-NE":
            text = (
                f"{gone_text(fact, criterion)}, but non-target {fact['lesion']} was not evaluable"
            )
        case "TARGET-MISSING":
            text = missing_text(fact)
        case _:
            text = gone_text(fact, criterion)
    return text


def because(fact: Fact, criterion: Criterion) -> str:
    """Sentence of one visit's overall response; `fact` is a row of `Response.visit_facts`."""
    clause = fact["clause"]
    if clause.startswith("NEW-LESION"):
        text = new_text(fact)
    elif clause.startswith(("TARGETS-", "GONE-", "TARGET-")):
        text = target_clause_text(fact, criterion)
    else:
        text = non_target_text(fact)
    return f"{fact['overall']}: {text}"


def because_best(fact: Fact, *, confirmed: bool) -> str:
    """Sentence of a best response; `fact` is a row of `Response.best_facts`."""
    word, date = (fact["cbor"], fact["cbor_date"]) if confirmed else (fact["bor"], fact["bor_date"])
    if date is None:
        return f"{word}: no visit after baseline counts"
    source = fact["cbor_source"] if confirmed else fact["bor_source"]
    if confirmed and fact["confirmed_by_date"] is not None:
        days = (fact["confirmed_by_date"] - date).days
        return (
            f"{word}: {word} on {date}, confirmed on {fact['confirmed_by_date']}, {days} days later"
        )
    if source == word:
        return f"{word}: {word} on {date}"
    if word == "SD":
        return f"SD: {source} on {date}, not confirmed"
    early = "too early to count as SD"
    if source == "NON-CR/NON-PD":
        early = "too early to count"
    return f"{word}: {source} on {date}" + (
        f", not confirmed and {early}" if source in ("CR", "PR") else f", {early}"
    )
