"""Functions and classes taken out of modules of vLLM that cannot be imported without a GPU, and executed as released."""

import __future__

import ast
from functools import cache
from pathlib import Path


@cache
def tree_of(path):
    return ast.parse(Path(path).read_text())


def class_names(path):
    return [node.name for node in tree_of(path).body if isinstance(node, ast.ClassDef)]


def class_node(path, name):
    return next(node for node in tree_of(path).body if isinstance(node, ast.ClassDef) and node.name == name)


def bases_of(path, name):
    return [base.id for base in class_node(path, name).bases if isinstance(base, ast.Name)]


def method_node(path, class_name, name):
    """The node of a method, or None."""
    body = class_node(path, class_name).body
    return next((node for node in body if isinstance(node, ast.FunctionDef) and node.name == name), None)


def run(node, path, scope):
    """What a definition defines, when it is executed with these names around it."""
    flags = __future__.annotations.compiler_flag
    exec(compile(ast.Module([node], []), str(path), "exec", flags=flags, dont_inherit=True), scope)
    return scope[node.name]


def function_of(path, name, names=(), class_name=None):
    """A function of a module, or a method of a class, without its decorators."""
    body = tree_of(path).body if class_name is None else class_node(path, class_name).body
    node = next(one for one in body if isinstance(one, ast.FunctionDef) and one.name == name)
    plain = ast.FunctionDef(**{**{field: getattr(node, field) for field in node._fields}, "decorator_list": []})
    return run(ast.copy_location(plain, node), path, dict(names))


def class_of(path, name, methods, names, base=object):
    """A class that has these methods of a released class, on top of another."""
    found = class_node(path, name)
    body = [node for node in found.body if isinstance(node, ast.FunctionDef) and node.name in methods]
    assert len(body) == len(methods), f"{path} has other methods of {name} than {methods}"
    shortened = ast.ClassDef(name, [ast.Name("Base", ast.Load())], [], body, [])
    ast.copy_location(shortened, found)
    return run(ast.fix_missing_locations(shortened), path, {**names, "Base": base})


def value_of(path, name):
    """What a module assigns to a name, if it is made of literals."""
    for node in tree_of(path).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(getattr(target, "id", None) == name for target in targets):
            return ast.literal_eval(node.value)
    raise KeyError(name)
