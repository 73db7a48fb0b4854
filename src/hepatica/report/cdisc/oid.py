"""Identifiers of a study's CDISC files, the same in define.xml and in Dataset-JSON."""

from __future__ import annotations

import re
from hashlib import sha256


def study_oid(study: str) -> str:
    """Identifier of a study."""
    return f"ST.{_safe(study)}"


def version_oid(study: str) -> str:
    """Identifier of the one version of its metadata."""
    return f"MDV.{_safe(study)}.ADAM"


def dataset_oid(dataset: str) -> str:
    """Identifier of a dataset (ItemGroupDef)."""
    return f"IG.{dataset}"


def variable_oid(dataset: str, variable: str, value: str = "") -> str:
    """Identifier of a variable (ItemDef), or of its definition for one value of PARAMCD."""
    return ".".join(("IT", dataset, variable, *((_safe(value),) if value else ())))


def element_oid(kind: str, *parts: str) -> str:
    """Identifier of another element, such as ``CL.ADRS.PARAMCD`` of a code list."""
    return ".".join((kind, *(_safe(part) for part in parts)))


def _safe(text: str) -> str:
    """Letters, figures, _ and -; where other signs stood, a digest keeps two texts apart."""
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", text)
    if re.search(r"[^A-Za-z0-9_. -]", text):
        plain = f"{plain}_{sha256(text.encode()).hexdigest()[:8]}"
    return plain
