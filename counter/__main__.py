"""`python -m counter`: the command line, its waiting done by gevent from the very first import."""

from gevent import monkey

monkey.patch_all()

from counter.cli.main import balai  # noqa: E402 — nothing may be imported before the patch.

if __name__ == "__main__":
    balai(prog_name="python -m counter")
