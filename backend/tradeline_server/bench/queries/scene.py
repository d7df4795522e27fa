"""Makes a network of one brand and any number of dealers: one statement for each kind of row.

Rows are numbered by their `position`, from 1, and chosen by rules over it, so that two scenes of
one size are the same but for their ids. The values are those that the use cases would write.
"""

from __future__ import annotations

from collections.abc import Sequence

from tradeline.kernel import Connection

INSERT_NETWORK = """
    INSERT INTO organizations.network (code, name, name_en, currency)
    VALUES ('bench', 'Bench', 'Bench', $1)
    RETURNING id
"""

INSERT_BRAND = """
    INSERT INTO organizations.organization (network_id, kind, code, name, name_en, region)
    VALUES ($1, 'brand', 'brand', 'Brand', 'Brand', $2)
    RETURNING id
"""

# One dealer for each relationship, each with books of its own, as the brand has.
INSERT_DEALERS = """
    WITH dealer AS (
        INSERT INTO organizations.organization
               (network_id, kind, code, name, name_en, region, created_by_org_id)
        SELECT $1, 'retailer', format('dealer-%s', position), format('Dealer %s', position),
               format('Dealer %s', position), $4, $2
          FROM generate_series(1, $3::bigint) AS position
         ORDER BY position
        RETURNING id, code, name, name_en
    )
    INSERT INTO organizations.legal_entity (network_id, org_id, code, name, name_en)
    SELECT $1, id, code, name, name_en FROM dealer
    UNION ALL
    SELECT $1, id, code, name, name_en
      FROM organizations.organization
     WHERE network_id = $1 AND id = $2
"""

# What is ordered can be shipped at once, and what is shipped is owed at once. Every tenth edge
# buys at the lowest price, every third in a territory.
INSERT_RELATIONSHIPS = """
    INSERT INTO organizations.relationship
           (network_id, seller_org_id, buyer_org_id, seller_entity_id, buyer_entity_id, currency,
            state, accepted_at, valid_from, price_strategy, order_minimum_minor,
            requires_confirmation, requires_receipt, territory)
    SELECT $1, $2, buyer.org_id, seller.id, buyer.id, $3, 'active', now() - interval '1 year',
           current_date - 365,
           CASE WHEN buyer.position % 10 = 0 THEN 'lowest' ELSE 'priority' END, 100, false, false,
           CASE WHEN buyer.position % 3 = 0 THEN ARRAY[$4] ELSE '{}' END
      FROM organizations.legal_entity AS seller
      JOIN (SELECT entity.id, entity.org_id, row_number() OVER (ORDER BY entity.org_id) AS position
              FROM organizations.legal_entity AS entity
             WHERE entity.network_id = $1 AND entity.org_id <> $2) AS buyer ON true
     WHERE seller.network_id = $1 AND seller.org_id = $2
     ORDER BY buyer.position
    RETURNING id
"""

# Every fourth edge pays in advance and has no credit; what it paid is recorded by the brand.
INSERT_EXPOSURES = """
    INSERT INTO settlement.exposure (network_id, relationship_id, currency, credit_limit_minor)
    SELECT $1, edge.id, $3, CASE WHEN edge.position % 4 = 0 THEN 0 ELSE $4::bigint END
      FROM unnest($2::bigint[]) WITH ORDINALITY AS edge (id, position)
"""

INSERT_DEPOSITS = """
    INSERT INTO settlement.payment
           (network_id, number, relationship_id, payer_org_id, payee_org_id, currency, amount_minor,
            method, state, recorded_by_org_id, paid_on, decided_at)
    SELECT $1, 'PAY-' || nextval('settlement.document_number'), edge.id, relationship.buyer_org_id,
           relationship.seller_org_id, $3, $4::bigint, 'bank', 'confirmed',
           relationship.seller_org_id, current_date, now()
      FROM unnest($2::bigint[]) WITH ORDINALITY AS edge (id, position)
      JOIN organizations.relationship AS relationship
        ON relationship.network_id = $1 AND relationship.id = edge.id
     WHERE edge.position % 4 = 0
     ORDER BY edge.position
    RETURNING id, number, relationship_id
"""

INSERT_PRODUCTS = """
    INSERT INTO catalog.product (network_id, owner_org_id, code, name, name_en, brand)
    SELECT $1, $2, format('P%s', lpad(position::text, 6, '0')),
           format('Tea %s', lpad(position::text, 6, '0')),
           format('Tea %s', lpad(position::text, 6, '0')), 'Bench'
      FROM generate_series(1, ($3::bigint + 3) / 4) AS position
     ORDER BY position
    RETURNING id
"""

