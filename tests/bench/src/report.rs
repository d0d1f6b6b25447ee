//! What was measured, as the tables of a page.

use std::fmt::Write as _;

use crate::access::Access;
use crate::audit::Audit;
use crate::changes::Changes;
use crate::compare::{Compared, Side};
use crate::graphql::Graphql;
use crate::million::Million;
use crate::options::Options;
use crate::overload::Overload;
use crate::retype::Retype;
use crate::rollups::Rollups;
use crate::rules::Rules;
use crate::starts::Starts;
use crate::subscribers::Subscribers;
use crate::tenants::Tenants;
use crate::usage;

/// Everything that was measured.
pub struct Report {
    pub starts: Option<Starts>,
    pub changes: Option<Changes>,
    pub rules: Option<Rules>,
    pub access: Option<Access>,
    pub audit: Option<Audit>,
    pub rollups: Option<Rollups>,
    pub million: Option<Million>,
    pub retype: Option<Retype>,
    pub overload: Option<Overload>,
    pub subscribers: Option<Subscribers>,
    pub graphql: Option<Graphql>,
    pub tenants: Option<Tenants>,
    compared: Vec<Compared>,
    machine: String,
}

impl Default for Report {
    fn default() -> Self {
        Self {
            starts: None,
            changes: None,
            rules: None,
            access: None,
            audit: None,
            rollups: None,
            million: None,
            retype: None,
            overload: None,
            subscribers: None,
            graphql: None,
            tenants: None,
            compared: Vec::new(),
            machine: usage::machine(),
        }
    }
}

/// The middle of some figures, or the mean of the two in the middle.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    match figures.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => figures[count / 2],
        count => f64::midpoint(figures[count / 2 - 1], figures[count / 2]),
    }
}

impl Report {
    /// Adds a case and tells it at once.
    pub fn add(&mut self, compared: Compared) {
        eprintln!("bench: {}: {:.2}", compared.name, compared.ratio);
        self.compared.push(compared);
    }

    /// Prints the page, and writes it where it was asked for.
    pub fn finish(&self, options: &Options) -> anyhow::Result<()> {
        let text = self.text(options);
        println!("{text}");
        if let Some(path) = &options.output {
            std::fs::write(path, text)?;
        }
        Ok(())
    }

    fn text(&self, options: &Options) -> String {
        let mut text = format!("{}; {}\n", chrono::Utc::now().format("%-d %B %Y"), self.machine);
        self.write(&mut text, options);
        text
    }

    fn write(&self, text: &mut String, options: &Options) {
        if !self.compared.is_empty() {
            let _ = writeln!(
                text,
                "{} connections, median of {} rounds of {:.1} s, data set × {}\n",
                options.connections,
                options.rounds(),
                options.time().as_secs_f64(),
                options.share()
            );
            text.push_str("| case | throughput | goal | requests/s | p50 ms | p99 ms | server CPU s/1000 | database CPU s/1000 | RSS MB |\n");
            text.push_str("|---|---|---|---|---|---|---|---|---|\n");
            self.compared.iter().for_each(|compared| row(text, compared));
        }
        if let Some(starts) = &self.starts {
            let Starts { first, again, memory } = starts;
            let _ = writeln!(
                text,
                "\n| start | |\n|---|---|\n| to listening, new cluster with demo data | {first:.2} s |"
            );
            let _ = writeln!(
                text,
                "| to listening, on existing data | {again:.2} s |\n| RSS at rest | {memory:.0} MB |"
            );
        }
        if let Some(changes) = &self.changes {
            write_changes(text, changes);
        }
        if let Some(rules) = &self.rules {
            write_rules(text, rules);
        }
        self.access.iter().for_each(|access| access.write(text));
        self.audit.iter().for_each(|audit| audit.write(text));
        self.rollups.iter().for_each(|rollups| write_rollups(text, rollups));
        self.million.iter().for_each(|million| write_million(text, million));
        self.retype.iter().for_each(|retype| write_retype(text, retype));
        self.overload.iter().for_each(|overload| overload.write(text));
        self.subscribers.iter().for_each(|subscribers| subscribers.write(text));
        self.graphql.iter().for_each(|graphql| graphql.write(text));
        self.tenants.iter().for_each(|tenants| tenants.write(text));
    }
}

