-- What else a plan says, and what all nodes have let pass of a tenant's minute.

alter table platform.plans
    -- Requests at once, on each node.
    add column connections   integer,
    -- Of all tables, with their indexes and the audit log.
    add column storage_bytes bigint,
    -- Imports and copies that wait or are made at a time.
    add column jobs          integer;
alter table platform.plans add constraint plans_more_limits_check check (connections > 0 and storage_bytes >= 0 and jobs >= 0);
update platform.plans set connections = 20, storage_bytes = 2147483648, jobs = 2 where name = 'starter';
update platform.plans set connections = 100, storage_bytes = 107374182400, jobs = 10 where name = 'pro';

-- Not written ahead: it is about the last minute, and when the server crashes tenants have a new one.
create unlogged table platform.tenant_minutes (
    tenant_id uuid             not null,
    -- Requests that nodes have taken to let pass, less what came back since.
    used      double precision not null,
    -- How many of them the last one took.
    granted   bigint           not null,
    at        timestamptz      not null,
    constraint tenant_minutes_pkey primary key (tenant_id),
    constraint tenant_minutes_tenant_fk foreign key (tenant_id) references platform.tenants (id) on delete cascade
) with (fillfactor = 50);
