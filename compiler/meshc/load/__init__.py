"""The only reader of users' files.

documents(paths, stdin=) → list[Document]     files, folders, -
file(path) → list[Document]                   one file
texts(paths, stdin=) → (name, text) …         files as they are
read(path) → bytes                            one file as it is
objects(document) → Document …               the objects of a List, each with its place in it
context(documents) → list                     Namespaces, ProxyConfigs, … among them, Lists opened
project(path) → Project | None                meshc.yaml
"""

from __future__ import annotations

from meshc.load.files import documents, file, read, texts
from meshc.load.kinds import context, is_kubernetes, objects, opened
from meshc.load.projects import Project, project, project_of

__all__ = [
    "Project",
    "context",
    "documents",
    "file",
    "is_kubernetes",
    "objects",
    "opened",
    "project",
    "project_of",
    "read",
    "texts",
]
