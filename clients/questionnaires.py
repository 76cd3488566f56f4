"""The questionnaires that ship with the site, as words: what is asked, why, and what each answer asks the therapist to do.

Where a practice could read an answer in two ways, the stricter one stands here. The owner makes them their own.
"""

from __future__ import annotations

from typing import NamedTuple

NOTE, AVOID, REVIEW, STOP = "note", "avoid", "review", "stop"
THERAPIST, DESK = "therapist", "desk"


class ChoiceText(NamedTuple):
    key: str
    words: str
    raises: str = ""


class QuestionText(NamedTuple):
    key: str
    kind: str
    words: str
    help: str = ""
    is_required: bool = False
    audience: str = THERAPIST
    choices: tuple[ChoiceText, ...] = ()


class SectionText(NamedTuple):
    title: str
    why: str
    questions: tuple[QuestionText, ...]


class FormText(NamedTuple):
    slug: str
    title: str
    asked: str
    for_kind: str
    valid_for_months: int | None
    sections: tuple[SectionText, ...]


NONE = ChoiceText("none", "None of these")
SAY_NO = "Choose “None of these” if nothing applies."


def yes_raises(action: str) -> tuple[ChoiceText, ...]:
    return (ChoiceText("yes", "Yes", action), ChoiceText("no", "No"))


YOU = SectionText(
    "You, and how we may reach you",
    "Your date of birth and e-mail address we have from your account; a phone number you give us under “How we reach you”. "
    "What you write on this page the front desk can read too.",
    (
        QuestionText("legal-name", "short", "Your full legal name", is_required=True, audience=DESK),
        QuestionText("preferred-name", "short", "The name we should use", audience=DESK),
        QuestionText("pronouns", "short", "Your pronouns", audience=DESK),
        QuestionText(
            "safe-contact", "many", "How may we reach you without anybody else noticing?", is_required=True, audience=DESK,
            choices=(
                ChoiceText("email", "By e-mail"),
                ChoiceText("call", "By a phone call"),
                ChoiceText("text", "By a text message"),
                ChoiceText("voicemail", "You may leave a message on my phone"),
            ),
        ),
        QuestionText("safe-hours", "short", "From when to when may we call?", audience=DESK),
        QuestionText(
            "emergency-contact", "short", "Whom shall we call in an emergency?", "A name and a phone number.",
            is_required=True, audience=DESK,
        ),
        QuestionText("language", "short", "Which language is easiest for you?", audience=DESK),
        QuestionText("access-needs", "long", "What do you need to come in and lie down with ease?", "Stairs, hearing, sight, "
                     "an assistance dog, anything.", audience=DESK),
        QuestionText("found-us", "short", "How did you find us?", audience=DESK),
    ),
)  # fmt: skip

WISHES = SectionText(
    "What brings you here",
    "So that the session is about what you are looking for.",
    (
        QuestionText("reasons", "long", "What brings you here, and what do you hope for?", is_required=True),
        QuestionText("bodywork-before", "yes_no", "Have you had massage or other bodywork before?", is_required=True),
        QuestionText(
            "pressure", "one", "Which pressure do you like?", is_required=True,
            choices=(
                ChoiceText("light", "Light"),
                ChoiceText("medium", "Medium"),
                ChoiceText("firm", "Firm"),
                ChoiceText("together", "We find out together"),
            ),
        ),
        QuestionText(
            "areas", "areas", "Areas to focus on, and areas to leave out",
            "What you do not mark is neither. You can change this at each session.",
        ),
        QuestionText("products", "long", "Oils, products or scents that you like or do not get on with"),
    ),
)  # fmt: skip

