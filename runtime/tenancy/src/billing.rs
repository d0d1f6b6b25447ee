//! What a reseller's tenants cost in a month and what the reseller gets of it: each plan that a tenant had, for as long as it
//! had it, whether the tenant is gone by now or not. Copies to try things in cost nothing.
//!
//! Plans are followed through what happened to tenants, so nothing is counted twice and a plan that is changed in the middle of
//! a month costs its part. Money is in hundredths.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Months, NaiveDate, Utc};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::events::{By, note};
use crate::store::billing::{Change, Tenant, Used};
use crate::{Tenants, store};

/// One plan of one tenant in a month.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub tenant: Uuid,
    pub slug: String,
    pub name: String,
    pub plan: Option<String>,
    /// Part of the month, in thousandths.
    pub part: i64,
    /// A whole month, and what it comes to; `None` where the plan has no price.
    pub price: Option<i64>,
    pub amount: Option<i64>,
    pub currency: Option<String>,
    /// Hundredths of a percent, and what it comes to.
    pub percent: i64,
    pub commission: Option<i64>,
    /// What the tenant used in the month; `None` of one that is gone.
    pub used: Option<Used>,
}

/// The time that a tenant had a plan.
#[derive(Clone, Debug, PartialEq)]
struct Span {
    tenant: Uuid,
    slug: String,
    plan: Option<String>,
    from: DateTime<Utc>,
    to: Option<DateTime<Utc>>,
}

impl Tenants {
    /// A month's lines by slug; of the month that is not over what it comes to so far.
    pub async fn bill(&self, reseller: Uuid, month: NaiveDate, now: DateTime<Utc>) -> Result<Vec<Line>> {
        let pool = self.pool();
        let next = month.checked_add_months(Months::new(1)).unwrap_or(month);
        let tenants = store::billing::load_tenants(pool, reseller).await?;
        let changes = store::billing::load_changes(pool, reseller).await?;
        let prices = store::billing::load_prices(pool).await?;
        let prices: HashMap<String, (Option<i64>, Option<String>)> =
            prices.into_iter().map(|(plan, price, currency)| (plan, (price, currency))).collect();
        let commissions = store::billing::load_commissions(pool, reseller).await?;
        let used: HashMap<Uuid, Used> = store::billing::load_used(pool, reseller, (month, next))
            .await?
            .into_iter()
            .map(|used| (used.0, used))
            .collect();
        let names: HashMap<Uuid, &str> = tenants.iter().map(|one| (one.0, one.2.as_str())).collect();
        let mut lines = Vec::new();
        for span in spans(&tenants, &changes) {
            let Some((seconds, all)) = overlap(&span, (month, next), now) else { continue };
            let (price, currency) =
                span.plan.as_ref().and_then(|plan| prices.get(plan)).cloned().unwrap_or_default();
            let percent = percent(&commissions, span.plan.as_deref());
            let amount = price.map(|price| part(price, (seconds, all)));
            lines.push(Line {
                name: names.get(&span.tenant).map_or_else(|| span.slug.clone(), |name| (*name).to_owned()),
                tenant: span.tenant,
                slug: span.slug,
                plan: span.plan,
                part: part(1000, (seconds, all)),
                price,
                amount,
                currency,
                percent,
                commission: amount.map(|amount| part(amount, (percent, 10_000))),
                used: used.get(&span.tenant).cloned(),
            });
        }
        lines.sort_by(|a, b| (&a.slug, a.tenant).cmp(&(&b.slug, b.tenant)));
        Ok(lines)
    }

    /// Says what a reseller gets, in hundredths of a percent, of a plan or of all; `None` is all resellers.
    pub async fn put_commission(
        &self,
        (reseller, plan): (Option<Uuid>, Option<&str>),
        percent: i64,
    ) -> Result<()> {
        if let Some(plan) = plan {
            self.find_plan(plan).await?;
        }
        if !(0..=10_000).contains(&percent) {
            let text = "a percentage is from 0 to 100";
            return Err(Error::Invalid(vec![metadata::Problem::new("percent", "out-of-range", text)]));
        }
        let mut held = self.pool().begin().await?;
        let before = store::billing::load_commission(&mut held, (reseller, plan)).await?;
        if before != Some(percent) {
            store::billing::put_commission(&mut held, (reseller, plan), percent).await?;
            let shown = |hundredths: i64| hundredths as f64 / 100.0;
            let told = json!({ "plan": plan, "percent": [before.map(shown), shown(percent)] });
            note(&mut held, reseller, (By::Operator, "commission_changed", &told)).await?;
        }
        Ok(held.commit().await?)
    }
}

