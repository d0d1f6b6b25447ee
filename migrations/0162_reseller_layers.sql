-- What a reseller makes of packages for all of its tenants, and how far that has come.

create table platform.reseller_layers (
    reseller_id uuid        not null,
    package     text        not null,
    -- Another one with each change.
    edition     uuid        not null,
    -- What differs, by kind and name of the component.
    layer       jsonb       not null,
    changed_at  timestamptz not null,
    constraint reseller_layers_pkey primary key (reseller_id, package),
    constraint reseller_layers_reseller_fk foreign key (reseller_id) references platform.resellers (id) on delete cascade
);

-- The edition that was laid over a tenant's package last, or could not be.
create table platform.tenant_layers (
    tenant_id uuid        not null,
    package   text        not null,
    -- Null is none.
    edition   uuid,
    -- applied, refused.
    outcome   text        not null,
    -- Where the tenant differs, or why it does not fit.
    report    jsonb       not null,
    at        timestamptz not null,
    constraint tenant_layers_pkey primary key (tenant_id, package),
    constraint tenant_layers_tenant_fk foreign key (tenant_id) references platform.tenants (id) on delete cascade,
    constraint tenant_layers_outcome_check check (outcome in ('applied', 'refused'))
);