/// Trellis / hand-written in each cell.
fn row(text: &mut String, Compared { name, goal, trellis, handwritten, ratio }: &Compared) {
    let both = |figure: fn(&Side) -> f64, digits: usize| {
        format!("{:.digits$} / {:.digits$}", figure(trellis), figure(handwritten))
    };
    let cells = [
        both(|side| side.throughput, 0),
        both(|side| side.p50, 2),
        both(|side| side.p99, 2),
        both(|side| side.cpu, 3),
        both(|side| side.database_cpu, 3),
        both(|side| side.memory, 0),
    ];
    let _ = writeln!(text, "| {name} | **{ratio:.2}** | {goal} | {} |", cells.join(" | "));
}

/// Seconds, and the share that the rules add; a fifth is the goal for one.
fn write_rules(text: &mut String, rules: &Rules) {
    let Rules { records, without, with, with_three } = rules;
    let share = |seconds: f64| format!("{:+.1} %", (seconds / without - 1.0) * 100.0);
    let _ = writeln!(text, "\n| create of {records} deals | median s | more |\n|---|---|---|");
    let _ = writeln!(text, "| without rules | {without:.3} | |");
    let _ = writeln!(text, "| one rule | {with:.3} | {} (goal: at most 20 %) |", share(*with));
    let _ = writeln!(text, "| three, one reads the account | {with_three:.3} | {} |", share(*with_three));
}

fn write_rollups(text: &mut String, Rollups { spread, hot, rates }: &Rollups) {
    text.push_str("\n| creates and changes of children, two roll-ups on the parent | share | requests/s |\n|---|---|---|\n");
    for (name, share, (with, without)) in
        [("spread over 1000 parents", spread, rates[0]), ("all of one parent", hot, rates[1])]
    {
        let _ = writeln!(text, "| {name} | **{share:.2}** | {with:.0} / {without:.0} |");
    }
}

fn write_million(text: &mut String, million: &Million) {
    let Million { records, share, by_formula, by_column, walks, added, changed } = million;
    let _ = writeln!(text, "\n| formula fields on {records} records | |\n|---|---|");
    let _ = writeln!(
        text,
        "| page of 50 by an indexed formula, beside an indexed column | **{share:.2}** of the throughput |"
    );
    let _ = writeln!(
        text,
        "| median times | {by_formula:.2} / {by_column:.2} ms |\n| walks the index | {walks} |"
    );
    for (word, (median, longest)) in [("added", added), ("changed", changed)] {
        let _ = writeln!(text, "| a formula {word}, median (longest) | {median:.1} ms ({longest:.1} ms) |");
    }
}

fn write_retype(text: &mut String, retype: &Retype) {
    let Retype { records, answered, seconds, writes, failed, reason, lost, p99, longest } = retype;
    text.push_str(&format!(
        "\n| a text of {records} records becomes a decimal, and a text again, {writes} writes meanwhile | |\n|---|---|\n\
         | the change is answered (back) | {:.0} ms ({:.0} ms) |\n| the field has its kind (back) | {:.1} s ({:.1} s) |\n\
         | writes that failed, that were lost | {failed}, {lost} |\n| p99 of a write, the longest | {p99:.1} ms, {longest:.0} ms |\n",
        answered.0, answered.1, seconds.0, seconds.1
    ));
    reason.iter().for_each(|reason| text.push_str(&format!("\nThe first that failed: {reason}\n")));
}

fn write_changes(text: &mut String, changes: &Changes) {
    let rewritten = if changes.was_rewritten { "yes" } else { "no" };
    let rows = [
        (
            "20 new fields at rest, median (longest)",
            format!("{:.1} ms ({:.1} ms)", changes.median, changes.longest),
        ),
        ("table rewritten", rewritten.to_owned()),
        (
            "20 new fields under 8 clients, median (longest)",
            format!("{:.1} ms ({:.1} ms)", changes.loaded_median, changes.loaded_longest),
        ),
        ("requests meanwhile, lost", format!("{}, {}", changes.requests, changes.lost)),
        (
            "longest request meanwhile (without changes)",
            format!("{:.0} ms ({:.0} ms)", changes.pause, changes.usual_pause),
        ),
    ];
    text.push_str("\n| new fields on deals | |\n|---|---|\n");
    for (name, figure) in rows {
        let _ = writeln!(text, "| {name} | {figure} |");
    }
    if let Some(reason) = &changes.reason {
        let _ = writeln!(text, "\nFirst lost request: {reason}");
    }
}
