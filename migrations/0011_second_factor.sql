-- A second proof beside the password, and links that stand in for one.

create table platform.second_factors (
    tenant_id    uuid        not null,
    user_id      uuid        not null,
    -- 20 random bytes that the user's device has too.
    secret       bytea       not null,
    created_at   timestamptz not null,
    -- Null until a code has shown that the device has it.
    confirmed_at timestamptz,
    -- The time step of the last code that was taken: none is taken twice.
    last_step    bigint      not null default 0,
    constraint second_factors_pkey primary key (tenant_id, user_id),
    constraint second_factors_tenant_fk foreign key (tenant_id) references platform.tenants (id) on delete cascade
);

-- A code that was used is deleted.
create table platform.recovery_codes (
    tenant_id uuid  not null,
    user_id   uuid  not null,
    -- SHA-256 of user and code.
    code_hash bytea not null,
    constraint recovery_codes_pkey primary key (tenant_id, user_id, code_hash),
    constraint recovery_codes_tenant_fk foreign key (tenant_id) references platform.tenants (id) on delete cascade
);

-- Links in mails that let their holder set a password, once.
create table platform.links (
    -- SHA-256 of the token.
    token_hash bytea       not null,
    tenant_id  uuid        not null,
    user_id    uuid        not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    constraint links_pkey primary key (token_hash),
    constraint links_tenant_fk foreign key (tenant_id) references platform.tenants (id) on delete cascade
);

create index links_user_idx on platform.links (tenant_id, user_id, created_at);

-- Mails on their way out.
create table platform.outbox (
    -- UUIDv7: the order of ids is the order of time.
    id         uuid        not null,
    tenant_id  uuid        not null,
    created_at timestamptz not null,
    recipient  text        not null,
    subject    text        not null,
    -- Null once it was sent: it may hold a link.
    body       text,
    -- kept: there is no mail server, somebody must hand it over.
    state      text        not null,
    attempts   integer     not null default 0,
    next_at    timestamptz,
    sent_at    timestamptz,
    error      text,
    constraint outbox_pkey primary key (id),
    constraint outbox_state_check check (state in ('waiting', 'sent', 'failed', 'kept')),
    constraint outbox_tenant_fk foreign key (tenant_id) references platform.tenants (id) on delete cascade
);

create index outbox_tenant_idx on platform.outbox (tenant_id, id);
create index outbox_waiting_idx on platform.outbox (next_at) where state = 'waiting';
