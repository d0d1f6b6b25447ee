-- What plans cost, what those who sell them get of it, and how much room tenants take.

alter table platform.plans
    -- A month; null is not sold by the month.
    add column price    numeric(12, 2),
    -- ISO 4217
    add column currency text;
alter table platform.plans add constraint plans_price_check check (price >= 0 and (price is null) = (currency is null));
alter table platform.plans add constraint plans_currency_check check (currency ~ '^[A-Z]{3}$');

-- The most that is said of a reseller and a plan counts: of both, of the reseller, of the plan, of all.
create table platform.commissions (
    reseller_id uuid,
    plan        text,
    percent     numeric(5, 2) not null,
    constraint commissions_key unique nulls not distinct (reseller_id, plan),
    constraint commissions_percent_check check (percent between 0 and 100),
    constraint commissions_reseller_fk foreign key (reseller_id) references platform.resellers (id) on delete cascade,
    constraint commissions_plan_fk foreign key (plan) references platform.plans (name) on delete cascade
);

alter table platform.tenant_usage add column bytes bigint;
