"""The areas of the body that can be named on a form or a sheet, and the seven chakras. Words alone.

The order of the areas is kept for good: others may count them by their place. New ones are added at the end.
"""

from __future__ import annotations

FRONT = {
    "face": "Face",
    "throat": "Throat",
    "chest": "Chest",
    "belly": "Belly",
    "hips": "Hips and pelvis, front",
    "arm-left": "Left arm",
    "arm-right": "Right arm",
    "hand-left": "Left hand",
    "hand-right": "Right hand",
    "thigh-left": "Left thigh, front",
    "thigh-right": "Right thigh, front",
    "knee-left": "Left knee",
    "knee-right": "Right knee",
    "shin-left": "Left shin",
    "shin-right": "Right shin",
    "foot-left": "Left foot",
    "foot-right": "Right foot",
}
BACK = {
    "scalp": "Head and scalp",
    "neck": "Neck",
    "shoulder-left": "Left shoulder",
    "shoulder-right": "Right shoulder",
    "upper-back": "Upper back",
    "lower-back": "Lower back",
    "seat": "Seat",
    "hamstring-left": "Left thigh, back",
    "hamstring-right": "Right thigh, back",
    "calf-left": "Left calf",
    "calf-right": "Right calf",
    "sole-left": "Sole of the left foot",
    "sole-right": "Sole of the right foot",
}
AREAS: dict[str, str] = FRONT | BACK

CHAKRAS = {
    "root": "Root",
    "sacral": "Sacral",
    "solar-plexus": "Solar plexus",
    "heart": "Heart",
    "throat": "Throat",
    "third-eye": "Third eye",
    "crown": "Crown",
}
CHAKRA_STATES = {
    "blocked": "Blocked",
    "underactive": "Underactive",
    "balanced": "Balanced",
    "overactive": "Overactive",
}
