"""Ground floor: findings, errors, dates, units and citations. Knows no study, file or database."""
