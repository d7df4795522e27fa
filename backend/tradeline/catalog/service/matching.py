"""What people mean by what they type, for many texts at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from tradeline.catalog.model import CodeKind, CodeMatch, TypedMatch
from tradeline.catalog.queries import matching as queries
from tradeline.catalog.rules import is_code
from tradeline.catalog.search_text import (
    SEARCH_LENGTH_MAX,
    SEARCH_TERMS_MAX,
    SearchTerms,
    normalise,
    search_terms,
    sort_key_of,
)
from tradeline.kernel import Actor, Connection, InvalidValue, Permission, Rejected

CODES_MAX = 100
SIMILAR_MAX = 5
SEARCHES_MAX = 50
HITS_MAX = 300
SEARCH_LENGTH_MIN = 2


async def find_many_skus(
    conn: Connection, *, actor: Actor, codes: Sequence[str]
) -> list[list[CodeMatch]]:
    """For each code, visible SKUs by code, barcode or own code. One that is written in the very
    case and width goes before those that are not: they are left out beside it.

    Raises:
        Forbidden: without `catalog:read`.
        Rejected: with InvalidValue for more than 100 codes.
    """
    actor.require(Permission.CATALOG_READ)
    if len(codes) > CODES_MAX:
        rule, rule_zh = f"at most {CODES_MAX} at once", f"一次最多 {CODES_MAX} 个"
        raise Rejected([InvalidValue(path=("codes",), field="codes", rule=rule, rule_zh=rule_zh)])
    variants = {code: _variants(code) for code in codes if is_code(code.strip())}
    found = await queries.match_codes(conn, actor, variants) if variants else {}
    return [_best(found.get(code, [])) for code in codes]


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


def _best(matches: Sequence[TypedMatch]) -> list[CodeMatch]:
    exact = [match for match in matches if match.is_exact] or matches
    return [
        CodeMatch(sku_id=match.sku_id, pack_id=match.pack_id, kind=CodeKind(match.kind))
        for match in sorted(exact, key=lambda match: (match.sku_id, match.kind))
    ]


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
