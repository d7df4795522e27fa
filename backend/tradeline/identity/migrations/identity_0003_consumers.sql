-- What the built-in roles of networks that are there already may do for stores, and for consumers'
-- orders, payments and coupons; new networks get these roles from the code. Roles that organizations
-- made themselves stay as they are.

UPDATE identity.role AS role
   SET permissions = array(SELECT DISTINCT permission
                             FROM unnest(role.permissions || added.permissions) AS permission
                            ORDER BY permission)
  FROM (VALUES
           ('owner', ARRAY['consumer_order:fulfil', 'consumer_order:read', 'consumer_order:refund',
                           'coupon:manage', 'member:read', 'payment:reconcile', 'sourcing:manage',
                           'store:manage', 'store:read']),
           ('sales', ARRAY['consumer_order:fulfil', 'consumer_order:read', 'consumer_order:refund',
                           'coupon:manage', 'member:read', 'sourcing:manage', 'store:manage',
                           'store:read']),
           ('buyer', ARRAY['consumer_order:read', 'store:read']),
           ('finance', ARRAY['consumer_order:read', 'consumer_order:refund', 'payment:reconcile',
                             'store:read']),
           ('warehouse', ARRAY['consumer_order:fulfil', 'consumer_order:read', 'store:read']),
           ('viewer', ARRAY['consumer_order:read', 'store:read'])
       ) AS added (code, permissions)
 WHERE role.org_id IS NULL AND role.code = added.code;
