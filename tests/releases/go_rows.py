"""The Go program that runs a cluster's own templates (docs/istio/go-templates.md § 1.3)."""

from __future__ import annotations

from meshc.catalog import Release
from meshc.gotemplate.errors import GoTemplateError
from meshc.gotemplate.functions.table import Facts, go_functions, sprig_functions
from meshc.gotemplate.template import GoTemplate
from meshc.gotemplate.types import pointer_to
from meshc.gotemplate.values import NONE, Pointer, Value, type_of
from meshc.injection.go_templates.data_object import data_object
from meshc.injection.go_templates.dialect import dialect_of
from meshc.injection.go_templates.type_table import type_table
from tests.releases.rows import Observe, Row


def yields(text: str, data: Value = NONE, *, go_only: bool = False) -> Observe:
    """What a template yields, or why it does not."""

    def observe(release: Release) -> str:
        dialect = dialect_of(release)
        functions = go_functions(dialect) if go_only else sprig_functions(dialect, Facts())
        try:
            return GoTemplate(text, functions, dialect=dialect).run(lambda: data)
        except GoTemplateError as error:
            return error.problem

    return observe


LIST = ["a", "b", "c"]
OLD, NEW = "Invalid Semantic Version", "invalid semantic version"

ROWS = [
    Row(
        "go.kubernetes_descriptors",
        lambda release: _descriptor(release),
        {
            "1.29": "invalid function signature for Descriptor: second return value should be error; is []int",
            "1.30": "can't evaluate field Descriptor in type v1.ObjectMeta",
        },
    ),
    Row(
        "go.else_with",
        yields("{{with false}}{{else with 1}}one{{end}}"),
        {"1.22": "unexpected <with> in else", "1.23": "one"},
    ),
    Row(
        "go.callable_messages",
        yields('{{call "x"}}'),
        {
            "1.22": "error calling call: non-function of type string",
            "1.23": 'error calling call: non-function "x" of type string',
        },
    ),
    Row("go.range_integers", yields("{{range 3}}{{.}}{{end}}"), {"1.25": "range can't iterate over 3", "1.26": "012"}),
    Row(
        "go.comment_lines",
        lambda release: _whole_message("{{/* a\n*/}}{{nosuch}}", release),
        {
            "1.25": 'template: inject:1: function "nosuch" not defined',
            "1.26": 'template: inject:2: function "nosuch" not defined',
        },
    ),
    Row(
        "go.comparison_types",
        yields('{{eq 1 "a"}}'),
        {
            "1.27": "error calling eq: incompatible types for comparison",
            "1.28": "error calling eq: incompatible types for comparison: int and string",
        },
    ),
    Row("go.short_json_escapes", yields(r'{{toJson "\b"}}'), {"1.20": r'"\u0008"', "1.21": r'"\b"'}),
    Row("go.short_group_names", yields('{{regexMatch "(?<n>a)" "a"}}'), {"1.20": "false", "1.21": "true"}),
    Row(
        "go.slice_follows_pointers",
        yields("{{slice . 1}}", Pointer(pointer_to(type_of(LIST)), LIST), go_only=True),
        {"1.29": "error calling slice: can't slice item of type *[]interface {}", "1.30": "[b c]"},
    ),
    Row("go.sprig_3_3", yields('{{camelcase "HTTP_SERVER"}}'), {"1.23": "HTTPSERVER", "1.24": "HttpServer"}),
    Row(
        "go.merge_takes_nil",
        yields('{{mergeOverwrite (dict "a" 1) (dict "a" nil)}}'),
        {"1.23": "map[a:1]", "1.24": "map[a:<nil>]"},
    ),
    Row(
        "go.semver_refuses_zeros",
        yields('{{semver "1.02.3"}}'),
        {
            "1.24": "1.2.3",
            "1.25": f"error calling semver: {OLD}",
            "1.27": f"error calling semver: {OLD}",
            "1.28": "1.2.3",
        },
    ),
    Row(
        "go.semver_range_space",
        yields('{{semverCompare ">=1 - 2" "1.3.0"}}'),
        {
            "1.18": "error calling semverCompare: improper constraint: >=>= 1, <= 2",
            "1.19": "error calling semverCompare: improper constraint: >=>= 1, <= 2 ",
        },
    ),
    Row(
        "go.semver_3_5",
        yields('{{semver "x"}}'),
        {"1.27": f"error calling semver: {OLD}", "1.28": f"error calling semver: {NEW}"},
    ),
    Row("go.number_conversion", yields('{{int "1.5"}}'), {"1.27": "0", "1.28": "1"}),
]


def _descriptor(release: Release) -> str:
    """Whether a template finds the method `Descriptor`."""
    template = GoTemplate("{{.ObjectMeta.Descriptor}}", go_functions(dialect_of(release)), dialect=dialect_of(release))
    try:
        return template.run(lambda: data_object(type_table(release), {}))
    except GoTemplateError as error:
        return error.problem


def _whole_message(text: str, release: Release) -> str:
    try:
        GoTemplate(text, go_functions(dialect_of(release)), dialect=dialect_of(release))
    except GoTemplateError as error:
        return str(error)
    return ""
