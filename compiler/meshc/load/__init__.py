"""The only reader of users' files.

documents(paths, stdin=) → list[Document]     files, directories, -
file(path) → list[Document]                   one file
files(paths, stdin=) → list[File]              files with their text and documents
read(path) → bytes                            one file as it is
objects(document) → Document …               the objects of a List, each with its place in it
context(documents) → list                     Namespaces, ProxyConfigs, … among them, Lists opened
project(path) → Project | None                meshc.yaml
"""

from __future__ import annotations

from meshc.load.kinds import context, is_kubernetes, objects, opened
from meshc.load.manifest_files import documents, file, files, read
from meshc.load.projects import Project, project, project_of

__all__ = [
    "Project",
    "context",
    "documents",
    "file",
    "files",
    "is_kubernetes",
    "objects",
    "opened",
    "project",
    "project_of",
    "read",
]
