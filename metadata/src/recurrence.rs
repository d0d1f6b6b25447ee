//! Rules by which things repeat, as RFC 5545 writes them: `FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;COUNT=10`. A subset
//! that people can choose on a screen: daily, weekly, monthly, yearly, on days of the week or of the month, until
//! some day or so often. In local time, without zones and without a clock; whoever asks brings both.

mod next;
mod parse;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc, Weekday};

use crate::problem::Fault;

/// Longest rule.
pub const MAX_LENGTH: usize = 500;
/// The code of a rule that cannot be understood.
pub const BAD_RULE: &str = "bad-recurrence";

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// A day of the week; in a month or a year possibly the nth one of it, from the end when negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    pub nth: Option<i32>,
    pub weekday: Weekday,
}

/// When it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Never,
    /// After so many, the present one counted.
    Count(u32),
    /// With this day.
    Day(NaiveDate),
    /// With this moment.
    Moment(DateTime<Utc>),
    /// With this moment on the clock of the place.
    Local(NaiveDateTime),
}

/// A rule that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub frequency: Frequency,
    pub interval: u32,
    pub days: Vec<Day>,
    pub month_days: Vec<i32>,
    pub months: Vec<u32>,
    pub end: End,
}

impl Rule {
    /// Reads a rule; `RRULE:` before it is allowed.
    ///
    /// # Errors
    /// The first thing that is wrong, with the part that it stands in.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        parse::rule(text)
    }

    /// The rule as it is kept: parts in one order, in capitals, nothing that goes without saying.
    #[must_use]
    pub fn text(&self) -> String {
        parse::text(self)
    }

    /// Occurrences after `start`, the first `most` of them; fewer where the rule ends. `local` tells what the clock
    /// shows at a moment, for rules that end with one.
    #[must_use]
    pub fn after(
        &self,
        start: NaiveDateTime,
        most: usize,
        local: &dyn Fn(DateTime<Utc>) -> NaiveDateTime,
    ) -> Vec<NaiveDateTime> {
        let most = match self.end {
            End::Count(count) => most.min(count.saturating_sub(1) as usize),
            _ => most,
        };
        let is_within = |at: &NaiveDateTime| match self.end {
            End::Day(day) => at.date() <= day,
            End::Moment(moment) => *at <= local(moment),
            End::Local(moment) => *at <= moment,
            End::Never | End::Count(_) => true,
        };
        next::after(self, start, most).into_iter().take_while(is_within).collect()
    }

    /// The rule of the next occurrence: one fewer is left. `None` when this was the last.
    #[must_use]
    pub fn following(&self) -> Option<Self> {
        let end = match self.end {
            End::Count(count) if count <= 1 => return None,
            End::Count(count) => End::Count(count - 1),
            end => end,
        };
        Some(Self { end, ..self.clone() })
    }
}
