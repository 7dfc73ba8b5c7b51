"""What changed between two source trees: `changes.py OLD NEW < citations.json > changes.json`.

Sources are read as syntax trees, so neither comments, docstrings nor layout count as a change, and nothing of them runs.
"""

import ast
import json
import sys
from fnmatch import fnmatch
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "flags"))

from vllm_flags import vllm_flags  # noqa: E402
from sources import WANTED  # noqa: E402


class Tree:
    """The Python files of a release, and what each defines."""

    def __init__(self, root: Path):
        self.root = root
        self.paths = {path.relative_to(root).as_posix(): path for path in sorted(root.glob("vllm/**/*.py"))}
        self.known: dict[str, dict[str, str]] = {}

    def files(self, cited: str) -> list[str]:
        """The files that a path, a folder or a pattern means."""
        pattern = cited if cited.endswith(".py") else f"{cited.rstrip('/')}/*"
        return [path for path in self.paths if path == cited or fnmatch(path, pattern)]

    def definitions(self, path: str) -> dict[str, str]:
        """The source of each function, class and constant by its qualified name; none for a file that is not there."""
        if path not in self.known:
            found: dict[str, str] = {}
            if path in self.paths:
                collect(ast.parse(self.paths[path].read_text("utf8")).body, "", found)
            self.known[path] = found
        return self.known[path]

    def places(self, symbol: str) -> list[str]:
        """Files that define it, cheap ones to rule out first."""
        name = symbol.split(".")[-1]
        return [
            path
            for path, file in self.paths.items()
            if name in file.read_text("utf8") and named(self.definitions(path), symbol)
        ]


def collect(body: list[ast.stmt], prefix: str, found: dict[str, str]) -> None:
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found[prefix + name] = source(node)
            case ast.ClassDef(name=name):
                found[prefix + name] = source(node)
                collect(node.body, f"{prefix}{name}.", found)
            case ast.Assign(targets=[ast.Name(id=name)]):
                found[prefix + name] = source(node)
            case ast.AnnAssign(target=ast.Name(id=name)):
                found[prefix + name] = source(node)
            case ast.If(body=inner, orelse=other) | ast.Try(body=inner, orelse=other):
                collect([*inner, *other], prefix, found)


def source(node: ast.stmt) -> str:
    for inner in ast.walk(node):
        if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            inner.body = [one for one in inner.body if not is_text(one)] or [ast.Pass()]
    return ast.unparse(node)


def is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def named(definitions: dict[str, str], symbol: str) -> dict[str, str]:
    """The definitions that a cited name means: its own, and methods of that name."""
    return {name: text for name, text in definitions.items() if name == symbol or name.endswith(f".{symbol}")}


def drift(citation: dict, old: Tree, new: Tree) -> dict:
    """What of a citation changed: its symbols, and the paths that it cites as a whole because they define none of them."""
    found = {"symbols": [], "files": [], "missing": []}
    for cited in citation["paths"]:
        paths = sorted({path for tree in (old, new) for path in tree.files(cited)})
        if not paths:
            found["missing"].append(cited)
        meant = 0
        for path in paths:
            before, after = old.definitions(path), new.definitions(path)
            names = {
                name for symbol in citation["symbols"] for name in {**named(before, symbol), **named(after, symbol)}
            }
            meant += len(names)
            found["symbols"] += changed(path, names, before, after, new)
        differing = [path for path in paths if old.definitions(path) != new.definitions(path)]
        if meant == 0 and differing:
            found["files"].append(cited if cited in differing else f"{cited}, files changed: {len(differing)}")
    return found


def changed(
    path: str, names: set[str], before: dict[str, str], after: dict[str, str], new: Tree
) -> list[dict[str, str]]:
    found = []
    for name in sorted(names):
        if before.get(name) == after.get(name) or covered(name, names, before, after):
            continue
        if name not in after:
            places = [place for place in new.places(name) if place != path][:3]
            change = f"is gone; now in {', '.join(places)}" if places else "is gone"
        else:
            change = "changed" if name in before else "is new"
        found.append({"path": path, "symbol": name, "change": change})
    return found


def covered(name: str, names: set[str], before: dict[str, str], after: dict[str, str]) -> bool:
    """A class is not listed beside those of its own members that changed."""
    members = [one for one in names if one.startswith(f"{name}.")]
    return any(before.get(one) != after.get(one) for one in members)


def flags(tree: Tree) -> dict[str, str]:
    files = {path: file.read_text("utf8") for path, file in tree.paths.items() if WANTED["vllm"].search(path)}
    return {flag.names[0]: flag.kind for flag in vllm_flags(files)}


def defaults(tree: Tree) -> dict[str, str]:
    """The default of each field of the config's dataclasses, as it is written."""
    found = {}
    for path, file in tree.paths.items():
        if not fnmatch(path, "vllm/config/*.py") and path != "vllm/engine/arg_utils.py":
            continue
        for node in ast.walk(ast.parse(file.read_text("utf8"))):
            if isinstance(node, ast.ClassDef):
                for field in node.body:
                    if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and field.value:
                        found[f"{node.name}.{field.target.id}"] = ast.unparse(field.value)
    return found


def main() -> None:
    old, new = (Tree(Path(folder)) for folder in sys.argv[1:3])
    old_flags, new_flags = flags(old), flags(new)
    old_defaults, new_defaults = defaults(old), defaults(new)
    json.dump(
        {
            "rules": [{"rule": citation["rule"], **drift(citation, old, new)} for citation in json.load(sys.stdin)],
            "newFlags": sorted(set(new_flags) - set(old_flags)),
            "goneFlags": sorted(set(old_flags) - set(new_flags)),
            "defaults": [
                {"field": field, "before": old_defaults[field], "after": new_defaults[field]}
                for field in sorted(set(old_defaults) & set(new_defaults))
                if old_defaults[field] != new_defaults[field]
            ],
        },
        sys.stdout,
    )


main()
