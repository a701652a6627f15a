-- SQLite has json_each built in; this makes the same text run on PostgreSQL:
-- id IN (SELECT CAST(value AS BIGINT) FROM json_each(CAST($1 AS TEXT)))
-- +goose StatementBegin
CREATE FUNCTION json_each(j TEXT) RETURNS TABLE (key TEXT, value TEXT)
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE ROWS 100 AS $$
    SELECT CAST(ord - 1 AS TEXT), val
    FROM jsonb_array_elements_text(CAST(j AS JSONB)) WITH ORDINALITY AS e (val, ord)
$$;
-- +goose StatementEnd

-- An edition moves the reading of every subscriber. With as much room left in each page, the new versions of the rows
-- stay where the old ones are, and no index is touched.
ALTER TABLE subscription SET (fillfactor = 50);

-- So does a delivery, which is written twice while it is handed over.
ALTER TABLE delivery SET (fillfactor = 50);

-- All deliveries of an edition, for counting them. They lie together, so that a summary of each block is enough;
-- and no claim is led to it away from its lane.
CREATE INDEX delivery_edition ON delivery USING brin (edition_id);
