-- What proves who somebody is. The users themselves are records in their tenant's schema; `user_id` names one, and
-- because two tenants may hold the same user id (a copied tenant), it only means something beside `tenant_id`.

create table platform.credentials (
    tenant_id     uuid        not null,
    user_id       uuid        not null,
    -- PHC string: algorithm, parameters, salt and hash.
    password_hash text        not null,
    changed_at    timestamptz not null,
    constraint credentials_pkey primary key (tenant_id, user_id),
    constraint credentials_tenant_fk foreign key (tenant_id) references platform.tenants (id) on delete cascade
);

-- A session that is revoked or over is deleted.
create table platform.sessions (
    id           uuid        not null,
    -- SHA-256 of the token; the token itself is known to its holder only.
    token_hash   bytea       not null,
    tenant_id    uuid        not null,
    user_id      uuid        not null,
    created_at   timestamptz not null,
    last_seen_at timestamptz not null,
    -- Moves on with each use.
    expires_at   timestamptz not null,
    ip           text,
    user_agent   text,
    constraint sessions_pkey primary key (id),
    constraint sessions_token_hash_key unique (token_hash),
    constraint sessions_token_hash_check check (octet_length(token_hash) = 32),
    constraint sessions_tenant_fk foreign key (tenant_id) references platform.tenants (id) on delete cascade
);

create index sessions_user_idx on platform.sessions (tenant_id, user_id, created_at);

create table platform.api_keys (
    id           uuid        not null,
    tenant_id    uuid        not null,
    -- Who the key acts for.
    user_id      uuid        not null,
    name         text        not null,
    -- The first characters of the key, to tell keys apart.
    prefix       text        not null,
    -- SHA-256 of the key.
    key_hash     bytea       not null,
    -- Replaces the user's roles; null takes the user's.
    role         text,
    -- Null is everything that the roles give.
    scopes       text[],
    expires_at   timestamptz,
    -- Requests per minute; null is no limit.
    rate_limit   integer,
    -- Addresses and CIDR ranges; null is from anywhere.
    allowed_ips  text[],
    created_at   timestamptz not null,
    last_used_at timestamptz,
    revoked_at   timestamptz,
    constraint api_keys_pkey primary key (id),
    constraint api_keys_key_hash_key unique (key_hash),
    constraint api_keys_key_hash_check check (octet_length(key_hash) = 32),
    constraint api_keys_rate_limit_check check (rate_limit > 0),
    constraint api_keys_tenant_fk foreign key (tenant_id) references platform.tenants (id) on delete cascade
);

create index api_keys_user_idx on platform.api_keys (tenant_id, user_id, created_at);
