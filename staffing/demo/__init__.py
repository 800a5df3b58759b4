"""The staffing of the demonstration district: invented people, the rosters of late 2024 and of now, partners."""

from staffing.demo.people import write_people
from staffing.demo.rosters import write_partners, write_rosters

__all__ = ["write_partners", "write_people", "write_rosters"]
