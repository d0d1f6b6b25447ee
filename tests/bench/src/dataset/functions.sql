-- What the rows are made with. Everything follows from a number, so that the same size gives the same rows.

-- Evenly between 0 and 1.
CREATE FUNCTION pg_temp.chance(n int, salt int) RETURNS float8 LANGUAGE sql IMMUTABLE
    RETURN (hashint4extended(n, salt) & 16777215)::float8 / 16777216;

-- One of 1 … most; the larger `skew`, the more often a small one.
CREATE FUNCTION pg_temp.pick(n int, salt int, most int, skew float8) RETURNS int LANGUAGE sql IMMUTABLE
    RETURN 1 + floor(most * power(pg_temp.chance(n, salt), skew))::int;

-- One of some words, with the weights beside them.
CREATE FUNCTION pg_temp.word(n int, salt int, words text[]) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN words[pg_temp.pick(n, salt, cardinality(words), 1)];

-- When the n-th of `most` records was made: over two years, the last one yesterday.
CREATE FUNCTION pg_temp.made(n int, most int) RETURNS timestamptz LANGUAGE sql STABLE
    RETURN date_trunc('day', now()) - interval '1 day' - interval '730 days' * (most - n)::float8 / most;

-- Its id: a UUIDv7 of that moment.
CREATE FUNCTION pg_temp.id(kind text, n int, most int) RETURNS uuid LANGUAGE sql STABLE
    RETURN (lpad(to_hex((extract(epoch FROM pg_temp.made(n, most)) * 1000)::bigint), 12, '0')
        || '7' || substr(md5(kind || n), 1, 3) || '8' || substr(md5(kind || n), 4, 15))::uuid;

CREATE FUNCTION pg_temp.owner(n int) RETURNS uuid LANGUAGE sql STABLE
    RETURN pg_temp.id('user', pg_temp.pick(n, 1, 40, 1.5), 40);
