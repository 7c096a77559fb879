"""Seals the stored access tokens again, with the first key."""

import sys

from sdlc_lens.commands.database import with_database
from sdlc_lens.db.database import Database
from sdlc_lens.errors import SettingError
from sdlc_lens.queries.tokens import reseal_tokens
from sdlc_lens.sealing import Keys
from sdlc_lens.settings import Settings
from sdlc_lens.sync.runner import Runner


def run() -> int:
    """Seal all tokens with the first key, all or nothing; 1 when no key opens one of them.

    The service may run meanwhile, if it has the new key too.

    Raises: what `with_database` raises.
    """
    return with_database(_reseal)


async def _reseal(database: Database, _runner: Runner, settings: Settings) -> int:
    if not settings.token_keys:
        raise SettingError(
            "SDLC_LENS_TOKEN_ENCRYPTION_KEY is not set. Set it to the new key, a comma, and the"
            " former key"
        )
    async with database.write() as session:
        done = await reseal_tokens(session, Keys(settings.token_keys))
    print(f"{done.resealed} sealed with the first key, {done.current} were already")
    for owner in done.unreadable:
        print(f"sdlc-lens: no key opens the token of {owner}. Give it again", file=sys.stderr)
    return 1 if done.unreadable else 0
