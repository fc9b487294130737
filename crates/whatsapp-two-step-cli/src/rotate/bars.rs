//! What a person sees of a run over many numbers: a bar for all, and a line for what waits. Off a terminal, a line now and then.

use std::{
    collections::VecDeque,
    fmt::Write as _,
    io::{self, IsTerminal},
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};
use whatsapp_two_step_rotation::{FleetHold, FleetProgress, HoldReason};

use crate::terminal::{Console, clean, err, is_dumb};

/// How often a terminal is drawn, and a line is written elsewhere.
const DRAWN: Duration = Duration::from_millis(250);
const WRITTEN: Duration = Duration::from_secs(30);
/// The pace is that of the last minute.
const PACE: Duration = Duration::from_secs(60);
/// So many accounts that wait are shown.
const HOLDS: usize = 5;

pub(super) struct Bars {
    ticks: Option<Interval>,
    screen: Option<Screen>,
    /// How many were done when.
    done: VecDeque<(Instant, u32)>,
}

struct Screen {
    all: ProgressBar,
    holds: Vec<ProgressBar>,
    bars: MultiProgress,
}

impl Bars {
    /// Needs a tokio runtime around it.
    pub(super) fn new(console: &Console, total: u32) -> Self {
        let is_screen = io::stderr().is_terminal() && !is_dumb();
        let every = if is_screen { DRAWN } else { WRITTEN };
        let ticks = (console.chats() && total > 1).then(|| {
            let mut ticks = interval_at(Instant::now() + every, every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
            ticks
        });
        let screen = (is_screen && ticks.is_some()).then(|| Screen::new(total));
        Self { ticks, screen, done: VecDeque::new() }
    }

    /// Resolves when it is time to show how far it is.
    pub(super) async fn tick(&mut self) {
        match &mut self.ticks {
            Some(ticks) => drop(ticks.tick().await),
            None => std::future::pending().await,
        }
    }

    pub(super) fn show(&mut self, progress: &FleetProgress) {
        let text = self.words(progress);
        match &mut self.screen {
            Some(screen) => screen.draw(progress, text),
            None => err(&format!("{} of {}: {text}{}", over(progress), progress.total, all_holds(progress))),
        }
    }

    /// Makes room for other text, and draws the bar again below it.
    pub(super) fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.screen {
            Some(screen) => screen.bars.suspend(print),
            None => print(),
        }
    }

    pub(super) fn clear(&mut self) {
        if let Some(screen) = self.screen.take() {
            let _ = screen.bars.clear();
        }
        self.ticks = None;
    }

    fn words(&mut self, progress: &FleetProgress) -> String {
        let (now, over) = (Instant::now(), over(progress));
        self.done.push_back((now, over));
        while self.done.len() > 2 && self.done.get(1).is_some_and(|(at, _)| now - *at >= PACE) {
            self.done.pop_front();
        }
        let mut text =
            format!("{} rotated, {} failed, {} unsettled", progress.rotated, progress.failed, progress.unsettled);
        if progress.alone > 0 {
            let _ = write!(text, ", {} left alone", progress.alone);
        }
        if let Some((at, before)) = self.done.front().filter(|(at, before)| now > *at && over > *before) {
            let a_second = f64::from(over - before) / (now - *at).as_secs_f64();
            let left = f64::from(progress.left() + progress.in_flight) / a_second;
            let _ = write!(text, ", {:.1} a minute", a_second * 60.0);
            if progress.left() > 0 {
                let _ = write!(text, ", about {} left", short(left));
            }
        }
        text
    }
}

impl Screen {
    fn new(total: u32) -> Self {
        let bars = MultiProgress::new();
        let all = bars.add(ProgressBar::new(total.into()));
        let style = ProgressStyle::with_template("[{bar:30}] {pos}/{len} {msg}");
        all.set_style(style.map_or_else(|_| ProgressStyle::default_bar(), |style| style.progress_chars("=> ")));
        Self { all, holds: Vec::new(), bars }
    }

    fn draw(&mut self, progress: &FleetProgress, text: String) {
        self.all.set_position(over(progress).into());
        self.all.set_message(text);
        let lines: Vec<String> = progress.holds.iter().take(HOLDS).map(hold).collect();
        while self.holds.len() < lines.len() {
            let line = self.bars.add(ProgressBar::new_spinner());
            line.set_style(
                ProgressStyle::with_template("  {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()),
            );
            self.holds.push(line);
        }
        for line in self.holds.drain(lines.len()..) {
            line.finish_and_clear();
            self.bars.remove(&line);
        }
        for (line, text) in self.holds.iter().zip(lines) {
            line.set_message(text);
        }
    }
}

fn over(progress: &FleetProgress) -> u32 {
    progress.rotated + progress.alone + progress.failed
}

fn all_holds(progress: &FleetProgress) -> String {
    let holds: Vec<String> = progress.holds.iter().take(HOLDS).map(hold).collect();
    holds.iter().flat_map(|text| ["; ", text]).collect()
}

fn hold(held: &FleetHold) -> String {
    let who = held.waba_id.as_ref().map_or_else(|| "all".to_owned(), |id| format!("account {}", clean(id.as_str())));
    let why = match held.reason {
        HoldReason::Limit => "near the limit of its calls",
        HoldReason::Refused => "the server refuses calls for a while",
        HoldReason::Vault => "the vault can't be reached",
        _ => "another program may be at work",
    };
    format!("{who}: {} wait {}, {why}", held.numbers, short(held.wait.as_secs_f64()))
}

/// As a person says it.
pub(super) fn short(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 90.0 => format!("{seconds:.0} s"),
        seconds if seconds < 90.0 * 60.0 => format!("{:.0} min", seconds / 60.0),
        seconds => format!("{:.1} h", seconds / 3600.0),
    }
}
