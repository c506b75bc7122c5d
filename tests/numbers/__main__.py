"""`python -m tests.numbers [--write]`: the numbers as a Markdown table; or written into docs/architecture.md, with the picture."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

from tests.numbers import picture
from tests.numbers.measures import numbers, table
from tests.numbers.source import ROOT

PAGE = ROOT / "docs" / "architecture.md"


def main(words: Sequence[str]) -> int:
    """Print or write; fails where a limit is broken."""
    rows = numbers()
    if "--write" in words:
        text = placed(PAGE.read_text("utf-8"), "numbers", table(rows))
        PAGE.write_text(placed(text, "packages", picture.draw(picture.imports())), "utf-8")
    else:
        print(table(rows), end="")
    return 0 if all(row.holds for row in rows) else 1


def placed(text: str, name: str, content: str) -> str:
    """The page with other content between `<!-- name -->` and `<!-- end of name -->`."""
    place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    return place.sub(lambda found: found[1] + content + found[2], text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