# Four sizes of each tea. The names are Latin, so what they are found by is what they are, in small
# letters: each field on a line, and of its words all letters and pairs of neighbours.
INSERT_SKUS = """
    INSERT INTO catalog.sku
           (network_id, owner_org_id, product_id, code, name, name_en, base_unit, sort_key,
            search_text, search_grams)
    SELECT $1, $2, sku.product_id, sku.code, sku.name, sku.name, 'EA',
           replace(lower(sku.name), ' ', ''), sku.search_text,
           ARRAY(SELECT DISTINCT substr(word, start, size) COLLATE "C" AS gram
                   FROM regexp_split_to_table(sku.search_text, '\\s+') AS word
                  CROSS JOIN generate_series(1, length(word)) AS start
                  CROSS JOIN generate_series(1, 2) AS size
                  WHERE start + size <= length(word) + 1
                  ORDER BY gram)
      FROM (SELECT position, product.id AS product_id, named.code, named.name,
                   lower(concat_ws(E'\\n', named.name, named.code, product.name, product.code,
                                   'bench')) AS search_text
              FROM generate_series(1, $3::bigint) AS position
              JOIN unnest($4::bigint[]) WITH ORDINALITY AS given (id, position_of_product)
                ON position_of_product = (position + 3) / 4
              JOIN catalog.product AS product
                ON product.network_id = $1 AND product.id = given.id
             CROSS JOIN LATERAL (
                   SELECT format('B%s', lpad(position::text, 6, '0')) AS code,
                          format('%s size %s', product.name, (position + 3) % 4 + 1) AS name
                   ) AS named) AS sku
     ORDER BY sku.position
    RETURNING id
"""

INSERT_PACKS = """
    INSERT INTO catalog.pack (network_id, sku_id, code, units, name, name_en)
    SELECT $1, sku.id, pack.code, pack.units, pack.code, pack.code
      FROM unnest($2::bigint[]) WITH ORDINALITY AS sku (id, position)
     CROSS JOIN (VALUES ('EA', 1), ('CASE', 12)) AS pack (code, units)
     ORDER BY sku.position, pack.units
"""

FETCH_PACKS = """
    SELECT pack.id
      FROM catalog.pack AS pack
     WHERE pack.network_id = $1 AND pack.code = $2
     ORDER BY pack.sku_id
"""

# All SKUs for everybody, every tenth once more in a set for every second edge.
INSERT_ASSORTMENTS = """
    WITH assortment AS (
        INSERT INTO catalog.assortment (network_id, seller_org_id, code, name, name_en)
        SELECT $1, $2, code, code, code FROM unnest(ARRAY['core', 'promoted']) AS code
        RETURNING id, code
    ), item AS (
        INSERT INTO catalog.assortment_sku
               (network_id, assortment_id, sku_id, quantity_minimum, quantity_step)
        SELECT $1, assortment.id, sku.id,
               CASE WHEN sku.position % 4 = 0 THEN 6 ELSE 1 END,
               CASE WHEN sku.position % 4 = 0 THEN 6 ELSE 1 END
          FROM assortment
          JOIN unnest($3::bigint[]) WITH ORDINALITY AS sku (id, position)
            ON assortment.code = 'core' OR sku.position % 10 = 0
    )
    INSERT INTO catalog.assortment_grant (network_id, relationship_id, assortment_id)
    SELECT $1, edge.id, assortment.id
      FROM assortment
      JOIN unnest($4::bigint[]) WITH ORDINALITY AS edge (id, position)
        ON assortment.code = 'core' OR edge.position % 2 = 0
"""

INSERT_PRICE_LISTS = """
    WITH list AS (
        INSERT INTO pricing.price_list
               (network_id, seller_org_id, code, name, name_en, level, currency)
        SELECT $1, $2, wanted.code, wanted.code, wanted.code, wanted.level, $4
          FROM (SELECT 'BASE' AS code, 'base' AS level, 0 AS position
                UNION ALL
                SELECT format('TIER-%s', tier), 'tier', tier
                  FROM generate_series(0, $5::bigint - 1) AS tier
                UNION ALL
                SELECT format('CONTRACT-%s', edge.position), 'contract', edge.position
                  FROM unnest($3::bigint[]) WITH ORDINALITY AS edge (id, position)) AS wanted
         ORDER BY wanted.level, wanted.position
        RETURNING id, code
    )
    INSERT INTO pricing.price_list_grant (network_id, relationship_id, price_list_id)
    SELECT $1, edge.id, list.id
      FROM unnest($3::bigint[]) WITH ORDINALITY AS edge (id, position)
      JOIN list
        ON list.code IN (format('TIER-%s', edge.position % $5),
                         format('CONTRACT-%s', edge.position))
"""

