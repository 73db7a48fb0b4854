"""Random patients for the response engine: rows as a radiology department would enter them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

SITES = ("liver", "lymph node", "lung", "porta hepatis node", "")
STATUS = {
    "target": ["", "absent", "too small", "not evaluable"],
    "non-target": ["present", "absent", "progressed", "not evaluable"],
    "new": ["confirmed", "equivocal", "absent", "not evaluable"],
}
WEIGHT = {
    "target": [0.82, 0.08, 0.05, 0.05],
    "non-target": [0.78, 0.14, 0.03, 0.05],
    "new": [0.25, 0.55, 0.1, 0.1],
}


def random_lesions(patients: int, seed: int) -> pa.Table:
    """Rows of random patients: gaps, duplicates, late lesions, nodes, all statuses."""
    rng = np.random.default_rng(seed)
    rows: list[tuple[object, ...]] = []
    for patient in range(patients):
        kinds = ["target"] * rng.integers(0, 4) + ["non-target"] * rng.integers(0, 3)
        kinds += ["new"] * int(rng.integers(0, 2))
        site = [SITES[rng.choice(5, p=[0.6, 0.15, 0.1, 0.1, 0.05])] for _ in kinds]
        days = np.cumsum(rng.integers(7, 60, size=rng.integers(1, 8)))
        size = rng.integers(5, 60, size=len(kinds)).astype(float)
        for visit, day in enumerate(days):
            for k, role in enumerate(kinds):
                new = role == "new"
                if (new and (visit == 0 or rng.random() < 0.6)) or rng.random() < 0.04:
                    continue
                size[k] = round(
                    max(
                        0.0,
                        size[k]
                        * rng.choice(
                            [0.0, 0.5, 0.7, 0.9, 1, 1.1, 1.3],
                            p=[0.05, 0.2, 0.2, 0.15, 0.15, 0.15, 0.1],
                        ),
                    ),
                    1,
                )
                status = STATUS[role][rng.choice(4, p=WEIGHT[role])]
                if visit == 0 and rng.random() < 0.95:
                    size[k] = rng.integers(10, 60)
                    status = {"target": "", "non-target": "present"}[role]
                copies = 2 if not new and rng.random() < 0.01 else 1
                for copy in range(copies):
                    mm = size[k] + copy * rng.integers(0, 2)
                    given = None if rng.random() < 0.03 else float(mm)
                    rows.append(
                        (f"S{patient:06d}", int(day), f"{role[0]}{k}", role, site[k], given, status)
                    )
        if not kinds:
            rows.append((f"S{patient:06d}", int(days[0]), "p0", "non-target", "", None, "present"))
    columns = list(zip(*rows, strict=True))
    mm = pa.array(columns[5], pa.float64())
    return pa.table(
        {
            "subject": pa.array(columns[0], pa.string()),
            "date": pa.array(columns[1], pa.int32()).cast(pa.date32()),
            "lesion": pa.array(columns[2], pa.string()),
            "role": pa.array(columns[3], pa.string()),
            "site": pa.array(columns[4], pa.string()),
            "diameter_mm": mm,
            "viable_mm": mm,
            "short_axis_mm": mm,
            "viable_perpendicular_mm": mm,
            "status": pa.array(columns[6], pa.string()),
        }
    )
