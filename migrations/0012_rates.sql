-- How often somebody asked in the present hour, for all nodes together.
create table platform.rate_windows (
    -- SHA-256 of what is limited: a key, a user, an address.
    subject  bytea       not null,
    began_at timestamptz not null,
    -- Requests that nodes have taken to give out, and how many of them the last one took.
    used     bigint      not null,
    granted  bigint      not null,
    constraint rate_windows_pkey primary key (subject)
);

create index rate_windows_began_at_idx on platform.rate_windows (began_at);

alter table platform.api_keys add column use_count bigint not null default 0;

-- Limits were requests a minute; from here on they are requests an hour, and keys keep what they had.
update platform.api_keys set rate_limit = least(rate_limit::bigint * 60, 2147483647)::integer
where rate_limit is not null;
