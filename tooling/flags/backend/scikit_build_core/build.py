from setuptools.build_meta import prepare_metadata_for_build_wheel  # noqa: F401
