"""Planned visits and their windows: what the protocol's schedule makes of the examinations done."""

from hepatica.clinic.rules.schedule.interval import Interval
from hepatica.clinic.rules.schedule.visit import Status, Visit, planned_visits

__all__ = ["Interval", "Status", "Visit", "planned_visits"]
