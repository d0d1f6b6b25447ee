-- Publishers whose packages are believed: a package of a registry is installed when one of them has signed it.
create table platform.publishers (
    name       text        not null,
    -- Public key, Ed25519.
    key        bytea       not null,
    trusted_at timestamptz not null,
    constraint publishers_pkey primary key (name),
    constraint publishers_key_key unique (key)
);
