-- What a tenant looks like to its people, before and after they sign in.

create table platform.branding (
    tenant_id  uuid        not null,
    -- Keys that are missing are as Trellis has them.
    settings   jsonb       not null,
    changed_at timestamptz not null,
    constraint branding_pkey primary key (tenant_id),
    constraint branding_tenant_fk foreign key (tenant_id) references platform.tenants (id) on delete cascade
);
