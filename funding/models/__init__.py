from funding.models.application import Application
from funding.models.decision import Decision, DecisionLine
from funding.models.ledger import Award, Book, LedgerEntry
from funding.models.objection import Objection
from funding.models.paper import ProjectPaper
from funding.models.project import Project
from funding.models.round import RatingRound
from funding.models.scheme import Criterion, RatingScheme, Tier
from funding.models.score import Representative, Sheet

__all__ = [
    "Application",
    "Award",
    "Book",
    "Criterion",
    "Decision",
    "DecisionLine",
    "LedgerEntry",
    "Objection",
    "Project",
    "ProjectPaper",
    "RatingRound",
    "RatingScheme",
    "Representative",
    "Sheet",
    "Tier",
]
