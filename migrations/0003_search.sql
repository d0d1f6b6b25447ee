-- Names that are much like what was typed are found with pg_trgm. It is optional: where the server does not have it,
-- or the role may not add it, search finds whole beginnings of words only.
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'pg_trgm is not available: %', SQLERRM;
END
$$;
