//! Completion scripts, and the manual's pages.

use std::io;

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::{
    Man,
    roff::{Roff, roman},
};

use crate::{
    args::Cli,
    help::{NAME, SECTIONS},
};

pub(crate) fn completions(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), NAME, &mut script);
    // Of a command with hyphens in its name, clap's script for bash sets one state and looks for another.
    String::from_utf8_lossy(&script).replace("whatsapp__subcmd__two__subcmd__step", "whatsapp__two__step")
}

/// The page of the whole command, or of one of its commands, as roff.
pub(crate) fn page(command: Option<&str>) -> io::Result<String> {
    let mut whole = Cli::command().disable_help_subcommand(true);
    whole.build();
    // Where its name isn't that of a command, it is one below another, as "pin-generate".
    let of = command.and_then(|name| {
        whole.find_subcommand(name).or_else(|| {
            let (outer, inner) = name.split_once('-')?;
            whole.find_subcommand(outer)?.find_subcommand(inner)
        })
    });
    let mut page = Vec::new();
    render(of.unwrap_or(&whole).clone(), &mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

fn render(command: Command, page: &mut Vec<u8>) -> io::Result<()> {
    let has_commands = command.has_subcommands();
    let man = Man::new(command).source(format!("{NAME} {}", env!("CARGO_PKG_VERSION")));
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    man.render_options_section(page)?;
    if has_commands {
        man.render_subcommands_section(page)?;
    }
    let mut roff = Roff::new();
    for (title, text) in SECTIONS {
        roff.control("SH", [title.to_uppercase().as_str()]);
        roff.control("nf", []);
        for line in text.lines() {
            roff.text([roman(line)]);
        }
        roff.control("fi", []);
    }
    roff.to_writer(page)
}
