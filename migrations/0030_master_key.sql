-- The name of the master key that wraps the keys of tenants: there is one, and the key itself is never here.
create table platform.master_key (
    id boolean not null default true,
    name text not null,
    made_at timestamptz not null,
    constraint master_key_pkey primary key (id),
    constraint master_key_id_check check (id)
);
