"""Mutated templates end in what Go says of them, or in meshc's own refusal: no crash, no hang.

MESHC_GO_CASES and MESHC_GO_SEED ask for more cases and other ones; without Go only crashes are looked for.
"""

from __future__ import annotations

import os
import random

from meshc.gotemplate.errors import GoTemplateError
from meshc.gotemplate.template import GoTemplate
from tests.gotemplate import go_judge
from tests.gotemplate.generated import Generator, Question
from tests.gotemplate.test_against_go import FUNCTIONS, difference, floats

CASES = int(os.environ.get("MESHC_GO_CASES", "3000"))
SEED = int(os.environ.get("MESHC_GO_SEED", "1"))
PIECES = (
    "{{",
    "}}",
    "-",
    " ",
    "\n",
    "|",
    "(",
    ")",
    '"',
    "`",
    "'",
    ".",
    "$",
    ":=",
    "=",
    "/*",
    "*/",
    ",",
    "end",
    "else",
    "if",
    "é",
    "\x00",
)


def mutated(question: Question, chance: random.Random) -> Question:
    """The question with some characters of its template removed, doubled, moved or put in."""
    text = question.template
    for _ in range(chance.randint(1, 4)):
        at, to = sorted((chance.randint(0, len(text)), chance.randint(0, len(text))))
        to = min(to, at + 6)
        kind = chance.randint(0, 3)
        piece = (
            chance.choice(PIECES)
            if kind == 0
            else text[at:to] * 2
            if kind == 1
            else ""
            if kind == 2
            else text[at:to][::-1]
        )
        text = text[:at] + piece + text[at if kind == 0 else to :]
    return Question(text, question.data)


def questions() -> list[Question]:
    chance = random.Random(SEED)
    return [mutated(one, chance) for one in Generator(SEED, FUNCTIONS).questions(CASES)]


def test_mutated_templates_do_not_crash() -> None:
    for one in questions():
        try:
            GoTemplate(one.template, FUNCTIONS).run(lambda one=one: floats(one.data))  # type: ignore[misc]
        except GoTemplateError:
            continue


def test_mutated_templates_get_gos_verdict() -> None:
    asked = questions()
    answers = go_judge.ask([one.line() for one in asked])
    wrong = [
        f"{one.template!r}: {found}" for one, go in zip(asked, answers, strict=True) if (found := difference(one, go))
    ]
    assert not wrong, f"{len(wrong)} differences\n" + "\n".join(wrong[:20])
