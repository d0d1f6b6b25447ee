-- Signing in by a provider elsewhere (OpenID Connect).

create table platform.sign_in_providers (
    tenant_id  uuid        not null,
    -- What its client secret is sealed for.
    id         uuid        not null,
    -- The word in addresses.
    name       text        not null,
    settings   jsonb       not null,
    -- The client secret, sealed under the tenant's keys; null for a client without one.
    secret     text,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    constraint sign_in_providers_pkey primary key (tenant_id, id),
    constraint sign_in_providers_name_key unique (tenant_id, name),
    constraint sign_in_providers_tenant_fk foreign key (tenant_id) references platform.tenants (id) on delete cascade
);

-- Which account elsewhere is which user: by what the issuer never gives to somebody else, not by an address.
create table platform.sign_in_links (
    tenant_id  uuid        not null,
    issuer     text        not null,
    subject    text        not null,
    user_id    uuid        not null,
    created_at timestamptz not null,
    constraint sign_in_links_pkey primary key (tenant_id, issuer, subject),
    -- A second account of the same issuer is somebody else who got the address.
    constraint sign_in_links_user_key unique (tenant_id, user_id, issuer),
    constraint sign_in_links_tenant_fk foreign key (tenant_id) references platform.tenants (id) on delete cascade
);

-- Sign-ins that are on their way: gone as soon as somebody comes back with one.
create table platform.sign_in_flows (
    -- SHA-256 of what the provider hands back.
    state_hash   bytea       not null,
    -- SHA-256 of what the browser keeps.
    browser_hash bytea       not null,
    tenant_id    uuid        not null,
    provider_id  uuid        not null,
    return_to    text        not null,
    -- Whom the provider told; a code of the second factor is still asked for.
    user_id      uuid,
    expires_at   timestamptz not null,
    constraint sign_in_flows_pkey primary key (state_hash),
    constraint sign_in_flows_provider_fk foreign key (tenant_id, provider_id)
        references platform.sign_in_providers (tenant_id, id) on delete cascade
);

create index sign_in_flows_expires_at_idx on platform.sign_in_flows (expires_at);
create index sign_in_flows_provider_idx on platform.sign_in_flows (tenant_id, provider_id);

-- Which provider let somebody in, and whether a second factor was shown there.
alter table platform.sessions add column provider_id uuid;
alter table platform.sessions add column has_proved boolean not null default false;
