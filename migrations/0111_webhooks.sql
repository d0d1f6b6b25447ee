-- What happened to tenants, told to those who sell them.

create table platform.webhooks (
    id             uuid        not null,
    reseller_id    uuid        not null,
    url            text        not null,
    -- Kinds of events; null is all of them.
    events         text[],
    -- Secrets are computed of the master key, the id and this number: none is stored.
    secret         integer     not null default 1,
    -- Until when the one before signs too.
    previous_until timestamptz,
    created_at     timestamptz not null,
    constraint webhooks_pkey primary key (id),
    constraint webhooks_reseller_fk foreign key (reseller_id) references platform.resellers (id) on delete cascade
);
create index webhooks_reseller_idx on platform.webhooks (reseller_id, id);

-- One event on its way to one address; what carries it is a job of `platform._jobs` with its id.
create table platform.webhook_deliveries (
    id              uuid        not null,
    webhook_id      uuid        not null,
    event_id        uuid        not null,
    kind            text        not null,
    -- What is sent and signed, to the letter.
    body            text        not null,
    status          text        not null,
    attempts        integer     not null default 0,
    response_status integer,
    -- How the answer begins.
    response        text,
    error           text,
    created_at      timestamptz not null,
    last_at         timestamptz,
    constraint webhook_deliveries_pkey primary key (id),
    constraint webhook_deliveries_status_check check (status in ('waiting', 'delivered', 'dead')),
    constraint webhook_deliveries_webhook_fk foreign key (webhook_id) references platform.webhooks (id) on delete cascade
);
create index webhook_deliveries_webhook_idx on platform.webhook_deliveries (webhook_id, id);
create index webhook_deliveries_created_at_idx on platform.webhook_deliveries (created_at);

-- Of which limits it was told on which day.
create table platform.limits_reached (
    tenant_id uuid not null,
    what      text not null,
    day       date not null,
    constraint limits_reached_pkey primary key (tenant_id, what, day),
    constraint limits_reached_tenant_fk foreign key (tenant_id) references platform.tenants (id) on delete cascade
);

-- The packages of which it was told.
create table platform.tenant_packages (
    tenant_id uuid not null,
    name      text not null,
    version   text not null,
    constraint tenant_packages_pkey primary key (tenant_id, name),
    constraint tenant_packages_tenant_fk foreign key (tenant_id) references platform.tenants (id) on delete cascade
);
