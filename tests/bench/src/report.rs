//! What was measured, as the tables of a page.

use std::fmt::Write as _;

use crate::access::Access;
use crate::changes::Changes;
use crate::compare::{Compared, Side};
use crate::options::Options;
use crate::rules::Rules;
use crate::starts::Starts;
use crate::usage;

/// Everything that was measured.
pub struct Report {
    pub starts: Option<Starts>,
    pub changes: Option<Changes>,
    pub rules: Option<Rules>,
    pub access: Option<Access>,
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
