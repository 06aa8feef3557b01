"""What an operator is told of a Redis in which another version keeps credits."""

from store.schema import FORM

_OLDER = (
    "This Redis holds credits in form {found}, as an earlier version wrote them; this version keeps them in form"
    " {ours}, and neither reads nor converts what is older. Go on with the earlier version, or begin anew with a Redis"
    " that is empty (REDIS_URL, CREDITS_DATA_DIR). The demo: `make demo-reset` empties it."
)
_LATER = (
    "This Redis holds credits in form {found}, as a later version wrote them; this version keeps them in form"
    " {ours} and does not touch what it cannot read. Use the later version. The demo: `make demo-reset` empties it."
)


def of_other_form(found: int) -> str:
    """Why this version does not start on what is kept in form `found`, and what to do."""
    return (_OLDER if found < FORM else _LATER).format(found=found, ours=FORM)
