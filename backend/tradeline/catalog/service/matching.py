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
    sort_key_of,
)
from tradeline.kernel import Actor, Connection

SIMILAR_MAX = 5
SEARCHES_MAX = 50
HITS_MAX = 300
SEARCH_LENGTH_MIN = 2


async def match_typed(
    conn: Connection, *, actor: Actor, asked: Sequence[tuple[int, str]]
) -> dict[tuple[int, str], list[TypedMatch]]:
    """What each text, typed for an edge, may mean: pairs of relationship id and text.

    A text that is the whole code, barcode, own code or name of a visible SKU means that, whether
    or not the edge trades it; case and width of letters and digits do not matter. The first
    fifty others lead to at most five SKUs each that the edge trades and that are similar. A
    pair is absent when it means nothing. Three statements, however many; for use cases of modules
    above, which check their own permission.
    """
    texts = {typed: _variants(typed) for _, typed in asked if typed.strip()}
    found = await queries.match_codes(conn, actor, texts) if texts else {}
    names = {typed: sort_key_of(typed) for typed in texts if typed not in found}
    if names:
        found |= await queries.match_names(conn, actor, names)
    matches = {pair: found[pair[1]] for pair in asked if pair[1] in found}
    others = [
        (relationship_id, typed, search)
        for relationship_id, typed in dict.fromkeys(asked)
        if typed in texts and typed not in found and (search := _search(typed)) is not None
    ][:SEARCHES_MAX]
    if others:
        matches |= await queries.match_similar(
            conn, actor.network_id, others, most=SIMILAR_MAX, hits_max=HITS_MAX
        )
    return matches


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
