-- Resellers: who sells Trellis to others, what they sell, and what each of their tenants has used.

-- What a tenant may use. Null is no limit; a tenant without a plan has none at all.
create table platform.plans (
    name                text     not null,
    label               text     not null,
    position            integer  not null,
    requests_per_minute integer,
    requests_per_day    bigint,
    -- Records of all objects, people apart, those in the recycle bin among them.
    records             bigint,
    -- Active people.
    users               integer,
    constraint plans_pkey primary key (name),
    constraint plans_limits_check check (requests_per_minute > 0 and requests_per_day > 0 and records >= 0 and users > 0)
);

insert into platform.plans (name, label, position, requests_per_minute, requests_per_day, records, users) values
    ('starter', 'Starter', 1, 600, 50000, 10000, 5),
    ('pro', 'Pro', 2, 3000, 1000000, 1000000, 100),
    ('enterprise', 'Enterprise', 3, null, null, null, null);

create table platform.resellers (
    id         uuid        not null,
    name       text        not null,
    created_at timestamptz not null,
    constraint resellers_pkey primary key (id),
    constraint resellers_name_key unique (name)
);

create table platform.reseller_keys (
    id           uuid        not null,
    reseller_id  uuid        not null,
    prefix       text        not null,
    -- SHA-256 of the key.
    key_hash     bytea       not null,
    created_at   timestamptz not null,
    revoked_at   timestamptz,
    constraint reseller_keys_pkey primary key (id),
    constraint reseller_keys_key_hash_key unique (key_hash),
    constraint reseller_keys_key_hash_check check (octet_length(key_hash) = 32),
    constraint reseller_keys_reseller_fk foreign key (reseller_id) references platform.resellers (id) on delete cascade
);

-- Answers of creations under an `Idempotency-Key`; written in the transaction that makes the tenant active.
create table platform.reseller_once (
    reseller_id uuid        not null,
    key         text        not null,
    fingerprint bytea       not null,
    made_at     timestamptz not null,
    answer      jsonb,
    constraint reseller_once_pkey primary key (reseller_id, key),
    constraint reseller_once_reseller_fk foreign key (reseller_id) references platform.resellers (id) on delete cascade
);

alter table platform.tenants
    add column reseller_id  uuid,
    add column plan         text,
    add column suspended_at timestamptz;
alter table platform.tenants add constraint tenants_reseller_fk foreign key (reseller_id) references platform.resellers (id);
alter table platform.tenants add constraint tenants_plan_fk foreign key (plan) references platform.plans (name);
-- suspended: all is there, nobody gets in.
alter table platform.tenants drop constraint tenants_status_check;
alter table platform.tenants add constraint tenants_status_check check (status in ('creating', 'active', 'suspended', 'deleting'));

create index tenants_reseller_idx on platform.tenants (reseller_id, slug);

-- One row a day. Requests are counted by every node and added up; records and users are as they were last measured.
create table platform.tenant_usage (
    tenant_id uuid   not null,
    day       date   not null,
    requests  bigint not null,
    records   bigint,
    users     bigint,
    constraint tenant_usage_pkey primary key (tenant_id, day),
    constraint tenant_usage_tenant_fk foreign key (tenant_id) references platform.tenants (id) on delete cascade
);
