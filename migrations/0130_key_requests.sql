-- The last requests of each API key: a ring that whoever made the key looks into when something does not work. No
-- bodies and no values of parameters.

create table platform.key_requests (
    id         uuid        not null,
    tenant_id  uuid        not null,
    key_id     uuid        not null,
    at         timestamptz not null,
    method     text        not null,
    -- The address as routes have it, with names in place of what stood there.
    route      text        not null,
    -- Names of the parameters.
    parameters text[]      not null,
    status     smallint    not null,
    -- Milliseconds until the answer began.
    took       integer     not null,
    -- The code of a problem.
    code       text,
    request_id text        not null,
    constraint key_requests_pkey primary key (id),
    constraint key_requests_key_fk foreign key (key_id) references platform.api_keys (id) on delete cascade
);

create index key_requests_key_idx on platform.key_requests (key_id, id desc);
create index key_requests_at_idx on platform.key_requests (at);
