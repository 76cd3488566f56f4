"""What happens in the room and before it. Tables only; each is written by the verbs of one module beside this package."""

from care.models.conversation import CannedReply, Conversation, ConversationState, Line, WatchedWord
from care.models.incident import Consequence, Ending, Ground, Incident, Refusal, Severity
from care.models.sheet import BoundarySheet, Covering, FilledBy, Narrowing, Pressure

__all__ = [
    "BoundarySheet",
    "CannedReply",
    "Consequence",
    "Conversation",
    "ConversationState",
    "Covering",
    "Ending",
    "FilledBy",
    "Ground",
    "Incident",
    "Line",
    "Narrowing",
    "Pressure",
    "Refusal",
    "Severity",
    "WatchedWord",
]
