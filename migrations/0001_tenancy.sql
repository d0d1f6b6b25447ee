-- Tenants: who is there, and in which schema. Records live in the tenants' own schemas, never here, and nothing
-- in a tenant's schema points here, so that a tenant can be moved as a whole.

create table platform.tenants (
    id          uuid        not null,
    -- Short name in host names and on the command line.
    slug        text        not null,
    name        text        not null,
    schema_name text        not null,
    -- creating: the schema may be half made; deleting: it may be half gone. Only active tenants are served.
    status      text        not null,
    created_at  timestamptz not null default now(),
    constraint tenants_pkey primary key (id),
    constraint tenants_slug_key unique (slug),
    constraint tenants_schema_name_key unique (schema_name),
    constraint tenants_slug_check check (slug ~ '^[a-z][a-z0-9-]{1,39}$'),
    constraint tenants_status_check check (status in ('creating', 'active', 'deleting'))
);