/// Which tenant had which plan when. One of before there were events has had its plan from its beginning.
fn spans(tenants: &[Tenant], changes: &[Change]) -> Vec<Span> {
    let mut open: BTreeMap<Uuid, Span> = BTreeMap::new();
    let mut over: Vec<Span> = Vec::new();
    let mut copies: BTreeSet<Uuid> = tenants.iter().filter(|one| one.5).map(|one| one.0).collect();
    for (id, slug, _, plan, from, _) in tenants {
        let first = changes.iter().find(|change| change.0 == *id && change.3 == "changed");
        let began = first.map_or_else(|| plan.clone(), |change| word(&change.4["plan"][0]));
        open.insert(*id, Span { tenant: *id, slug: slug.clone(), plan: began, from: *from, to: None });
    }
    for (id, slug, at, action, details) in changes {
        match (action.as_str(), open.get_mut(id)) {
            ("created", span) => {
                if details.get("sandbox_of").is_some() {
                    copies.insert(*id);
                }
                let plan = word(&details["plan"]);
                match span {
                    Some(span) => span.plan = plan,
                    None => {
                        let span = Span { tenant: *id, slug: slug.clone(), plan, from: *at, to: None };
                        open.insert(*id, span);
                    }
                }
            }
            ("changed", Some(span)) => {
                let next = Span { plan: word(&details["plan"][1]), from: *at, ..span.clone() };
                over.push(Span { to: Some(*at), ..std::mem::replace(span, next) });
            }
            ("deleted", Some(_)) => {
                over.extend(open.remove(id).map(|span| Span { to: Some(*at), ..span }));
            }
            _ => {}
        }
    }
    over.extend(open.into_values());
    over.retain(|span| !copies.contains(&span.tenant));
    over
}

fn word(json: &Json) -> Option<String> {
    json.as_str().map(str::to_owned)
}

/// Seconds of a span in a month, and of the month; `None` where there are none.
fn overlap(span: &Span, (month, next): (NaiveDate, NaiveDate), now: DateTime<Utc>) -> Option<(i64, i64)> {
    let at = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
    let (begin, end) = (at(month), at(next));
    let from = span.from.max(begin);
    let to = span.to.unwrap_or(now).min(now).min(end);
    let seconds = (to - from).num_seconds();
    (seconds > 0).then(|| (seconds, (end - begin).num_seconds()))
}

/// So much of it, rounded half up.
fn part(whole: i64, (part, of): (i64, i64)) -> i64 {
    let (whole, part, of) = (i128::from(whole), i128::from(part), i128::from(of.max(1)));
    i64::try_from((whole * part * 2 + of) / (of * 2)).unwrap_or(i64::MAX)
}

/// What is said of both counts more than of the reseller, that more than of the plan, that more than of all.
fn percent(commissions: &[(bool, Option<String>, i64)], plan: Option<&str>) -> i64 {
    let fits = commissions.iter().filter(|one| one.1.is_none() || one.1.as_deref() == plan);
    fits.max_by_key(|one| (one.0, one.1.is_some())).map_or(0, |one| one.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        format!("{text}T00:00:00Z").parse().unwrap()
    }

    #[test]
    fn plans_are_followed_through_what_happened() {
        let (a, b, c) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        let tenants =
            [(a, "acme".to_owned(), "Acme".to_owned(), Some("pro".to_owned()), at("2026-01-01"), false)];
        let change =
            |id, day, action: &str, details| (id, "x".to_owned(), at(day), action.to_owned(), details);
        let changes = [
            change(b, "2026-03-05", "created", json!({ "plan": "starter" })),
            change(c, "2026-03-06", "created", json!({ "plan": "pro", "sandbox_of": a })),
            change(a, "2026-03-11", "changed", json!({ "plan": ["starter", "pro"] })),
            change(b, "2026-03-15", "deleted", json!({})),
        ];
        let told: Vec<(Uuid, Option<String>, Option<DateTime<Utc>>)> =
            spans(&tenants, &changes).into_iter().map(|span| (span.tenant, span.plan, span.to)).collect();
        let plan = |word: &str| Some(word.to_owned());
        assert_eq!(
            told,
            [
                (a, plan("starter"), Some(at("2026-03-11"))),
                (b, plan("starter"), Some(at("2026-03-15"))),
                (a, plan("pro"), None),
            ]
        );
        // Ten of thirty-one days, and what is left of a month that is not over.
        let month = ("2026-03-01".parse().unwrap(), "2026-04-01".parse().unwrap());
        let spans = spans(&tenants, &changes);
        assert_eq!(
            overlap(&spans[0], month, at("2026-05-01")).map(|(some, all)| part(3100, (some, all))),
            Some(1000)
        );
        assert_eq!(overlap(&spans[2], month, at("2026-03-12")).map(|(some, _)| some), Some(86_400));
        let before = ("2026-02-01".parse().unwrap(), "2026-03-01".parse().unwrap());
        assert_eq!(overlap(&spans[2], before, at("2026-05-01")), None);
    }

    #[test]
    fn the_most_that_is_said_counts() {
        let plan = || Some("pro".to_owned());
        let all = [(false, None, 100), (false, plan(), 200), (true, None, 300), (true, plan(), 400)];
        assert_eq!(
            [percent(&all, Some("pro")), percent(&all, Some("starter")), percent(&all[..2], None)],
            [400, 300, 100]
        );
        assert_eq!(percent(&[], Some("pro")), 0);
        assert_eq!([part(1000, (1, 3)), part(5, (1, 2)), part(0, (1, 2))], [333, 3, 0]);
    }
}
