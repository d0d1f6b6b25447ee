//! What can be chosen on the command line.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Runs Trellis beside a hand-written handler on one data set and prints the ratios.
#[derive(Debug, Parser)]
#[command(name = "bench")]
pub struct Options {
    /// Size of the data set: 1 is 20k accounts, 100k contacts, 200k deals and 300k tasks; and 1000 tenants.
    #[arg(long, default_value_t = 1.0)]
    pub size: f64,
    /// Rounds of each case; the median counts.
    #[arg(long, default_value_t = 5)]
    pub rounds: usize,
    /// Seconds that each side is loaded in a round.
    #[arg(long, default_value_t = 3.0)]
    pub seconds: f64,
    /// Seconds of the overload.
    #[arg(long, default_value_t = 60.0)]
    pub overload: f64,
    /// Connections of the load.
    #[arg(long, default_value_t = 16)]
    pub connections: usize,
    /// A minute's run on a hundredth of the data, to see that everything works.
    #[arg(long)]
    pub smoke: bool,
    /// What to measure.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Part::Starts, Part::Compare, Part::Changes, Part::Rules, Part::Rollups, Part::Million, Part::Overload, Part::Access, Part::Audit, Part::Subscribers, Part::Graphql])]
    pub parts: Vec<Part>,
    /// Only the cases whose name contains this.
    #[arg(long)]
    pub case: Option<String>,
    /// Keeps the cluster in this folder, and uses the data set that an earlier run left there.
    #[arg(long)]
    pub keep: Option<PathBuf>,
    /// The program to measure; built and taken from beside this one when not said.
    #[arg(long)]
    pub trellis: Option<PathBuf>,
    /// Writes the measured tables into this file too.
    #[arg(long)]
    pub output: Option<PathBuf>,
    /// Starts both sides, prints their addresses and waits for ^C, for a profiler.
    #[arg(long)]
    pub serve_only: bool,
    /// Runs the hand-written handler on this database: how the benchmark starts it.
    #[arg(long, hide = true)]
    pub handwritten: Option<String>,
    /// Schema of the tenant.
    #[arg(long, hide = true, default_value = "t_demo")]
    pub schema: String,
}

/// The parts of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// From start to listening, and memory at rest.
    Starts,
    /// Requests beside the hand-written handler.
    Compare,
    /// New fields, at rest and under load.
    Changes,
    /// A large create with validation rules and without.
    Rules,
    /// Pages under rights on a million records.
    Access,
    /// What the audit log costs, and how fast it is sealed and verified.
    Audit,
    /// Children whose parents keep totals of them, and others.
    Rollups,
    /// Formula fields on a million records.
    Million,
    /// A field of a million records that becomes another kind while people write.
    Retype,
    /// Ten times what can be answered.
    Overload,
    /// A thousand who wait for changes, and those who hear two hundred of them a second.
    Subscribers,
    /// The first answer after a change of metadata of a large tenant, and what its schemas take.
    Graphql,
    /// A thousand tenants at full size; only when it is asked for.
    Tenants,
}

impl Options {
    /// Whether a part was asked for.
    pub fn wants(&self, part: Part) -> bool {
        self.parts.contains(&part)
    }

    /// Whether the data set is asked for records.
    pub fn wants_records(&self) -> bool {
        self.parts.iter().any(|part| !matches!(part, Part::Starts | Part::Tenants))
    }

    /// Size of the data set as a share of the full one.
    pub fn share(&self) -> f64 {
        if self.smoke { 0.01 } else { self.size }
    }

    /// Rounds of each case, at least one.
    pub fn rounds(&self) -> usize {
        if self.smoke { 1 } else { self.rounds.max(1) }
    }

    /// How long each side is loaded in a round.
    pub fn time(&self) -> std::time::Duration {
        std::time::Duration::from_secs_f64(if self.smoke { 0.5 } else { self.seconds })
    }
}
