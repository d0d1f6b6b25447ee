-- Copies of tenants to try things in, and the queue of work that is about tenants as such.

-- As the queue of each tenant's schema (`runtime/jobs`).
create table platform._jobs (
    kind       text        not null,
    subject    text        not null,
    queued_at  timestamptz not null,
    place      int         not null,
    progress   jsonb       not null default 'null',
    attempts   int         not null default 0,
    not_before timestamptz not null,
    error      text,
    dead_at    timestamptz,
    constraint _jobs_pkey primary key (kind, subject)
);

alter table platform.tenants
    -- The tenant that a sandbox is a copy of; it may be gone by now.
    add column sandbox_of uuid,
    -- metadata, sample or full; null is no sandbox.
    add column sandbox    text,
    -- Sends no mail, and nothing happens by time alone.
    add column quiet      boolean not null default false;
alter table platform.tenants add constraint tenants_sandbox_check check (sandbox in ('metadata', 'sample', 'full'));
create index tenants_sandbox_of_idx on platform.tenants (sandbox_of) where sandbox_of is not null;

-- Copies that a tenant may have at a time; null is no limit.
alter table platform.plans add column sandboxes integer;
alter table platform.plans add constraint plans_sandboxes_check check (sandboxes >= 0);
update platform.plans set sandboxes = 1 where name = 'starter';
update platform.plans set sandboxes = 5 where name = 'pro';

create table platform.clones (
    id          uuid        not null,
    source_id   uuid        not null,
    source_slug text        not null,
    reseller_id uuid,
    -- The one that is made, known before it is there.
    tenant_id   uuid        not null,
    slug        text        not null,
    name        text        not null,
    -- reseller, operator or tenant, and who of the tenant.
    asked_by    text        not null,
    user_id     uuid,
    scope       text        not null,
    records     integer,
    mask_emails boolean     not null,
    -- Who may sign in to it, as `identity` reads it; empty when it is done.
    people      jsonb       not null,
    status      text        not null,
    -- reading, writing or checking, and how many rows there are.
    step        text,
    rows        bigint,
    error       text,
    asked_at    timestamptz not null,
    finished_at timestamptz,
    constraint clones_pkey primary key (id),
    constraint clones_scope_check check (scope in ('metadata', 'sample', 'full')),
    constraint clones_status_check check (status in ('queued', 'running', 'done', 'failed'))
);
create index clones_source_idx on platform.clones (source_id, id);
create index clones_reseller_idx on platform.clones (reseller_id, id);
-- Nobody waits for a name that another is about to have.
create unique index clones_slug_idx on platform.clones (slug) where status in ('queued', 'running');
