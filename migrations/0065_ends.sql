-- The end of tenants: a time in which they wait and can come back, then nothing but a certificate of what was deleted.
-- And what happened to tenants, for the operator and those who sell them.

-- One that waits is `suspended` and has a moment at which it goes: what an older version does not serve either.
alter table platform.tenants add column delete_at timestamptz;
-- What its own system tables are at, so that a node that starts need not look into each schema.
alter table platform.tenants add column level integer;
create index tenants_delete_at_idx on platform.tenants (delete_at) where delete_at is not null;

create table platform.tenant_events (
    id          uuid        not null,
    tenant_id   uuid        not null,
    slug        text        not null,
    reseller_id uuid,
    happened_at timestamptz not null,
    -- reseller, operator, or trellis itself when a time is over.
    actor       text        not null,
    action      text        not null,
    details     jsonb       not null,
    constraint tenant_events_pkey primary key (id)
);
create index tenant_events_reseller_idx on platform.tenant_events (reseller_id, id);

create table platform.certificates (
    id          uuid        not null,
    tenant_id   uuid        not null,
    reseller_id uuid,
    -- What there was, counted before it went.
    found       jsonb       not null,
    -- Empty until it is gone: what is signed to the letter, with what and by whom.
    deleted_at  timestamptz,
    statement   text,
    key         bytea,
    signature   bytea,
    constraint certificates_pkey primary key (id)
);
create index certificates_tenant_idx on platform.certificates (tenant_id);
create index certificates_reseller_idx on platform.certificates (reseller_id, id);

-- Hosts under which tenants are reached besides their own name under the base domain.
create table platform.domains (
    host      text        not null,
    tenant_id uuid        not null,
    made_at   timestamptz not null,
    constraint domains_pkey primary key (host),
    constraint domains_host_check check (host = lower(host)),
    constraint domains_tenant_fk foreign key (tenant_id) references platform.tenants (id) on delete cascade
);
create index domains_tenant_idx on platform.domains (tenant_id);
