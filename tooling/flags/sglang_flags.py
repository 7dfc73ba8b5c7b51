"""The flags of `sglang serve` and `python -m sglang.launch_server`."""

import ast

from argparse_flags import Sources, added_flags, functions, keyword, kind_of_call
from flag import Flag


def sglang_flags(files: dict[str, str]) -> list[Flag]:
    sources = Sources(files)
    found = []
    for declared in sources.classes.values():
        for node in declared.body:
            match node:
                case ast.AnnAssign(
                    target=ast.Name(id=field),
                    annotation=ast.Subscript(value=ast.Name(id="A"), slice=ast.Tuple(elts=[annotation, meta, *_])),
                ):
                    flag = annotated_flag(sources, field, annotation, meta)
                    if flag is not None:
                        found.append(flag)
    for function in functions(sources, "add_cli_args"):
        found += added_flags(sources, function, {})
    return found


def annotated_flag(sources: Sources, field: str, annotation: ast.expr, meta: ast.expr) -> Flag | None:
    """The flag of a field `x: A[int, Arg(...)]` or `x: A[int, "help"]`; none where it says that it has none."""
    name = f"--{field.replace('_', '-')}"
    kind = annotated_kind(sources.types(annotation))
    if not isinstance(meta, ast.Call):
        return Flag((name,), kind)
    if ast.unparse(meta.func) != "Arg":
        return None
    if isinstance(no_cli := keyword(meta, "no_cli"), ast.Constant) and no_cli.value:
        return None
    if isinstance(given := keyword(meta, "cli_name"), ast.Constant):
        name = given.value
    aliases = keyword(meta, "aliases")
    others = [item.value for item in aliases.elts] if isinstance(aliases, ast.List) else []
    parser, extra = keyword(meta, "type_parser"), keyword(meta, "action_kwargs")
    call = ast.Call(meta.func, [], list(meta.keywords))
    if parser is not None:
        call.keywords.append(ast.keyword("type", parser))
    if isinstance(extra, ast.Dict):
        call.keywords += [ast.keyword(key.value, value) for key, value in zip(extra.keys, extra.values)]
    takes_one = parser is not None and kind == "list"
    return Flag((name, *others), kind_of_call(call, "string" if takes_one else kind))


def annotated_kind(types: set[str]) -> str:
    """As `add_cli_args_from_dataclass`: literals, then lists, then true or false, then one word."""
    for name, kind in (("Literal", "string"), ("list", "list"), ("bool", "none"), ("int", "int"), ("float", "float")):
        if name in types:
            return kind
    return "json" if types & {"dict", "dataclass"} else "string"