HEART = SectionText(
    "Heart and circulation",
    "Massage moves blood and lymph. With some conditions it has to wait, or a doctor has to agree first.",
    (
        QuestionText(
            "circulation", "many", "Do you have, or have you had, any of these?", SAY_NO, is_required=True,
            choices=(
                NONE,
                ChoiceText("clot", "A blood clot, or the suspicion of one", STOP),
                ChoiceText("unstable-pressure", "Blood pressure that is not under control", STOP),
                ChoiceText("angina", "Chest pain (angina) that is not under control", STOP),
                ChoiceText("recent-heart-attack", "A heart attack in the last six months", STOP),
                ChoiceText("heart-disease", "Another heart condition, or an earlier heart attack", REVIEW),
                ChoiceText("pacemaker", "A pacemaker or another implanted device", REVIEW),
                ChoiceText("stroke", "A stroke or an aneurysm", REVIEW),
                ChoiceText("lymphoedema", "Lymphoedema", REVIEW),
                ChoiceText("bleeding", "A bleeding disorder", REVIEW),
                ChoiceText("pressure", "High or low blood pressure that is under control", NOTE),
                ChoiceText("varicose", "Varicose veins", AVOID),
            ),
        ),
        QuestionText("circulation-more", "long", "What should we know about it?"),
    ),
)  # fmt: skip

ILLNESS = SectionText(
    "Illness, operations, pregnancy",
    "None of this keeps you out for good. It tells us when to ask, and what to do in another way.",
    (
        QuestionText(
            "conditions", "many", "Do you live with any of these?", SAY_NO, is_required=True,
            choices=(
                NONE,
                ChoiceText("cancer", "Cancer, or treatment for it, now or in the past", REVIEW),
                ChoiceText("epilepsy", "Epilepsy", REVIEW),
                ChoiceText("multiple-sclerosis", "Multiple sclerosis", REVIEW),
                ChoiceText("diabetes-unstable", "Diabetes that is hard to keep stable", REVIEW),
                ChoiceText("diabetes", "Diabetes that is stable", NOTE),
                ChoiceText("osteoporosis", "Osteoporosis", REVIEW),
                ChoiceText("mental-health", "A mental health condition that is not stable now", REVIEW),
                ChoiceText("autoimmune", "An autoimmune condition", NOTE),
                ChoiceText("numbness", "Numbness, or places with less feeling", NOTE),
                ChoiceText("headaches", "Frequent headaches or migraine", NOTE),
            ),
        ),
        QuestionText(
            "surgery", "one", "Have you had an operation, or been in hospital?", is_required=True,
            choices=(
                ChoiceText("no", "Not in the last six months"),
                ChoiceText("six-weeks", "In the last six weeks", REVIEW),
                ChoiceText("six-months", "Between six weeks and six months ago", NOTE),
            ),
        ),
        QuestionText(
            "pregnancy", "one", "Are you pregnant?", is_required=True,
            choices=(
                ChoiceText("no", "No, or it does not apply to me"),
                ChoiceText("first", "Yes, first trimester", REVIEW),
                ChoiceText("second", "Yes, second trimester", REVIEW),
                ChoiceText("third", "Yes, third trimester", REVIEW),
                ChoiceText("perhaps", "Perhaps", REVIEW),
            ),
        ),
        QuestionText("conditions-more", "long", "What should we know about it?"),
    ),
)  # fmt: skip

PLACES = SectionText(
    "Skin, bones and joints",
    "Places that need rest are left out; the rest of you need not be.",
    (
        QuestionText(
            "places", "many", "Do you have any of these at the moment?", SAY_NO, is_required=True,
            choices=(
                NONE,
                ChoiceText("contagious", "A skin disease that others could catch", REVIEW),
                ChoiceText("wound", "An open wound or a burn", AVOID),
                ChoiceText("bruise", "A bruise or a sprain", AVOID),
                ChoiceText("infection", "An inflamed or infected place, or a flare of a skin condition", AVOID),
                ChoiceText("fracture", "A recent fracture or a recent scar", AVOID),
                ChoiceText("hernia", "A hernia", AVOID),
                ChoiceText("injection", "A place of an injection in the last days", AVOID),
                ChoiceText("joint", "An inflamed or swollen joint", AVOID),
                ChoiceText("disc", "Trouble with discs of the spine", NOTE),
                ChoiceText("artificial-joint", "An artificial joint, a plate or screws", NOTE),
            ),
        ),
        QuestionText("places-where", "long", "Where is it, and since when?"),
    ),
)  # fmt: skip

