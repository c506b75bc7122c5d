"""A hostile template or value ends in an error, never in a hang or a crash."""

from __future__ import annotations

import time

import pytest

from meshc.gotemplate.dialect import Dialect
from meshc.gotemplate.errors import GoTemplateError
from meshc.gotemplate.functions.table import Facts, sprig_functions
from meshc.gotemplate.template import GoTemplate
from meshc.gotemplate.values import NONE

FUNCTIONS = sprig_functions(Dialect(), Facts())

ENDLESS = {
    "steps": "{{range until 100000}}{{range until 100000}}{{end}}{{end}}",
    "nested lists": "{{range until 1000}}{{$x := until 1000000}}{{end}}",
    "output": '{{$s := repeat 1000000 "abcdefgh"}}{{range until 1000}}{{$s}}{{end}}',
    "repeat": '{{repeat 1000000000 "a"}}',
    "until": "{{until 1000000000}}",
    "sequence": "{{untilStep 0 9000000000 1}}",
    "width": '{{printf "%999999999d" 1}}{{printf "%1000001s" "a"}}{{range until 99999}}{{printf "%1000000d" 1}}{{end}}',
    "indent": '{{indent 100000000 "a"}}',
    "replace": '{{$s := repeat 8000000 "a"}}{{replace "a" $s $s}}',
    "uniq": "{{uniq (until 100000)}}",
    "templates": '{{define "a"}}{{template "a" .}}{{end}}{{template "a" .}}',
    "branches": '{{define "a"}}{{template "a" .}}{{template "a" .}}{{end}}{{template "a" .}}',
    "passwords": '{{range until 100}}{{derivePassword 1 "long" "p" "u" "s"}}{{end}}',
    "parentheses": "{{" + "(" * 3000 + "1" + ")" * 3000 + "}}",
    "actions": "{{if 1}}" * 3000 + "{{end}}" * 3000,
    "else if": "{{if 0}}" + "{{else if 0}}" * 3000 + "{{end}}",
    "cyclic data": '{{$d := dict}}{{$_ := set $d "d" $d}}{{$d}}',
    "cyclic json": '{{$d := dict}}{{$_ := set $d "d" $d}}{{mustToJson $d}}',
    "deep equality": '{{$d := dict}}{{$_ := set $d "d" $d}}{{$e := dict "d" $d}}{{deepEqual $d $e}}',
    "deep copy": '{{$d := dict}}{{$_ := set $d "d" $d}}{{deepCopy $d}}',
    "merge": '{{$d := dict}}{{$_ := set $d "d" $d}}{{$e := dict}}{{$_ := set $e "d" $e}}{{merge $d $e}}',
    "json": '{{mustFromJson (repeat 100000 "[")}}',
    "pattern": '{{regexMatch (repeat 20000 "a") "a"}}',
    "groups": '{{regexFind (repeat 5000 "(") "a"}}',
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_does_not_end_is_refused(name: str) -> None:
    start = time.monotonic()
    with pytest.raises(GoTemplateError):
        GoTemplate(ENDLESS[name], FUNCTIONS).run(lambda: NONE)
    assert time.monotonic() - start < 20


def test_patterns_match_in_linear_time() -> None:
    text = '{{regexMatch "^(a+)+$" (printf "%sb" (repeat 100000 "a"))}}'
    start = time.monotonic()
    assert GoTemplate(text, FUNCTIONS).run(lambda: NONE) == "false"
    assert time.monotonic() - start < 5


def test_nesting_within_the_bound_is_fine() -> None:
    text = "{{" + "(" * 40 + "1" + ")" * 40 + "}}" + "{{if 1}}" * 40 + "x" + "{{end}}" * 40
    assert GoTemplate(text, FUNCTIONS).run(lambda: NONE) == "1x"


def test_templates_nest_deeper_than_pythons_stack() -> None:
    text = '{{define "a"}}{{if lt . 600}}{{template "a" (int (add . 1))}}{{else}}{{.}}{{end}}{{end}}{{template "a" 0}}'
    assert GoTemplate(text, FUNCTIONS).run(lambda: NONE) == "600"
