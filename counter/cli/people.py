"""Commands for accounts: the first one of a new hall can be made nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from counter.cli.options import CLOCK, CONFIG, DATA_DIR, say, settings, the_mall
from counter.door.accounts import (
    BadUsername,
    UserExists,
    add_user,
    as_username,
    change_role,
    close_account,
    new_hash,
    reopen_account,
    set_password,
    sign_out,
)
from counter.door.passwords import LONGEST, SHORTEST, WeakPassword
from models.core.roles import STAFF, Role
from models.journal.actors import Actor
from models.mall.people import Erased, User

WEAK = {
    "too_short": f"The password needs {SHORTEST} characters or more.",
    "too_long": f"The password may have {LONGEST} characters at most.",
    "common": "The password is one of those that are tried first; choose another.",
    "like_name": "The password must not be the person's name.",
}
PASSWORD_STDIN = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input, for scripts."
)


@click.group()
def user() -> None:
    """Make and change the accounts of officers, supervisors, admins and auditors."""


@user.command()
@click.argument("username")
@click.option("--name", required=True, help="The person's name, as screens show it.")
@click.option(
    "--role",
    required=True,
    type=click.Choice(sorted(role.value for role in STAFF)),
    help="What the person may do.",
)
@PASSWORD_STDIN
@CONFIG
@DATA_DIR
def add(
    username: str,
    name: str,
    role: str,
    password_stdin: bool,  # noqa: FBT001 — click gives options by their names.
    config_file: Path,
    data_dir: Path | None,
) -> None:
    """Make an account for USERNAME; a NIP serves as one, too.

    Asks twice for the password and does not show it.

    \b
    Examples:
      user add lestari --name "Lestari Handayani" --role admin
      user add 198703122010012001 --name "Rina Kusumawati" --role officer
    """
    with the_mall(settings(config_file, data_dir=data_dir)) as (database, mall_id):
        with database.reading() as session:
            if _found(session, mall_id, username) is not None:
                raise _exists(username)
        password = _password(from_stdin=password_stdin)
        with refusals(), database.acting(CLOCK.now) as (session, at):
            made = add_user(
                session,
                mall_id,
                username,
                name=name,
                role=Role(role),
                password=password,
                by=Actor(),
                at=at,
            )
        say(f"{made.username} ({made.name}) may sign in as {made.role.value}.")


@user.command()
@click.argument("username")
@PASSWORD_STDIN
@CONFIG
@DATA_DIR
def password(
    username: str,
    password_stdin: bool,  # noqa: FBT001 — click gives options by their names.
    config_file: Path,
    data_dir: Path | None,
) -> None:
    """Give USERNAME a new password; whoever is signed in with the old one is out."""
    config = settings(config_file, data_dir=data_dir)
    with the_mall(config) as (database, mall_id):
        with database.reading() as session:
            account = account_called(session, mall_id, username)
        with refusals():
            account.must_be_kept()  # before anybody types a password for nothing
            typed = _password(from_stdin=password_stdin)
            new = new_hash(account, typed, mall=config.mall.name)
        with refusals(), database.acting(CLOCK.now) as (session, at):
            account = account_called(session, mall_id, username)
            set_password(session, account, new, by=Actor(), at=at)
        say(f"{as_username(username)} has a new password.")


@user.command("list")
@CONFIG
@DATA_DIR
def list_(config_file: Path, data_dir: Path | None) -> None:
    """List all accounts with their roles."""
    with (
        the_mall(settings(config_file, data_dir=data_dir)) as (database, mall_id),
        database.reading() as session,
    ):
        people = select(User).where(User.mall_id == mall_id).order_by(User.role, User.username)
        for one in session.scalars(people):
            disabled = "" if one.in_use else "  disabled"
            say(f"{one.role.value:<11} {one.username:<28} {one.name}{disabled}")


@user.command()
@click.argument("username")
@click.option("--again", is_flag=True, help="Let a disabled account sign in again.")
@CONFIG
@DATA_DIR
def disable(
    username: str,
    again: bool,  # noqa: FBT001 — click gives options by their names.
    config_file: Path,
    data_dir: Path | None,
) -> None:
    """Keep USERNAME from signing in, at once, and keep the account for the journal's sake."""
    with the_mall(settings(config_file, data_dir=data_dir)) as (database, mall_id):
        with refusals(), database.acting(CLOCK.now) as (session, at):
            account = account_called(session, mall_id, username)
            change = reopen_account if again else close_account
            change(session, account, by=Actor(), at=at)
        say(f"{account.username} may {'sign in again' if again else 'no longer sign in'}.")


@user.command("role")
@click.argument("username")
@click.argument("role", type=click.Choice(sorted(role.value for role in STAFF)))
@CONFIG
@DATA_DIR
def role_(username: str, role: str, config_file: Path, data_dir: Path | None) -> None:
    """Let USERNAME be ROLE from now on; they must sign in once more.

    \b
    Example:
      user role 198703122010012001 supervisor
    """
    with the_mall(settings(config_file, data_dir=data_dir)) as (database, mall_id):
        with refusals(), database.acting(CLOCK.now) as (session, at):
            account = account_called(session, mall_id, username)
            change_role(session, account, Role(role), by=Actor(), at=at)
        say(f"{account.username} ({account.name}) may sign in as {account.role.value}.")


@user.command("sign-out")
@click.argument("username")
@CONFIG
@DATA_DIR
def sign_out_(username: str, config_file: Path, data_dir: Path | None) -> None:
    """End all sign-ins of USERNAME, at once; the account stays as it is."""
    with the_mall(settings(config_file, data_dir=data_dir)) as (database, mall_id):
        with database.acting(CLOCK.now) as (session, at):
            account = account_called(session, mall_id, username)
            count = sign_out(session, account, by=Actor(), at=at)
        say(f"{account.username} was signed in with {count} browsers and is out now.")


@contextmanager
def refusals() -> Iterator[None]:
    """Say in a sentence what the rules of accounts refuse."""
    try:
        yield
    except Erased as error:
        raise click.ClickException(
            f"{error} was erased, and nobody signs in with it again; make a new account with"
            " `user add`."
        ) from error
    except UserExists as error:
        raise _exists(str(error)) from error
    except BadUsername as error:
        raise click.ClickException(
            f'"{error}" cannot be a username: 3 to 40 letters a–z, digits, dots, hyphens or'
            " underscores, with a letter or digit at both ends."
        ) from error
    except WeakPassword as error:
        raise click.ClickException(WEAK[error.code]) from error


def _exists(username: str) -> click.ClickException:
    return click.ClickException(f"There is an account {as_username(username)} already.")


def _found(session: Session, mall_id: int, username: str) -> User | None:
    """Return the account, also a disabled one."""
    named = select(User).where(User.mall_id == mall_id, User.username == as_username(username))
    return session.scalars(named).first()


def account_called(session: Session, mall_id: int, username: str) -> User:
    """Return the account, also a disabled one. Raises ClickException."""
    account = _found(session, mall_id, username)
    if account is None:
        raise click.ClickException(
            f"There is no account {as_username(username)}; `user list` names all."
        )
    return account


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed
