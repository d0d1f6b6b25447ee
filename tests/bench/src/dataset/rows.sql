-- Rows of the standard packages' tables, with the history that making them would have left.

INSERT INTO {schema}."user" (id, name, email, active, roles, kind, owner_id, created_at, created_by_id, updated_at, updated_by_id, version)
SELECT id, 'Person ' || n, 'person' || n || '@example.com', true, '{member}', 'person', id, made, id, made, id, 1
FROM generate_series(1, 40) n, pg_temp.id('user', n, 40) id, pg_temp.made(n, 40) made;

INSERT INTO {schema}.account (id, name, type, industry, rating, website, phone, email, annual_revenue, employees, founded_year, customer_since,
    billing_street, billing_city, billing_postal_code, billing_country, description, tags, owner_id, created_at, created_by_id, updated_at, updated_by_id, version)
SELECT pg_temp.id('account', n, {accounts}),
    pg_temp.word(n, 2, '{North,Silver,Blue,Harbor,Summit,Cedar,Granite,Bright,Iron,Maple,Atlas,Delta,Prime,Lumen,Vertex,Orchid}') || ' '
        || pg_temp.word(n, 3, '{Logistics,Foods,Systems,Energy,Health,Partners,Motors,Media,Capital,Labs,Textiles,Robotics}') || ' ' || n,
    pg_temp.word(n, 4, '{prospect,prospect,prospect,customer,customer,former_customer,partner,supplier}'),
    pg_temp.word(n, 5, '{technology,technology,technology,manufacturing,manufacturing,retail,healthcare,energy,banking,media,education,insurance,logistics}'),
    pg_temp.word(n, 6, '{hot,warm,warm,cold}'),
    'https://www.company' || n || '.example', '+3612' || lpad(n::text, 6, '0'), 'info@company' || n || '.example',
    round((1e5 * exp(6 * pg_temp.chance(n, 7)))::numeric, 2), (5 * exp(7 * pg_temp.chance(n, 7)))::int, 1950 + pg_temp.pick(n, 8, 74, 0.5),
    CASE WHEN pg_temp.chance(n, 9) < 0.3 THEN made::date END,
    n % 200 || ' Main Street', pg_temp.word(n, 10, '{Budapest,Vienna,Berlin,London,Paris,Boston,Denver,Austin,Oslo,Milan}'), (1000 + n % 9000)::text,
    pg_temp.word(n, 11, '{HU,AT,DE,GB,FR,US,US,US,NO,IT}'),
    CASE WHEN n % 4 = 0 THEN repeat('Buys every spring, compares three offers, pays on time. ', 1 + n % 4) END,
    CASE WHEN n % 3 = 0 THEN ARRAY['key', 'region-' || n % 7] END,
    owner, made, owner, made, owner, 1
FROM generate_series(1, {accounts}) n, pg_temp.made(n, {accounts}) made, pg_temp.owner(n) owner;

INSERT INTO {schema}.contact (id, name, first_name, last_name, account_id, title, department, email, phone, mobile, lead_source, do_not_call, email_opt_out,
    language, mailing_city, mailing_country, description, tags, owner_id, created_at, created_by_id, updated_at, updated_by_id, version)
SELECT pg_temp.id('contact', n, {contacts}), first || ' ' || last, first, last,
    pg_temp.id('account', pg_temp.pick(n, 2, {accounts}, 1.6), {accounts}),
    pg_temp.word(n, 3, '{Buyer,Director,Engineer,Head of Sales,CFO,CEO,Office Manager,Analyst}'), pg_temp.word(n, 4, '{Sales,IT,Finance,Operations}'),
    lower(first || '.' || last) || n || '@example.com', '+3620' || lpad(n::text, 7, '0'), '+3670' || lpad(n::text, 7, '0'),
    pg_temp.word(n, 5, '{website,referral,partner,event,outbound}'), n % 50 = 0, n % 9 = 0, pg_temp.word(n, 6, '{en,de,hu,fr}'),
    pg_temp.word(n, 7, '{Budapest,Vienna,Berlin,London,Paris,Boston}'), pg_temp.word(n, 8, '{HU,AT,DE,GB,FR,US}'),
    CASE WHEN n % 6 = 0 THEN 'Met at the fair; prefers mail in the morning.' END, CASE WHEN n % 5 = 0 THEN ARRAY['newsletter'] END,
    owner, made, owner, made, owner, 1
FROM generate_series(1, {contacts}) n, pg_temp.made(n, {contacts}) made, pg_temp.owner(n) owner,
    pg_temp.word(n, 9, '{Anna,Bela,Carl,Dora,Emma,Finn,Greta,Hugo,Iris,Jonas,Kata,Leo,Mia,Noah,Olga,Paul}') first,
    pg_temp.word(n, 10, '{Kovacs,Smith,Weber,Martin,Rossi,Nagy,Olsen,Brown,Leroy,Novak,Szabo,Klein,Moreau,Lind}') last;

INSERT INTO {schema}.deal (id, name, account_id, primary_contact_id, amount, revenue_type, contract_months, stage, probability, close_date, actual_close_date,
    stage_changed_at, forecast_category, type, next_step, win_reason, loss_reason, source, campaign, description, tags,
    owner_id, created_at, created_by_id, updated_at, updated_by_id, version)
