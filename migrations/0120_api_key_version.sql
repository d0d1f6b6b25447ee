-- The version whose names the requests of a key say: a revision or a day.

alter table platform.api_keys add column version text;
