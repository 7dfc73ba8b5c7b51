"""The flags of Python engines, from the syntax trees of their sources: nothing is imported.

Three ways to declare them are known: `add_argument("--x", type=int)`; vLLM's `get_kwargs(Config)["x"]`, where the
annotation of a dataclass's field says the kind (vllm/engine/arg_utils.py `_compute_kwargs`, 0.33.0); and SGLang's
`x: A[int, Arg(...)]` (sglang/srt/arg_groups/arg_utils.py `add_cli_args_from_dataclass`, 0.5.23).
"""

import ast

from flag import Flag

SCALARS = {"int": "int", "float": "float", "str": "string"}
PARSERS = {
    "human_readable_int": "human",
    "human_readable_int_or_auto": "human-auto",
    "int": "int",
    "float": "float",
    "nullable_kvs": "string",
}


class Sources:
    """Classes, type aliases and functions of all files of a release."""

    def __init__(self, files: dict[str, str]):
        self.classes: dict[str, ast.ClassDef] = {}
        self.aliases: dict[str, ast.expr] = {}
        self.trees = {path: ast.parse(text) for path, text in files.items()}
        for tree in self.trees.values():
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    self.classes.setdefault(node.name, node)
            for node in tree.body:
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    self.aliases.setdefault(node.targets[0].id, node.value)
                elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
                    self.aliases.setdefault(node.target.id, node.value)

    def fields(self, name: str) -> dict[str, ast.expr]:
        """The annotations of a class's fields, those of its bases first."""
        declared = self.classes.get(name)
        if declared is None:
            return {}
        found = {}
        for base in declared.bases:
            found |= self.fields(base.id if isinstance(base, ast.Name) else "")
        for node in declared.body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found[node.target.id] = node.annotation
        return found

    def types(self, annotation: ast.expr, depth: int = 0) -> set[str]:
        """The types that an annotation may be, unions and optionals taken apart: {"int", "None"}."""
        if depth > 20:
            return {"other"}
        match annotation:
            case ast.Constant(value=None):
                return {"None"}
            case ast.Constant(value=str(text)):
                return self.types(ast.parse(text, mode="eval").body, depth + 1)
            case ast.BinOp(left=left, op=ast.BitOr(), right=right):
                return self.types(left, depth + 1) | self.types(right, depth + 1)
            case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inner):
                parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
                if name in ("Union", "Optional"):
                    found = set().union(*(self.types(part, depth + 1) for part in parts))
                    return found | ({"None"} if name == "Optional" else set())
                if name in ("Annotated", "SkipValidation", "InitVar", "ClassVar", "A"):
                    return self.types(parts[0], depth + 1)
                if name == "Literal" and all(isinstance(part, ast.Constant) and type(part.value) is int for part in parts):
                    return {"int"}
                return {name.lower() if name in ("List", "Dict", "Tuple", "Set") else name}
            case ast.Name(id=name) | ast.Attribute(attr=name):
                if name in ("bool", "int", "float", "str", "list", "dict", "tuple", "set"):
                    return {name}
                if name in self.aliases and not isinstance(self.aliases[name], ast.Constant):
                    return self.types(self.aliases[name], depth + 1)
                if name in self.classes:
                    return {self.class_type(name)}
                return {"other"}
        return {"other"}

    def class_type(self, name: str) -> str:
        bases = [base.id for base in self.classes[name].bases if isinstance(base, ast.Name)]
        if any(base in ("str", "Enum", "StrEnum", "IntEnum") for base in bases):
            return "other"
        decorators = [ast.unparse(decorator) for decorator in self.classes[name].decorator_list]
        return "dataclass" if any("dataclass" in text or "config" in text for text in decorators) else "dict"


def kind_of_types(types: set[str], human: str | None) -> str:
    """What vLLM's `_compute_kwargs` makes of a field's types, in its order."""
    if "dataclass" in types:
        return "json"
    if types == {"bool", "str", "None"}:
        return "optional"
    for name, kind in (("bool", "switch"), ("Literal", "string"), ("tuple", "list"), ("list", "list"), ("set", "list")):
        if name in types:
            return kind
    if "int" in types:
        return human or "int"
    if "float" in types:
        return "float"
    return "json" if "dict" in types else "string"