SELECT pg_temp.id('deal', n, {deals}),
    pg_temp.word(n, 2, '{Renewal,Platform,Pilot,Expansion,Support,Rollout,Migration,Upgrade}') || ' '
        || pg_temp.word(n, 3, '{Q1,Q2,Q3,Q4,EMEA,US,HQ,Factory}') || ' ' || n,
    pg_temp.id('account', pg_temp.pick(n, 4, {accounts}, 1.8), {accounts}), pg_temp.id('contact', pg_temp.pick(n, 5, {contacts}, 1), {contacts}),
    CASE WHEN pg_temp.chance(n, 6) < 0.95 THEN round((200 * exp(8 * pg_temp.chance(n, 7)))::numeric, 2) END,
    pg_temp.word(n, 8, '{arr,arr,mrr,one_time,one_time}'), pg_temp.pick(n, 9, 36, 2), stage,
    CASE stage WHEN 'won' THEN 100 WHEN 'lost' THEN 0 WHEN 'new' THEN 10 WHEN 'qualified' THEN 25 WHEN 'demo' THEN 40 WHEN 'proposal' THEN 60 ELSE 80 END,
    made::date + pg_temp.pick(n, 10, 180, 1), CASE WHEN stage IN ('won', 'lost') THEN made::date + pg_temp.pick(n, 10, 180, 1) END,
    made + interval '1 hour' * pg_temp.pick(n, 11, 900, 1),
    CASE WHEN stage IN ('won', 'lost') THEN 'closed' ELSE pg_temp.word(n, 12, '{pipeline,pipeline,best_case,commit}') END,
    pg_temp.word(n, 13, '{new_business,new_business,expansion,renewal,services}'),
    CASE WHEN stage NOT IN ('won', 'lost') THEN pg_temp.word(n, 14, '{Call the buyer,Send the offer,Book a demo,Wait for legal,Meet the board}') END,
    CASE WHEN stage = 'won' THEN pg_temp.word(n, 15, '{product_fit,price,relationship,service}') END,
    CASE WHEN stage = 'lost' THEN pg_temp.word(n, 15, '{price,competitor,no_decision,no_budget}') END,
    pg_temp.word(n, 16, '{website,referral,partner,event,outbound}'), CASE WHEN n % 3 = 0 THEN 'Spring fair' END,
    CASE WHEN n % 3 = 0 THEN repeat('They want the contract before the end of the quarter. ', 1 + n % 5) END,
    CASE WHEN n % 4 = 0 THEN ARRAY['priority', 'team-' || n % 9] END,
    owner, made, owner, made + interval '1 hour', owner, 1
FROM generate_series(1, {deals}) n, pg_temp.made(n, {deals}) made, pg_temp.owner(n) owner,
    (VALUES ('{won,won,won,won,won,won,won,lost,lost,lost,lost,lost,lost,new,new,new,qualified,qualified,demo,proposal,negotiation}'::text[])) stages (list),
    pg_temp.word(n, 17, list) stage;

INSERT INTO {schema}.task (id, title, status, priority, category, assignee_id, related_to_object, related_to_id, due_at, completed_at, estimated_hours,
    description, owner_id, created_at, created_by_id, updated_at, updated_by_id, version)
SELECT pg_temp.id('task', n, {tasks}),
    pg_temp.word(n, 2, '{Call,Write to,Visit,Prepare for,Follow up with,Invoice}') || ' ' || pg_temp.word(n, 3, '{buyer,board,finance,legal,support}') || ' ' || n,
    status, pg_temp.word(n, 4, '{low,medium,medium,medium,high,urgent}'), pg_temp.word(n, 5, '{call,email,meeting,demo,follow_up,proposal}'), owner,
    about, CASE about WHEN 'deal' THEN pg_temp.id('deal', pg_temp.pick(n, 6, {deals}, 0.7), {deals})
        WHEN 'account' THEN pg_temp.id('account', pg_temp.pick(n, 6, {accounts}, 1.6), {accounts})
        ELSE pg_temp.id('contact', pg_temp.pick(n, 6, {contacts}, 1), {contacts}) END,
    made + interval '1 day' * pg_temp.pick(n, 7, 30, 1), CASE WHEN status = 'done' THEN made + interval '1 day' * pg_temp.pick(n, 8, 30, 1) END,
    pg_temp.pick(n, 9, 16, 2) * 0.5, CASE WHEN n % 5 = 0 THEN 'Agree on the next date before hanging up.' END,
    owner, made, owner, made, owner, 1
FROM generate_series(1, {tasks}) n, pg_temp.made(n, {tasks}) made, pg_temp.owner(n) owner,
    pg_temp.word(n, 10, '{done,done,done,done,todo,todo,in_progress,waiting,cancelled}') status,
    pg_temp.word(n, 11, '{deal,deal,deal,account,contact}') about;

-- Roll-ups as Trellis would have kept them; a blank one would count as not built yet.
UPDATE {schema}.deal d SET open_tasks = t.open
FROM (SELECT d.id, count(t.id) AS open FROM {schema}.deal d LEFT JOIN {schema}.task t ON t.related_to_id = d.id
      AND t.related_to_object = 'deal' AND t.deleted_at IS NULL AND t.status NOT IN ('done', 'cancelled') GROUP BY d.id) t
WHERE t.id = d.id;
