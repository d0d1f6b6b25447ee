-- What tenants may use besides limits: all of it, what their plan says, or otherwise for one tenant.

-- Null is everything.
alter table platform.plans add column features text[];
update platform.plans set features = '{branding,domains,sandboxes}' where name = 'starter';

create table platform.tenant_features (
    tenant_id uuid    not null,
    feature   text    not null,
    -- Whatever the plan says.
    enabled   boolean not null,
    constraint tenant_features_pkey primary key (tenant_id, feature),
    constraint tenant_features_tenant_fk foreign key (tenant_id) references platform.tenants (id) on delete cascade
);
