"""Imports an engine's own modules where neither its other modules nor the packages that they need are installed."""

import importlib.abc
import importlib.util
import sys
from types import ModuleType
from unittest.mock import MagicMock


class Anything(ModuleType):
    """A module in which every name exists."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = MagicMock(name=f"{self.__name__}.{name}")
        setattr(self, name, value)
        return value


class Loader(importlib.abc.Loader):
    def create_module(self, spec):
        module = Anything(spec.name)
        module.__path__ = []
        return module

    def exec_module(self, module):
        pass


class Finder(importlib.abc.MetaPathFinder):
    def __init__(self, source, real, stubbed):
        self.source = source
        self.real = real
        self.stubbed = stubbed

    def find_spec(self, name, path, target=None):
        if name in self.real:
            return importlib.util.spec_from_file_location(name, self.source / (name.replace(".", "/") + ".py"))
        if name.split(".")[0] in self.stubbed:
            return importlib.util.spec_from_loader(name, Loader(), is_package=True)
        return None


def stub(source, real, stubbed):
    """From here on modules named in `real` are imported as they are; all others of packages in `stubbed` do nothing."""
    sys.meta_path.insert(0, Finder(source, real, stubbed))


class Dtype:
    """What planning needs of a dtype of torch."""

    def __init__(self, name, itemsize):
        self.name = name
        self.itemsize = itemsize
