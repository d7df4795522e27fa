-- Bundles: SKUs that are made of others. What one is made of is said when it is created and never
-- changes, so that old orders need no copy of it: another composition is another SKU.

ALTER TABLE catalog.sku ADD COLUMN is_bundle boolean NOT NULL DEFAULT false;
ALTER TABLE catalog.sku ADD CONSTRAINT sku_owner_and_kind_can_be_referred_to
    UNIQUE (network_id, id, owner_org_id, is_bundle);

-- One level only: what has components is a bundle, what is one is not, and both are of one owner.
-- The two columns that never vary are there for the keys to say so.
CREATE TABLE catalog.sku_component (
    network_id bigint NOT NULL,
    bundle_sku_id bigint NOT NULL,
    component_sku_id bigint NOT NULL,
    owner_org_id bigint NOT NULL,
    quantity bigint NOT NULL,
    is_of_bundle boolean NOT NULL DEFAULT true,
    is_bundle boolean NOT NULL DEFAULT false,
    PRIMARY KEY (network_id, bundle_sku_id, component_sku_id),
    CONSTRAINT quantity_is_a_count CHECK (quantity BETWEEN 1 AND 1000000),
    CONSTRAINT bundles_are_one_level_deep CHECK (is_of_bundle AND NOT is_bundle),
    CONSTRAINT only_bundles_of_the_owner_have_components
        FOREIGN KEY (network_id, bundle_sku_id, owner_org_id, is_of_bundle)
        REFERENCES catalog.sku (network_id, id, owner_org_id, is_bundle),
    CONSTRAINT components_are_no_bundles_and_the_owners
        FOREIGN KEY (network_id, component_sku_id, owner_org_id, is_bundle)
        REFERENCES catalog.sku (network_id, id, owner_org_id, is_bundle)
);
CREATE INDEX sku_component_by_component
    ON catalog.sku_component (network_id, component_sku_id);
SELECT kernel.guard_table('catalog.sku_component', 'SELECT, INSERT');
