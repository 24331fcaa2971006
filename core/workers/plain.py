"""A model's plain form on its way from a worker, and what stands in its way."""

from __future__ import annotations

from typing import Any

from core.codec import weight
from core.errors import ModelError
from core.portable import Portable, from_json, said_against, to_json
from core.types import Model
from core.workers import heads
from core.workers.wire import Message
from core.workers.words import shown

_LONGEST = 500


def said(model: Any, most: int, heaviest: int) -> Message:
    """What a worker answers: the form as JSON, or why not.

    Parameters
    ----------
    model : AdaptedModel
    most, heaviest : int
        Bytes that the app takes as an answer's head, and that it may weigh once read; the app ends who sends more.
    """
    found = model.portable()
    if found is None:
        return Message({"portable": None, "why": said_against(model)})
    answer = {"portable": to_json(found)}
    head = heads.written(answer, (), 0)
    if len(head) <= most and weight(head) <= heaviest:
        return Message(answer)
    why = f"its plain form takes {len(head) / 1e6:,.0f} MB, more than is handed on"
    return Message({"portable": None, "why": why})


def read(answer: Message, model: Model) -> tuple[Portable | None, str]:
    """The plain form of a model, built and checked by the app; or None, and why, in words of bounded length.

    Raises
    ------
    ModelError
        If it is that of another model.
    """
    found, why = answer.head.get("portable"), answer.head.get("why")
    if found is None:
        return None, shown(why, _LONGEST) if isinstance(why, str) else ""
    try:
        made = from_json(found)
    except ModelError as error:  # beyond what is read, or of a worker that was taken over: the model itself is asked
        return None, f"its plain form is not valid ({shown(error.why, _LONGEST)})"
    if (made.features, made.classes, made.task) != (model.features, model.classes, model.task):
        raise ModelError(
            "The model's process answered with another model.", "Its columns differ.", "Do not use this file."
        )
    return made, ""
