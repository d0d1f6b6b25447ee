-- What a reseller's tenants look like where they say nothing themselves.

create table platform.reseller_branding (
    reseller_id uuid        not null,
    -- Keys that are missing are as Trellis has them.
    settings    jsonb       not null,
    changed_at  timestamptz not null,
    constraint reseller_branding_pkey primary key (reseller_id),
    constraint reseller_branding_reseller_fk foreign key (reseller_id) references platform.resellers (id) on delete cascade
);
