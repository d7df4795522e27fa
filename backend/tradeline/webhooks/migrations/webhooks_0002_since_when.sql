-- So that it can be proved that whoever asked was told, and nobody who did not.

-- Since when an endpoint has been on, or off, and asked for the topics that it asks for.
ALTER TABLE webhooks.endpoint ADD COLUMN changed_at timestamptz NOT NULL DEFAULT now();

-- When it was last sent, whatever came of it.
ALTER TABLE webhooks.delivery ADD COLUMN tried_at timestamptz;
