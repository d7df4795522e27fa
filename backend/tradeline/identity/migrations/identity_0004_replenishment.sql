-- What the built-in roles of networks that are there already may do for replenishment, and for the
-- systems that are told of it; new networks get these roles from the code. Roles that organizations
-- made themselves stay as they are.

UPDATE identity.role AS role
   SET permissions = array(SELECT DISTINCT permission
                             FROM unnest(role.permissions || added.permissions) AS permission
                            ORDER BY permission)
  FROM (VALUES
           ('owner', ARRAY['replenishment:manage', 'replenishment:read', 'webhook:manage']),
           ('sales', ARRAY['replenishment:read']),
           ('buyer', ARRAY['replenishment:manage', 'replenishment:read']),
           ('finance', ARRAY['replenishment:read']),
           ('viewer', ARRAY['replenishment:read'])
       ) AS added (code, permissions)
 WHERE role.org_id IS NULL AND role.code = added.code;
