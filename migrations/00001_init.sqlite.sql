-- All deliveries of an edition, for counting them. (PostgreSQL has a smaller one.)
CREATE INDEX delivery_edition ON delivery (edition_id) WHERE edition_id IS NOT NULL;
