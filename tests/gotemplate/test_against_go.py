"""Generated templates and data give what Go gives.

MESHC_GO_CASES and MESHC_GO_SEED ask for more cases and other ones.
"""

from __future__ import annotations

import os
from typing import Any

from meshc.gotemplate.dialect import Dialect
from meshc.gotemplate.errors import GoTemplateError
from meshc.gotemplate.functions.table import Facts, sprig_functions
from meshc.gotemplate.template import GoTemplate
from meshc.gotemplate.values import Value, encoded
from tests.gotemplate import go_judge
from tests.gotemplate.generated import Generator, Question

CASES = int(os.environ.get("MESHC_GO_CASES", "5000"))
SEED = int(os.environ.get("MESHC_GO_SEED", "1"))
FUNCTIONS = sprig_functions(Dialect(), Facts())
OWN_WORDS = (
    "runtime error",
    "reflect",
    "interface conversion",
    "strings: ",
    "nil pointer",
    "Cannot create",
    "makeslice",
)
REFUSED = ("meshc: ", "exceeded ")


def test_generated_templates_give_what_go_gives() -> None:
    questions = list(Generator(SEED, FUNCTIONS).questions(CASES))
    answers = go_judge.ask([one.line() for one in questions])
    assert len(answers) == len(questions)
    wrong = [
        f"{one.template!r} {one.data!r}: {found}"
        for one, go in zip(questions, answers, strict=True)
        if (found := difference(one, go))
    ]
    assert not wrong, f"{len(wrong)} differences\n" + "\n".join(wrong[:20])


def difference(question: Question, go: dict[str, Any]) -> str:
    """How meshc differs from Go; empty when it does not, or when one of the two has no answer."""
    if go.get("late") or "judge: output" in go.get("error", ""):
        return ""
    try:
        output = encoded(GoTemplate(question.template, FUNCTIONS).run(lambda: floats(question.data))).hex()
    except GoTemplateError as error:
        if any(word in error.problem for word in REFUSED):
            return ""
        return "" if _same_error(error, go) else f"meshc: {error}\n   go: {go}"
    if "error" in go or go.get("output", "") != output:
        return f"meshc: {bytes.fromhex(output)!r}\n   go: {go.get('error') or bytes.fromhex(go.get('output', ''))!r}"
    return ""


def _same_error(error: GoTemplateError, go: dict[str, Any]) -> bool:
    text = go.get("error", "")
    if text == str(error) and go["phase"] == error.phase:
        return True
    head, mark, tail = text.partition("error calling ")
    words = any(word in tail for word in OWN_WORDS)
    return bool(mark) and words and str(error).startswith(head + mark + tail.partition(":")[0])


def floats(value: Any) -> Value:
    """JSON as Go's decoder reads it."""
    if isinstance(value, dict):
        return {key: floats(one) for key, one in value.items()}
    if isinstance(value, list):
        return [floats(one) for one in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
