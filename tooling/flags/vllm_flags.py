"""The flags of `vllm serve`: the engine's, the front end's, and the command's own."""

import ast

from argparse_flags import Sources, added_flags, functions, human_fields, kind_of_types
from flag import Flag

INVERSES = {"--enable-": "--disable-", "--disable-": "--enable-"}


def vllm_flags(files: dict[str, str]) -> list[Flag]:
    sources = Sources(
        {
            path: text
            for path, text in files.items()
            if "/entrypoints/" not in path or path.endswith(("cli_args.py", "cli/serve.py"))
        }
    )
    human = human_fields(sources)
    found = front_end_flags(sources)
    for function in functions(sources, "add_cli_args", "make_arg_parser", "subparser_init"):
        found += added_flags(sources, function, human)
    return with_inverses(found, any("class EnableDisableAction" in text for text in files.values()))


def front_end_flags(sources: Sources) -> list[Flag]:
    """Each field of the front end's dataclass is a flag, some changed by hand before it is added."""
    changes = {
        (target.value.slice.value, target.slice.value): ast.unparse(node.value)
        for function in functions(sources, "add_cli_args", "_customize_cli_kwargs")
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        and isinstance(target := node.targets[0], ast.Subscript)
        and isinstance(target.value, ast.Subscript)
        and isinstance(target.slice, ast.Constant)
        and isinstance(target.value.slice, ast.Constant)
    }
    found = []
    for field, annotation in sources.fields("FrontendArgs").items():
        if ast.unparse(annotation).startswith("ClassVar"):
            continue
        kind = kind_of_types(sources.types(annotation), None)
        if "json" in changes.get((field, "type"), ""):
            kind = "json"
        elif "append" in changes.get((field, "action"), ""):
            kind = "string"
        found.append(Flag((f"--{field.replace('_', '-')}",), kind))
    return found


def with_inverses(flags: list[Flag], are_paired: bool) -> list[Flag]:
    """`--enable-x` is the negation of `--disable-x` and the other way round where the release's parser says so."""
    if not are_paired:
        return flags
    return [
        flag
        if flag.kind != "switch"
        else Flag(
            flag.names,
            flag.kind,
            tuple(
                other + name.removeprefix(prefix)
                for name in flag.names
                for prefix, other in INVERSES.items()
                if name.startswith(prefix)
            ),
        )
        for flag in flags
    ]
