"""The money of the demonstration district: projects of 2024 and of now, rounds of star rating from the first word to the last fen."""

from funding.demo.money import write_projects
from funding.demo.people import write_reviewers
from funding.demo.rounds import write_rounds

__all__ = ["write_projects", "write_reviewers", "write_rounds"]
