"""Jinja2 templates that build data instead of text.

A template reads as YAML. Every `{{ expression }}` stands where one whole YAML node stands (a scalar, a list, a map, or a
map key) and puts the Python value there, whatever it contains: no value is ever written as YAML text.

    engine = Engine.of(release)                       # one per release, shared, thread-safe
    overlay = engine.template("sidecar").render(data)  # templates/sidecar.yaml.j2 → fresh dict
    objects = engine.template("waypoint").render_all(data)   # documents separated by `---`
    own = engine.user("mine", text, file="my.yaml")   # a user's own template: sandboxed, with limits
    own.render(data)

In a template:

* `{% if has('sidecar.seccomp_profile') %}` asks the release catalogue; `fact('area.name')` gives a dated fact. Both want a
  literal name and are settled when the template is compiled for its release.
* Undefined names, keys and attributes are errors (`x is defined`, `x | default(…)` work as usual). Attribute access on a map
  looks at its keys first. None is a value: it becomes an explicit `null`.
* Leaving out: `key: {{ value | or_absent }}` drops the entry (or list item) when the value is null, false, 0, "" or empty;
  `key: {{ absent }}` always drops it, so `{{ x if condition else absent }}` drops by condition. Zero and false that must
  stay are written without the filter. A map or list that loses all its members stays, empty.
* A macro may stand after its calls: a template reads best with its document first.
* Splicing: `- {{ more | spread }}` puts all items of a list there. Both keep the number of paths small: prefer them to `if`
  and `for` where they read as well.
* A macro, a `{% call %}` and a `{% set x %}…{% endset %}` block give *data* (their body is parsed as YAML of its own), so
  `- {{ field_ref("POD_NAME", "metadata.name") }}` works at any indentation. `{% include %}` inserts template text.
* Text is made by expressions: `{{ "--domain=" ~ domain }}`. A slot inside a longer scalar (`--domain={{ domain }}`) or
  between quotes is refused with the template's file and line.
* List and map values are copied: a result never shares anything with the context, unless its owner hands them over as `Own(value)`.

Errors are `meshc.errors.TemplateError` with the template's file and line.
"""

from __future__ import annotations

from meshc.engine.slot_values import Own, Spread
from meshc.engine.templates import Engine, Template
from meshc.trees import ABSENT

__all__ = ["ABSENT", "Engine", "Own", "Spread", "Template"]
