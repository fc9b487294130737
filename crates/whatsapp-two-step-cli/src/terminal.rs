//! The standard streams: colour, clean text, width, and readers that go away.

use std::{
    io::{self, IsTerminal, Write},
    ops::ControlFlow,
};

use clap::ValueEnum;

use crate::wrap::wrap;

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal, unless the environment says no.
    Auto,
    /// Everywhere.
    Always,
    /// Nowhere.
    Never,
}

/// How a piece of text looks, where colour is on.
#[derive(Clone, Copy)]
pub(crate) enum Style {
    Good,
    Bad,
    Doubtful,
    Label,
}

/// What the output is to be.
pub(crate) struct Console {
    pub(crate) json: bool,
    pub(crate) verbose: bool,
    pub(crate) quiet: bool,
    pub(crate) colour: Colour,
}

impl Console {
    /// For a command without flags about its output.
    pub(crate) fn plain(colour: Colour) -> Self {
        Self { json: false, verbose: false, quiet: false, colour }
    }

    /// Text for people, unless the output is for a program.
    pub(crate) fn speaks(&self) -> bool {
        !self.json || self.verbose
    }

    /// Text that is about no problem.
    pub(crate) fn chats(&self) -> bool {
        self.speaks() && !self.quiet
    }

    /// Standard output belongs to the JSON object alone.
    pub(crate) fn say(&self, text: &str) -> io::Result<()> {
        if self.json {
            err(text);
            return Ok(());
        }
        out(&fitted(text, io::stdout().is_terminal()))
    }

    /// A problem that ends nothing: also beside JSON, which is on another stream.
    pub(crate) fn warn(&self, text: &str) {
        err(&format!("{} {}", paint("warning:", Style::Doubtful, self.err_is_coloured()), clean(text)));
    }

    pub(crate) fn out_is_coloured(&self) -> bool {
        self.is_coloured(!self.json && io::stdout().is_terminal())
    }

    pub(crate) fn err_is_coloured(&self) -> bool {
        self.is_coloured(io::stderr().is_terminal())
    }

    fn is_coloured(&self, is_terminal: bool) -> bool {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        match self.colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => is_terminal && !is_set("NO_COLOR") && !is_dumb(),
        }
    }
}

/// A terminal that knows no codes.
pub(crate) fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

pub(crate) fn paint(text: &str, style: Style, is_coloured: bool) -> String {
    let code = match style {
        Style::Good => "1;32",
        Style::Bad => "1;31",
        Style::Doubtful => "1;33",
        Style::Label => "2",
    };
    if is_coloured { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// Text of others, without what could drive a terminal. The library cleans the server's text too; this is the second lock.
pub(crate) fn clean(text: &str) -> String {
    let changes_direction =
        |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|c| !c.is_control() && !changes_direction(*c)).collect()
}

/// To standard output. A reader that has gone away, as `head` does, is no error.
pub(crate) fn out(text: &str) -> io::Result<()> {
    out_to_a_reader(text).map(|_| ())
}

/// The same, for who goes on only while somebody reads.
pub(crate) fn out_to_a_reader(text: &str) -> io::Result<ControlFlow<()>> {
    match announce(text) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(ControlFlow::Break(())),
        result => result.map(ControlFlow::Continue),
    }
}

/// To standard output, where somebody must read it.
pub(crate) fn announce(text: &str) -> io::Result<()> {
    write(io::stdout().lock(), text)
}

/// To standard error, for people. Nothing is left to say it if that can't be written.
pub(crate) fn err(text: &str) {
    let _ = write(io::stderr().lock(), &fitted(text, io::stderr().is_terminal()));
}

/// To the line of standard error that the cursor is in: replaces what stands there.
pub(crate) fn draw(text: &str) {
    let mut stream = io::stderr().lock();
    let _ = stream.write_all(format!("\r{text}\u{1b}[K").as_bytes()).and_then(|()| stream.flush());
}

fn fitted(text: &str, is_terminal: bool) -> String {
    match terminal_size::terminal_size() {
        Some((width, _)) if is_terminal => wrap(text, width.0.into()),
        _ => text.to_owned(),
    }
}

fn write(mut stream: impl Write, text: &str) -> io::Result<()> {
    if text.ends_with('\n') {
        stream.write_all(text.as_bytes())?;
    } else {
        stream.write_all(format!("{text}\n").as_bytes())?;
    }
    stream.flush()
}

#[cfg(test)]
mod tests {
    #[test]
    fn clean_leaves_nothing_that_drives_a_terminal() {
        assert_eq!(super::clean("a\u{1b}[2J\u{9b}1m\r\n\u{7}b\u{202e}c é"), "a[2J1mbc é");
    }
}
