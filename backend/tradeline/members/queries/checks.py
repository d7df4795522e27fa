"""The invariants of members, over all networks, for the owner's connection."""

from __future__ import annotations

from tradeline.kernel import comparison

# Who is at the end of nobody's pointers, as in a circle, is expected to be nobody.
SURVIVORS = comparison(
    code="members.merges_end_at_their_survivors",
    title_en="Merged members are whom their merges lead to",
    title_zh="被合并的会员归于合并的最终会员",
    subject_en="Member",
    subject_zh="会员",
    sql="""
    WITH RECURSIVE way AS (
        SELECT member.network_id, member.id AS survivor_id, member.id
          FROM members.member AS member
         WHERE member.merged_into_id IS NULL
         UNION ALL
        SELECT way.network_id, way.survivor_id, member.id
          FROM way
          JOIN members.member AS member
            ON member.network_id = way.network_id AND member.merged_into_id = way.id
    )
    SELECT member.network_id, member.id AS subject_id, way.survivor_id AS expected,
           coalesce(member.survivor_id, member.id) AS found
      FROM members.member AS member
      LEFT JOIN way ON way.network_id = member.network_id AND way.id = member.id
     WHERE way.survivor_id IS DISTINCT FROM coalesce(member.survivor_id, member.id)
    """,
)

MERGES = comparison(
    code="members.merges_are_recorded",
    title_en="Who is merged into whom is on record",
    title_zh="会员合并均有记录",
    subject_en="Member",
    subject_zh="会员",
    sql="""
    SELECT member.network_id, member.id AS subject_id, merge.into_id AS expected,
           member.merged_into_id AS found
      FROM members.member AS member
      LEFT JOIN members.merge AS merge
        ON merge.network_id = member.network_id AND merge.from_id = member.id
       AND merge.undone_at IS NULL
     WHERE merge.into_id IS DISTINCT FROM member.merged_into_id
    """,
)

INVARIANTS = (SURVIVORS, MERGES)
