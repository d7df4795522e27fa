"""What people mean by what they type, for many texts at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from tradeline.catalog.model import TypedMatch
from tradeline.catalog.queries import matching as queries
from tradeline.catalog.search_text import (
    SEARCH_LENGTH_MAX,
    SEARCH_TERMS_MAX,
    SearchTerms,
    normalise,
    search_terms,
)
from tradeline.kernel import Actor, Connection

SIMILAR_MAX = 5
SEARCH_LENGTH_MIN = 2


async def match_typed(
    conn: Connection, *, actor: Actor, asked: Sequence[tuple[int, str]]
) -> dict[tuple[int, str], list[TypedMatch]]:
    """What each text, typed for an edge, may mean: pairs of relationship id and text.

    A text that is the whole code, barcode or own code of a visible SKU means that, whether or not
    the edge trades it. Any other is looked for in what the edge trades: a whole code or name, or
    at most five SKUs that are similar. A pair is absent when it means nothing; case and width of
    letters and digits do not matter. Two statements, however many; for use cases of modules
    above, which check their own permission.
    """
    variants = {typed: _variants(typed) for _, typed in asked if typed.strip()}
    coded = await queries.match_codes(conn, actor, variants) if variants else {}
    found = {pair: coded[pair[1]] for pair in asked if pair[1] in coded}
    others = [
        (relationship_id, typed, search)
        for relationship_id, typed in dict.fromkeys(asked)
        if typed in variants and typed not in coded and (search := _search(typed)) is not None
    ]
    if others:
        found |= await queries.match_texts(conn, actor.network_id, others, SIMILAR_MAX)
    return found


def _variants(typed: str) -> list[str]:
    """How a code may be written that was typed so."""
    narrow = unicodedata.normalize("NFKC", typed).strip()
    return list(dict.fromkeys((typed, narrow, narrow.upper(), narrow.lower())))


def _search(typed: str) -> SearchTerms | None:
    """The text as a search; None for what no search takes, or what would lead to everything."""
    bare = normalise(typed)
    is_usable = SEARCH_LENGTH_MIN <= len(bare) <= SEARCH_LENGTH_MAX
    if not is_usable or len(typed) > SEARCH_LENGTH_MAX or len(bare.split()) > SEARCH_TERMS_MAX:
        return None
    return search_terms(bare)