# A base and a tier price for each SKU, the latter lower from 60 units on.
INSERT_COMMON_PRICES = """
    INSERT INTO pricing.price (network_id, price_list_id, sku_id, quantity_minimum, unit_price)
    SELECT $1, list.id, sku.id, broken.quantity_minimum,
           round((5 + sku.position % 400 * 0.1) * broken.share
                 * CASE WHEN list.level = 'base' THEN 1.0
                        ELSE 0.96 - 0.02 * right(list.code, 1)::integer END, 4)
      FROM pricing.price_list AS list
      JOIN (VALUES (1, 1.0), (60, 0.97)) AS broken (quantity_minimum, share)
        ON list.level = 'tier' OR broken.quantity_minimum = 1
     CROSS JOIN unnest($2::bigint[]) WITH ORDINALITY AS sku (id, position)
     WHERE list.network_id = $1 AND list.level IN ('base', 'tier')
     ORDER BY list.id, sku.position, broken.quantity_minimum
"""

# Each contract is about so many SKUs in a row, from another one on for each edge.
INSERT_CONTRACT_PRICES = """
    INSERT INTO pricing.price (network_id, price_list_id, sku_id, unit_price)
    SELECT $1, list.id, sku.id, round((5 + sku.position % 400 * 0.1) * 0.85, 4)
      FROM generate_series(1, $3::bigint) AS edge
      JOIN pricing.price_list AS list
        ON list.network_id = $1 AND list.code = format('CONTRACT-%s', edge)
     CROSS JOIN generate_series(0, least($4::bigint, cardinality($2::bigint[])) - 1) AS step
      JOIN unnest($2::bigint[]) WITH ORDINALITY AS sku (id, position)
        ON sku.position = (edge * 37 + step) % cardinality($2::bigint[]) + 1
     ORDER BY list.id, sku.position
"""

# Every fifth edge is served from the west first.
INSERT_WAREHOUSES = """
    WITH warehouse AS (
        INSERT INTO inventory.warehouse (network_id, org_id, code, name, name_en, priority)
        VALUES ($1, $2, 'EAST', 'East', 'East', 10), ($1, $2, 'WEST', 'West', 'West', 20)
        RETURNING id, code
    )
    INSERT INTO inventory.warehouse_grant (network_id, relationship_id, warehouse_id, priority)
    SELECT $1, edge.id, warehouse.id, CASE warehouse.code WHEN 'WEST' THEN 1 ELSE 2 END
      FROM unnest($3::bigint[]) WITH ORDINALITY AS edge (id, position)
     CROSS JOIN warehouse
     WHERE edge.position % 5 = 0
"""

# The first SKUs are scarce; of the others there is more than can be ordered, of every second in
# both warehouses.
INSERT_STOCK = """
    WITH opening AS (
        SELECT warehouse.id AS warehouse_id, sku.id AS sku_id,
               CASE WHEN sku.position <= $3 THEN $4::bigint ELSE $5::bigint END AS quantity
          FROM inventory.warehouse AS warehouse
          JOIN unnest($2::bigint[]) WITH ORDINALITY AS sku (id, position)
            ON warehouse.code = 'EAST' OR sku.position % 2 = 1 OR sku.position <= $3
         WHERE warehouse.network_id = $1
         ORDER BY warehouse.id, sku.position
    ), level AS (
        INSERT INTO inventory.stock_level (network_id, warehouse_id, sku_id, on_hand)
        SELECT $1, warehouse_id, sku_id, quantity FROM opening
    )
    INSERT INTO inventory.stock_movement (network_id, warehouse_id, sku_id, quantity, reason)
    SELECT $1, warehouse_id, sku_id, quantity, 'opening' FROM opening
"""

INSERT_API_CLIENTS = """
    INSERT INTO identity.api_client (network_id, org_id, client_id, secret_hash, name, permissions)
    SELECT $1, client.org_id, client.client_id, sha256(convert_to(client.secret, 'UTF8')),
           'Bench', $5::text[]
      FROM unnest($2::bigint[], $3::text[], $4::text[]) AS client (org_id, client_id, secret)
"""