MEDICINES = SectionText(
    "Medicines and allergies",
    "Some medicines change how the body bears pressure or how pain is felt.",
    (
        QuestionText(
            "blood-thinners", "yes_no", "Do you take blood thinners?", is_required=True, choices=yes_raises(REVIEW)
        ),
        QuestionText("pain-killers", "yes_no", "Do you take pain killers regularly?", is_required=True, choices=yes_raises(NOTE)),
        QuestionText("medicines", "long", "Which medicines do you take?", "Please name blood thinners and pain killers."),
        QuestionText("allergic", "yes_no", "Do you have allergies?", is_required=True, choices=yes_raises(NOTE)),
        QuestionText("allergies", "long", "What are you allergic to?"),
        QuestionText("else", "long", "Is there anything else that we should know to keep you safe?"),
    ),
)  # fmt: skip

TANTRIC = SectionText(
    "Your tantric session",
    "These sessions are longer, since we first have to understand what you need. There are no wrong answers.",
    (
        QuestionText("hopes", "long", "What do you hope for?", is_required=True),
        QuestionText("not-wanted", "long", "What do you not want?", "You need not give a reason.", is_required=True),
        QuestionText(
            "stop-words", "short", "How will you say that something should stop?",
            "A word, a sign of the hand. It always works, at once.", is_required=True,
        ),
        QuestionText(
            "chakras", "chakras", "How do you see your own seven chakras?",
            "Only if you like. It is your own view, and nobody judges it.",
        ),
    ),
)  # fmt: skip

TODAY = SectionText(
    "How are you now?",
    "Please answer for today. If it is better to wait, we find another time, and it costs you nothing.",
    (
        QuestionText(
            "changed", "yes_no", "Has anything changed in your health or your medicines since you last told us?",
            is_required=True, choices=yes_raises(REVIEW),
        ),
        QuestionText("changed-what", "long", "What has changed?"),
        QuestionText(
            "fever", "yes_no", "Do you have a fever, or are you ill?", is_required=True, choices=yes_raises(STOP)
        ),
        QuestionText(
            "contagious", "yes_no", "Do you have an illness or a skin disease that others could catch?", is_required=True,
            choices=yes_raises(STOP),
        ),
        QuestionText(
            "acute-pain", "yes_no", "Do you have strong pain that nobody has looked at, or something that needs a doctor now?",
            is_required=True, choices=yes_raises(STOP),
        ),
        QuestionText(
            "alcohol", "yes_no", "Have you had alcohol or drugs today?", is_required=True, choices=yes_raises(STOP)
        ),
        QuestionText(
            "new-places", "many", "Is there a place that should be left out today?", SAY_NO, is_required=True,
            choices=(
                NONE,
                ChoiceText("wound", "An open wound or a burn", AVOID),
                ChoiceText("bruise", "A bruise or a sprain", AVOID),
                ChoiceText("infection", "An inflamed or infected place", AVOID),
                ChoiceText("joint", "An inflamed or swollen joint", AVOID),
                ChoiceText("other", "Another place", AVOID),
            ),
        ),
        QuestionText("new-places-where", "long", "Where is it?"),
    ),
)  # fmt: skip

FORMS = (
    FormText("health", "About you and your health", "intake", "", 12, (YOU, WISHES, HEART, ILLNESS, PLACES, MEDICINES)),
    FormText("tantric", "For tantric sessions", "intake", "tantric", 12, (TANTRIC,)),
    FormText("today", "Has anything changed?", "visit", "", None, (TODAY,)),
)
