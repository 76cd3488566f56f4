"""Who comes here, what they told us, what they agreed to. Tables only."""

from clients.models.access import BreakGlass
from clients.models.agreements import (
    Consent,
    Document,
    DocumentKind,
    DocumentVersion,
    GivenBy,
    OnWithdrawal,
    Understanding,
    Withdrawal,
)
from clients.models.intake import (
    Action,
    Answer,
    Asked,
    Audience,
    Choice,
    Flag,
    Question,
    QuestionKind,
    Questionnaire,
    QuestionnaireVersion,
    Section,
    Submission,
    VersionState,
)
from clients.models.journey import CareRelation, Stage, StageDecision
from clients.models.person import REF, Client, ClientQuerySet, HeardFrom, new_ref
from clients.models.restrictions import Likeness, LookAlike, Restriction, RestrictionKind

__all__ = [
    "REF",
    "Action",
    "Answer",
    "Asked",
    "Audience",
    "BreakGlass",
    "CareRelation",
    "Choice",
    "Client",
    "ClientQuerySet",
    "Consent",
    "Document",
    "DocumentKind",
    "DocumentVersion",
    "Flag",
    "GivenBy",
    "HeardFrom",
    "Likeness",
    "LookAlike",
    "OnWithdrawal",
    "Question",
    "QuestionKind",
    "Questionnaire",
    "QuestionnaireVersion",
    "Restriction",
    "RestrictionKind",
    "Section",
    "Stage",
    "StageDecision",
    "Submission",
    "Understanding",
    "VersionState",
    "Withdrawal",
    "new_ref",
]
