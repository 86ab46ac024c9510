"""What the examples show holds only while they are small and know nothing but the kernel."""

import ast
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LINES_MAX = 60
ALLOWED = sys.stdlib_module_names | {"domain"}

each_example = pytest.mark.parametrize(
    "name", ["answering_an_invitation", "bidding_in_an_auction", "liking_a_post"]
)


@each_example
def test_an_example_and_its_test_have_at_most_60_lines_each(name: str) -> None:
    for path in (HERE / f"{name}.py", HERE / f"test_{name}.py"):
        assert len(path.read_text().splitlines()) <= LINES_MAX


@each_example
def test_an_example_knows_python_and_the_kernel_alone(name: str) -> None:
    nodes = list(ast.walk(ast.parse((HERE / f"{name}.py").read_text())))
    modules = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    modules += [
        alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names
    ]
    assert {module.partition(".")[0] for module in modules} <= ALLOWED
    ours = [module for module in modules if module.startswith("domain.")]
    assert ours
    assert all(module.startswith("domain.kernel.") for module in ours)
