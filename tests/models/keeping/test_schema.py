"""The schema is whole, also for who imports nothing else."""

from pathlib import Path

from models.keeping.schema import TABLE_MODULES

ROOT = Path(__file__).parents[3]


def test_every_module_that_declares_a_table_is_named() -> None:
    named = {module.__name__ for module in TABLE_MODULES}
    declaring = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "models").rglob("*.py")
        if "__tablename__ = " in path.read_text(encoding="utf-8")
    }
    assert declaring == named
