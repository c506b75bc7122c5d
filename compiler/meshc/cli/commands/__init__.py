"""Typer's side of each verb: options and help.  What a verb does lives in `meshc.cli.<verb>`."""
