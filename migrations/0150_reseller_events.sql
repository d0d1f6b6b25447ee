-- What was changed about resellers themselves, beside what happened to their tenants; and who of their receivers keeps silent.

create table platform.reseller_events (
    id          uuid        not null,
    -- Null is all of them.
    reseller_id uuid,
    happened_at timestamptz not null,
    -- reseller or operator
    actor       text        not null,
    action      text        not null,
    details     jsonb       not null,
    constraint reseller_events_pkey primary key (id),
    constraint reseller_events_reseller_fk foreign key (reseller_id) references platform.resellers (id) on delete cascade
);
create index reseller_events_reseller_idx on platform.reseller_events (reseller_id, id);

alter table platform.webhooks
    -- Tries in a row that nobody answered, and until when nothing is sent there because of that.
    add column silences     integer not null default 0,
    add column silent_until timestamptz;
