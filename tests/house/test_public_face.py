"""The public face: `__all__` is complete, sorted, importable and documented."""

import subprocess
import sys

import hepatica
import hepatica.imaging


def test_all_is_sorted_and_resolves() -> None:
    assert hepatica.__all__ == sorted(hepatica.__all__)
    for name in hepatica.__all__:
        assert getattr(hepatica, name).__doc__, name


def test_every_lazy_name_is_public() -> None:
    assert set(hepatica._HOME) | {"open"} == set(hepatica.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(hepatica, "no_such_name")


def test_imaging_has_a_face_of_its_own() -> None:
    assert hepatica.imaging.__all__ == sorted(hepatica.imaging.__all__)
    assert set(hepatica.imaging._HOME) == set(hepatica.imaging.__all__)
    for name in hepatica.imaging.__all__:
        assert getattr(hepatica.imaging, name).__doc__, name


def test_importing_imaging_imports_nothing_heavy() -> None:
    code = (
        "import sys; import hepatica.imaging; "
        "heavy = {'numpy', 'pydicom', 'highdicom', 'nibabel', 'skimage', 'scipy'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
