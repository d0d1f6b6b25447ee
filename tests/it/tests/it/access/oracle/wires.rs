//! The same worlds over the wire: one record, pages by cursor, counts, files, words, histories, groups and GraphQL,
//! each held against the naive evaluator.

use std::collections::{BTreeMap, BTreeSet};

use it::random::Random;
use it::site::{Reply, Site};

use super::naive::{Eyes, Record};
use super::questions::{account, readable, row, shown};
use super::*;

/// One user with a credential, asking.
pub(super) struct Wire<'w> {
    pub site: &'w Site,
    pub token: &'w str,
    pub eyes: &'w Eyes<'w>,
    pub place: &'w str,
}

/// What objects have beside their name, the lookups left out.
const FIELDS: [(&str, &str, &[&str]); 3] = [
    ("account", "accounts", &["industry", "size"]),
    ("deal", "deals", &["stage", "amount", "account"]),
    ("part", "parts", &["label"]),
];

impl Wire<'_> {
    /// Every path over the wire in one world, those about one object for one of them; answers how many answers were compared.
    pub async fn ask(&self, random: &mut Random) -> usize {
        let (object, plural, names) = *random.pick(&FIELDS);
        let records = match object {
            "account" => &self.eyes.data.accounts,
            "deal" => &self.eyes.data.deals,
            _ => &self.eyes.data.parts,
        };
        let record = random.pick(records);
        self.one(plural, record, names).await
            + self.file((object, plural), records, names).await
            + self.history(plural, record, names).await
            + self.pages(random).await
            + self.words(random).await
            + self.groups().await
            + self.graphql(random.pick(&self.eyes.data.deals)).await
    }

    async fn get(&self, path: &str) -> Reply {
        self.site.get_as(self.token, path).await
    }

    fn reads(&self, object: &str) -> bool {
        self.eyes.given(object, "read", None) > 0
    }

    /// Those of the names that exist for the user, as keys of a record.
    fn keys<'n>(&self, object: &str, names: &[&'n str]) -> Vec<&'n str> {
        let known = names.iter().filter(|name| self.eyes.knows(object, name));
        known.map(|name| if *name == "account" { "account_id" } else { *name }).collect()
    }

    async fn one(&self, plural: &str, record: &Record, names: &[&str]) -> usize {
        let keys = self.keys(record.object, names);
        let path = format!("/api/v1/{plural}/{}?fields=id,{}", record.id, keys.join(","));
        let reply = self.get(path.trim_end_matches(',')).await;
        let (reads, reaches) = (self.reads(record.object), self.eyes.reaches(record, "read"));
        let expected = if !reads {
            403
        } else if reaches {
            200
        } else {
            404
        };
        assert_eq!(reply.status, expected, "{} {path}: {}", self.place, reply.text());
        if reaches {
            assert_eq!(reply.json()["data"], row(self.eyes, record, names), "{} {path}", self.place);
        }
        1
    }

    /// A list as a file, which needs a right of its own.
    async fn file(&self, (object, plural): (&str, &str), records: &[Record], names: &[&str]) -> usize {
        let keys = self.keys(object, names);
        let path = format!("/api/v1/{plural}?format=ndjson&fields=id,{}", keys.join(","));
        let reply = self.get(path.trim_end_matches(',')).await;
        if self.eyes.given(object, "export", None) == 0 {
            assert_eq!(reply.status, 403, "{} {path}: {}", self.place, reply.text());
            return 1;
        }
        assert_eq!(reply.status, 200, "{} {path}: {}", self.place, reply.text());
        let found: Vec<Json> = reply.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let expected = readable(self.eyes, records).into_iter().map(|one| row(self.eyes, one, names));
        assert_eq!(found, expected.collect::<Vec<Json>>(), "{} {path}", self.place);
        1
    }

    /// Changes of fields that are not seen on the record are not told; the truth is what Ada is told.
    async fn history(&self, plural: &str, record: &Record, names: &[&str]) -> usize {
        let path = format!("/api/v1/{plural}/{}/history?before=3", record.id);
        let reply = self.get(&path).await;
        let (reads, reaches) = (self.reads(record.object), self.eyes.reaches(record, "read"));
        let expected = if !reads {
            403
        } else if reaches {
            200
        } else {
            404
        };
        assert_eq!(reply.status, expected, "{} {path}: {}", self.place, reply.text());
        if !reaches {
            return 1;
        }
        let hidden: BTreeSet<&str> = names
            .iter()
            .filter(|name| !self.eyes.sees(record, name))
            .map(|name| if *name == "account" { "account_id" } else { *name })
            .collect();
        let mut truth = self.site.get(&path).await.data(200);
        let entries = truth.as_array_mut().unwrap();
        assert!(entries.iter().any(|entry| !entry["changes"].as_object().unwrap().is_empty()));
        for entry in entries {
            entry["changes"].as_object_mut().unwrap().retain(|key, _| !hidden.contains(key.as_str()));
        }
        assert_eq!(reply.json()["data"], truth, "{} {path}", self.place);
        1
    }

    /// Every record exactly once, page by page, in the order of a related record's value as far as it is seen.
    async fn pages(&self, random: &mut Random) -> usize {
        let by_account = random.once_in(2);
        let sort = if by_account { "-account.industry" } else { "amount" };
        let knows = if by_account {
            self.eyes.knows("deal", "account")
                && self.reads("account")
                && self.eyes.knows("account", "industry")
        } else {
            self.eyes.knows("deal", "amount")
        };
        let limit = 1 + random.below(4);
        let first = format!("/api/v1/deals?fields=id&sort={sort}&limit={limit}&include_total=true");
        let (mut found, mut path) = (Vec::new(), first.clone());
        let mut deals = readable(self.eyes, &self.eyes.data.deals);
        loop {
            let reply = self.get(&path).await;
            if !self.reads("deal") || !knows {
                let expected = if self.reads("deal") { 400 } else { 403 };
                assert_eq!(reply.status, expected, "{} {path}: {}", self.place, reply.text());
                return 1;
            }
            let answer = reply.json();
            assert_eq!(answer["pagination"]["total"], deals.len(), "{} {path}: {answer}", self.place);
            found.extend(answer["data"].as_array().unwrap().iter().map(|one| one["id"].clone()));
            match answer["pagination"]["next_cursor"].as_str() {
                Some(cursor) => path = format!("{first}&cursor={cursor}"),
                None => break,
            }
        }
        // Blank is the smallest value.
        if by_account {
            let industry = |deal: &Record| {
                account(self.eyes, deal)
                    .and_then(|a| shown(self.eyes, a, "industry").as_str().map(str::to_owned))
            };
            deals.sort_by_key(|deal| std::cmp::Reverse((industry(deal), deal.id)));
        } else {
            deals.sort_by_key(|deal| (shown(self.eyes, deal, "amount").as_i64(), deal.id));
        }
        let expected: Vec<Json> = deals.iter().map(|deal| json!(deal.id)).collect();
        assert_eq!(found, expected, "{} {first}", self.place);
        1
    }

    /// Records with a word in what is seen of them, and where it is marked.
    async fn words(&self, random: &mut Random) -> usize {
        let word = *random.pick(&["won", "lo", "d", "a1", "new", "p"]);
        let reply = self.get(&format!("/api/v1/search?q={word}&limit=100")).await;
        assert_eq!(reply.status, 200, "{} {word}: {}", self.place, reply.text());
        let answer = reply.json();
        let mut found = BTreeMap::new();
        for hit in answer["data"].as_array().unwrap() {
            let marked: Vec<String> = hit["highlights"].as_object().unwrap().keys().cloned().collect();
            found.insert(hit["id"].as_str().unwrap().to_owned(), marked);
        }
        let mut expected = BTreeMap::new();
        for (records, letter, field) in [
            (&self.eyes.data.accounts, 'a', "industry"),
            (&self.eyes.data.deals, 'd', "stage"),
            (&self.eyes.data.parts, 'p', "label"),
        ] {
            for (n, record) in records.iter().enumerate() {
                let is_seen = |field: &str| self.eyes.sees(record, field);
                let text = record.word.clone().filter(|_| is_seen(field)).unwrap_or_default();
                let name = if is_seen("name") { format!("{letter}{n}") } else { String::new() };
                let mut marked = Vec::new();
                marked.extend(text.starts_with(word).then(|| field.to_owned()));
                marked.extend(name.starts_with(word).then(|| "name".to_owned()));
                marked.sort();
                if self.eyes.reaches(record, "read") && !marked.is_empty() {
                    expected.insert(record.id.to_string(), marked);
                }
            }
        }
        assert_eq!(found, expected, "{} search {word}: {answer}", self.place);
        1
    }

    /// Counts by what is seen of a related record.
    async fn groups(&self) -> usize {
        let path = "/api/v1/deals/aggregate?metrics=count&group_by=account.industry";
        let reply = self.get(path).await;
        let known = self.eyes.knows("deal", "account") && self.eyes.knows("account", "industry");
        if !self.reads("deal") || !self.reads("account") || !known {
            let expected = if self.reads("deal") { 400 } else { 403 };
            assert_eq!(reply.status, expected, "{} {path}: {}", self.place, reply.text());
            return 1;
        }
        let mut expected: BTreeMap<String, u64> = BTreeMap::new();
        for deal in readable(self.eyes, &self.eyes.data.deals) {
            let industry = account(self.eyes, deal).map_or(Json::Null, |a| shown(self.eyes, a, "industry"));
            *expected.entry(industry.to_string()).or_default() += 1;
        }
        let answer = reply.data(200);
        let groups = answer.as_array().unwrap().iter();
        let found: BTreeMap<String, u64> = groups
            .map(|one| (one["group"]["account.industry"].to_string(), one["count"].as_u64().unwrap()))
            .collect();
        assert_eq!(found, expected, "{} {path}", self.place);
        1
    }

    /// Lists nested both ways, one record, its number and groups, in one document; and what is withheld beside what is
    /// not there.
    async fn graphql(&self, deal: &Record) -> usize {
        let (mut asked, mut expected) = (String::new(), serde_json::Map::new());
        let reads = [self.reads("account"), self.reads("deal"), self.reads("part")];
        let through = reads[0] && reads[1] && self.eyes.knows("deal", "account");
        if reads[1] {
            let (keys, names) = (self.keys("deal", FIELDS[1].2), FIELDS[1].2);
            let up = if through { "account { id }" } else { "" };
            let parts = if reads[2] { "parts(first: 20) { nodes { id } }" } else { "" };
            let body = format!("id {} {up} {parts}", keys.join(" "));
            asked += &format!(
                "deals(first: 100) {{ total_count nodes {{ {body} }} }} deal(id: \"{}\") {{ {body} }} ",
                deal.id
            );
            let seen = readable(self.eyes, &self.eyes.data.deals);
            let nodes: Vec<Json> =
                seen.iter().map(|one| self.node(one, names, (through, reads[2]))).collect();
            let one = self.eyes.reaches(deal, "read").then(|| self.node(deal, names, (through, reads[2])));
            expected.insert("deals".into(), json!({ "total_count": nodes.len(), "nodes": nodes }));
            expected.insert("deal".into(), json!(one));
        }
        if through {
            asked +=
                "accounts(first: 100) { nodes { id deals(first: 20, sort: [\"-id\"]) { nodes { id } } } } ";
            let below = |above: &Record| -> Vec<Json> {
                let all = readable(self.eyes, &self.eyes.data.deals).into_iter();
                let own =
                    all.filter(|deal| account(self.eyes, deal).is_some_and(|found| found.id == above.id));
                own.map(|deal| json!({ "id": deal.id })).collect()
            };
            let nodes: Vec<Json> = readable(self.eyes, &self.eyes.data.accounts)
                .into_iter()
                .map(|one| json!({ "id": one.id, "deals": { "nodes": below(one) } }))
                .collect();
            expected.insert("accounts".into(), json!({ "nodes": nodes }));
        }
        if !asked.is_empty() {
            let answer = self.document(&asked).await;
            assert_eq!(answer, json!({ "data": expected }), "{} {asked}", self.place);
        }
        for (object, plural, names) in FIELDS {
            let withheld = names.iter().find(|name| !self.reads(object) || !self.eyes.knows(object, name));
            let Some(name) = withheld else { continue };
            let told = self.document(&format!("{plural} {{ nodes {{ {name} }} }}")).await.to_string();
            let absent = self.document(&format!("{plural} {{ nodes {{ zzzzz }} }}")).await.to_string();
            assert_eq!(told.replace(name, "zzzzz"), absent, "{} {plural}", self.place);
        }
        1
    }

    async fn document(&self, body: &str) -> Json {
        let bearer = format!("Bearer {}", self.token);
        let body = json!({ "query": format!("{{ {body} }}") });
        self.site.ask_with("POST", "/graphql", Some(body), &[("authorization", &bearer)]).await.json()
    }

    /// A deal as GraphQL answers it.
    fn node(&self, deal: &Record, names: &[&str], (through, parts): (bool, bool)) -> Json {
        let mut node = row(self.eyes, deal, names);
        if through {
            node["account"] = json!(account(self.eyes, deal).map(|found| json!({ "id": found.id })));
        }
        if parts {
            let mut below: Vec<&Record> = readable(self.eyes, &self.eyes.data.parts);
            below.retain(|part| part.up.is_some_and(|at| self.eyes.data.deals[at].id == deal.id));
            node["parts"] = below.iter().map(|part| json!({ "id": part.id })).collect::<Vec<_>>().into();
            node["parts"] = json!({ "nodes": node["parts"] });
        }
        node
    }
}