FETCH_BUYERS = """
    SELECT relationship.id, relationship.buyer_org_id
      FROM organizations.relationship AS relationship
     WHERE relationship.network_id = $1
     ORDER BY relationship.id
"""


async def insert_network(conn: Connection, currency: str) -> int:
    network_id: int = await conn.fetchval(INSERT_NETWORK, currency)
    return network_id


async def insert_parties(
    conn: Connection, network_id: int, relationships: int, currency: str, region: str
) -> tuple[int, list[int]]:
    """The brand's id, and those of its relationships, one with each dealer."""
    brand_id: int = await conn.fetchval(INSERT_BRAND, network_id, region)
    await conn.execute(INSERT_DEALERS, network_id, brand_id, relationships, region)
    rows = await conn.fetch(INSERT_RELATIONSHIPS, network_id, brand_id, currency, region)
    return brand_id, sorted(row["id"] for row in rows)


async def insert_exposures(
    conn: Connection, network_id: int, edge_ids: Sequence[int], currency: str, minor: int
) -> list[tuple[int, str, int]]:
    """Credit or deposit of so much; the deposits' payments by id, number and relationship."""
    await conn.execute(INSERT_EXPOSURES, network_id, edge_ids, currency, minor)
    rows = await conn.fetch(INSERT_DEPOSITS, network_id, edge_ids, currency, minor)
    return [tuple(row) for row in rows]


async def insert_catalog(
    conn: Connection, network_id: int, brand_id: int, skus: int, edge_ids: Sequence[int]
) -> tuple[list[int], list[int]]:
    """The SKUs that everybody may buy, by position, and the case of each."""
    rows = await conn.fetch(INSERT_PRODUCTS, network_id, brand_id, skus)
    product_ids = sorted(row["id"] for row in rows)
    rows = await conn.fetch(INSERT_SKUS, network_id, brand_id, skus, product_ids)
    sku_ids = sorted(row["id"] for row in rows)
    await conn.execute(INSERT_PACKS, network_id, sku_ids)
    await conn.execute(INSERT_ASSORTMENTS, network_id, brand_id, sku_ids, edge_ids)
    return sku_ids, await fetch_packs(conn, network_id, "CASE")


async def fetch_packs(conn: Connection, network_id: int, code: str) -> list[int]:
    """The pack of that code of each SKU, by the SKU's position."""
    return [row["id"] for row in await conn.fetch(FETCH_PACKS, network_id, code)]


async def insert_prices(
    conn: Connection,
    network_id: int,
    brand_id: int,
    edge_ids: Sequence[int],
    sku_ids: Sequence[int],
    currency: str,
    tiers: int,
    contract_skus: int,
) -> None:
    await conn.execute(INSERT_PRICE_LISTS, network_id, brand_id, edge_ids, currency, tiers)
    await conn.execute(INSERT_COMMON_PRICES, network_id, sku_ids)
    await conn.execute(INSERT_CONTRACT_PRICES, network_id, sku_ids, len(edge_ids), contract_skus)


async def insert_stock(
    conn: Connection,
    network_id: int,
    brand_id: int,
    edge_ids: Sequence[int],
    sku_ids: Sequence[int],
    *,
    scarce_skus: int,
    scarce_units: int,
    units: int,
) -> None:
    """Two warehouses, each with so many units of a SKU."""
    await conn.execute(INSERT_WAREHOUSES, network_id, brand_id, edge_ids)
    await conn.execute(INSERT_STOCK, network_id, sku_ids, scarce_skus, scarce_units, units)


async def insert_api_clients(
    conn: Connection,
    network_id: int,
    clients: Sequence[tuple[int, str, str]],
    permissions: Sequence[str],
) -> None:
    """Machines of organizations: (organization, client id, secret)."""
    await conn.execute(
        INSERT_API_CLIENTS,
        network_id,
        [org_id for org_id, _, _ in clients],
        [client_id for _, client_id, _ in clients],
        [secret for _, _, secret in clients],
        list(permissions),
    )


async def fetch_buyers(conn: Connection, network_id: int) -> list[tuple[int, int]]:
    """Relationships and their dealers."""
    return [tuple(row) for row in await conn.fetch(FETCH_BUYERS, network_id)]


async def tidy_up(conn: Connection, table: str = "") -> None:
    """What a database, or a table, that has lived for a while has: statistics, and nothing that
    autovacuum would find to do."""
    await conn.execute(f"VACUUM (ANALYZE) {table}")


async def checkpoint(conn: Connection) -> None:
    """Leave nothing to be written when the load begins."""
    await conn.execute("CHECKPOINT")
