-- Somebody at the reseller signs in to a tenant, as long as the tenant says so.

create table platform.support_access (
    id              uuid        not null,
    tenant_id       uuid        not null,
    reseller_id     uuid        not null,
    -- Who let them in: a user of the tenant, with the name of then.
    granted_by      uuid        not null,
    granted_by_name text        not null,
    granted_at      timestamptz not null,
    until           timestamptz not null,
    -- Null until somebody has ended it, or seen that its time is over.
    ended_at        timestamptz,
    roles           text[]      not null,
    access          text        not null,
    reason          text,
    constraint support_access_pkey primary key (id),
    constraint support_access_access_check check (access in ('read', 'write')),
    constraint support_access_tenant_fk foreign key (tenant_id) references platform.tenants (id) on delete cascade,
    constraint support_access_reseller_fk foreign key (reseller_id) references platform.resellers (id) on delete cascade
);

-- One at a time: which one is meant never has to be said.
create unique index support_access_open_key on platform.support_access (tenant_id) where ended_at is null;
create index support_access_tenant_idx on platform.support_access (tenant_id, id);

-- That the reseller asks for it; a newer wish is in the place of the one before.
create table platform.support_requests (
    id          uuid        not null,
    tenant_id   uuid        not null,
    reseller_id uuid        not null,
    email       text        not null,
    name        text        not null,
    reason      text        not null,
    asked_at    timestamptz not null,
    constraint support_requests_pkey primary key (tenant_id),
    constraint support_requests_tenant_fk foreign key (tenant_id) references platform.tenants (id) on delete cascade,
    constraint support_requests_reseller_fk foreign key (reseller_id) references platform.resellers (id) on delete cascade
);

-- Links that open a session once, within a minute.
create table platform.support_links (
    -- SHA-256 of the token.
    token_hash bytea       not null,
    access_id  uuid        not null,
    -- Who it is for, and why, as the reseller says.
    email      text        not null,
    name       text        not null,
    reason     text        not null,
    expires_at timestamptz not null,
    constraint support_links_pkey primary key (token_hash),
    constraint support_links_access_fk foreign key (access_id) references platform.support_access (id) on delete cascade
);

create index support_links_access_idx on platform.support_links (access_id);
create index support_links_expires_at_idx on platform.support_links (expires_at);

-- By which consent somebody is in, and who it is; null for the tenant's own people.
alter table platform.sessions add column support_id uuid references platform.support_access (id) on delete cascade;
alter table platform.sessions add column support_by text;
create index sessions_support_idx on platform.sessions (support_id) where support_id is not null;