def human_fields(sources: Sources) -> dict[str, str]:
    """Fields of vLLM whose integers may be written `32k`."""
    for tree in sources.trees.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name in ("_compute_kwargs", "get_kwargs"):
                text = ast.unparse(node)
                if "human_readable_int" not in text:
                    continue
                names = [
                    item.value
                    for inner in ast.walk(node)
                    if isinstance(inner, ast.Set)
                    for item in inner.elts
                    if isinstance(item, ast.Constant) and isinstance(item.value, str)
                ]
                found = dict.fromkeys(names, "human")
                return found | {"max_model_len": "human-auto" if "human_readable_int_or_auto" in text else "human"}
    return {}


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((item.value for item in call.keywords if item.arg == name), None)


def kind_of_call(call: ast.Call, inherited: str | None) -> str:
    """What follows the flag of an `add_argument` call, or of an `Arg` with the same keywords."""
    action, nargs, parser = (keyword(call, name) for name in ("action", "nargs", "type"))
    if action is not None:
        text = ast.unparse(action)
        if "store_true" in text or "store_false" in text or "StoreTrue" in text or "StoreConst" in text:
            return "string" if isinstance(nargs, ast.Constant) and nargs.value is None else "none"
        if "BooleanOptional" in text:
            return "switch"
        if "StoreBoolean" in text:
            return "optional"
        if text.endswith("DeprecatedAction"):
            return "none"
    if isinstance(nargs, ast.Constant):
        if nargs.value in ("+", "*"):
            return "list"
        if nargs.value == "?":
            return "optional"
    if parser is None:
        return inherited or "string"
    text = ast.unparse(parser)
    if "json" in text:
        return "json"
    return PARSERS.get(text, "string")


def names_of(call: ast.Call) -> tuple[str, ...]:
    names = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    # The long name first, as the tables have it; a positional is no flag.
    return tuple(sorted((name for name in names if name.startswith("-")), key=lambda name: not name.startswith("--")))


def added_flags(sources: Sources, function: ast.FunctionDef, human: dict[str, str]) -> list[Flag]:
    """Flags of every `add_argument` in a function, those that take their keywords from `get_kwargs` too."""
    variables: dict[str, tuple[str, str | None]] = {}
    found = []
    for node in ast.walk(function):
        match node:
            case ast.Assign(
                targets=[ast.Name(id=variable)], value=ast.Call(func=ast.Name(id="get_kwargs"), args=[ast.Name(id=name), *_])
            ):
                variables[variable] = (name, None)
            case ast.Assign(
                targets=[ast.Name(id=variable)],
                value=ast.Subscript(
                    value=ast.Call(func=ast.Name(id="get_kwargs"), args=[ast.Name(id=name)]),
                    slice=ast.Constant(value=field),
                ),
            ):
                variables[variable] = (name, field)
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add_argument":
            names = names_of(node)
            if names:
                found.append(Flag(names, kind_of_call(node, inherited_kind(sources, node, variables, human))))
    return found


def inherited_kind(sources, call, variables, human) -> str | None:
    """The kind of the field behind `**kwargs["x"]`, `**{**kwargs["x"], "default": None}` or `**x_kwargs`."""
    for item in call.keywords:
        if item.arg is not None:
            continue
        for node in ast.walk(item.value):
            match node:
                case ast.Subscript(value=ast.Name(id=variable), slice=ast.Constant(value=field)) if variable in variables:
                    pass
                case ast.Name(id=variable) if variables.get(variable, (None, None))[1] is not None:
                    field = variables[variable][1]
                case _:
                    continue
            annotation = sources.fields(variables[variable][0]).get(field)
            if annotation is not None:
                return kind_of_types(sources.types(annotation), human.get(field))
    return None


def functions(sources: Sources, *names: str) -> list[ast.FunctionDef]:
    return [
        node
        for tree in sources.trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name in names
    ]
