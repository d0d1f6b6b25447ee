-- What a tenant's security officer sets, what failed lately, and who signed in.

-- Keys that are missing have the defaults of the version that reads them.
create table platform.security_settings (
    tenant_id  uuid        not null,
    settings   jsonb       not null,
    changed_at timestamptz not null,
    constraint security_settings_pkey primary key (tenant_id),
    constraint security_settings_tenant_fk foreign key (tenant_id) references platform.tenants (id) on delete cascade
);

-- Failed sign-ins of an account, existing or not, or of an address: counted once for all nodes.
create table platform.sign_in_failures (
    -- SHA-256 of tenant and e-mail address, or of the address.
    subject      bytea       not null,
    failures     integer     not null,
    last_at      timestamptz not null,
    locked_until timestamptz,
    -- Attempts that the present lock has turned away.
    refused      integer     not null default 0,
    constraint sign_in_failures_pkey primary key (subject)
);

create index sign_in_failures_last_at_idx on platform.sign_in_failures (last_at);

create table platform.login_history (
    tenant_id  uuid        not null,
    -- UUIDv7: the order of ids is the order of time.
    id         uuid        not null,
    at         timestamptz not null,
    -- Null when there is no such user.
    user_id    uuid,
    -- As it was typed, in lower case, if it is an address at all: people type passwords into the wrong box.
    email      text,
    ip         text,
    user_agent text,
    method     text        not null,
    result     text        not null,
    -- Why it failed.
    reason     text,
    session_id uuid,
    constraint login_history_pkey primary key (tenant_id, id),
    constraint login_history_result_check check (result in ('success', 'failure')),
    constraint login_history_tenant_fk foreign key (tenant_id) references platform.tenants (id) on delete cascade
);

create index login_history_user_idx on platform.login_history (tenant_id, user_id, id);
