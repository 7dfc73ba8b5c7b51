"""The flags of llama.cpp's programs, from `common/arg.cpp`: each `add_opt(common_arg(...))` with its names and handler."""

import re

from flag import Flag

NAMES = r'\{\s*((?:"[^"]*"\s*,?\s*)+)\}'
COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n]*|/\*.*?\*/')
HANDLER = re.compile(r"\[[^\]]*\]\s*\(\s*common_params\s*&\s*\w*\s*(?:,\s*([^)]*))?\)")


def llamacpp_flags(files: dict[str, str]) -> list[Flag]:
    [text] = files.values()
    return [flag for block in blocks(text) if (flag := flag_of(block)) is not None]


def blocks(text: str):
    """The text of each option, from `add_opt(` to the parenthesis that closes it."""
    for start in re.finditer(r"\badd_opt\(\s*common_arg\(", text):
        depth, at = 1, start.start() + len("add_opt(")
        while depth > 0:
            token = re.compile(r'"(?:[^"\\]|\\.)*"|R"\((?:.|\n)*?\)"|\'(?:[^\'\\]|\\.)\'|//[^\n]*|[()]').search(text, at)
            depth += {"(": 1, ")": -1}.get(token[0], 0)
            at = token.end()
        yield COMMENT.sub(lambda token: token[1] or "", text[start.end() : at])


def flag_of(block: str) -> Flag | None:
    lists = re.match(rf"\s*{NAMES}\s*,\s*(?:{NAMES}\s*,)?", block)
    if lists is None:
        return None
    names, negations = (tuple(re.findall(r'"([^"]*)"', part or "")) for part in lists.groups())
    handler = HANDLER.search(block)
    parameters = (handler[1] or "").strip() if handler else ""
    variable = re.search(r'set_env\("([^"]*)"\)', block)
    # The last long name is the one that llama.cpp's help ends with: it is the canonical one.
    ordered = tuple(sorted(names, key=lambda name: not name.startswith("--")))
    hint = re.match(r'\s*"\[(on\|off|on,off)', block[lists.end() :])
    return Flag(ordered, "toggle" if hint else kind_of(parameters), negations, variable[1] if variable else None, "arg_removed(" in block)


def kind_of(parameters: str) -> str:
    if not parameters:
        return "none"
    if parameters.count(",") == 1:
        return "pair"
    if parameters.startswith("bool"):
        return "none"
    return "int" if parameters.startswith("int") else "string"
