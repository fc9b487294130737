//! A table of numbers that fits the terminal: names are shortened, then columns left out. ID, PIN and the vault's state stay.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};
use whatsapp_two_step::{PhoneNumber, PinState, WabaId};

use crate::{
    terminal::{Style, clean, paint},
    utc::rfc3339,
    vault::Holding,
};

/// A number's cells, in the order of the columns. A column that is empty in every row is not shown.
pub(crate) struct Row {
    cells: [String; COLUMNS],
    pin: PinState,
}

const COLUMNS: usize = 8;
const TITLES: [&str; COLUMNS] = ["ID", "NUMBER", "NAME", "PIN", "STATUS", "VAULT", "SINCE", "ACCOUNT"];
const NUMBER: usize = 1;
const NAME: usize = 2;
const PIN: usize = 3;
const STATUS: usize = 4;
const SINCE: usize = 6;
const ACCOUNT: usize = 7;
/// The columns that can be left out, the first one first.
const LESS: [usize; 5] = [ACCOUNT, STATUS, SINCE, NAME, NUMBER];

/// A name isn't shortened below this: its column is left out instead.
const SHORTEST_NAME: usize = 8;
const GAP: usize = 2;

impl Row {
    /// The account where there are several, and what the vault has where one is asked.
    pub(crate) fn new(account: Option<&WabaId>, number: PhoneNumber, holding: Option<&Holding>) -> Self {
        let pin = match number.pin {
            PinState::Set => "set",
            PinState::NotSet => "not set",
            PinState::Unknown => "unknown",
        };
        let text = |field: Option<String>| field.map_or_else(|| "-".to_owned(), |text| clean(&text));
        let cells = [
            number.id.to_string(),
            text(number.display_phone_number),
            text(number.verified_name),
            pin.to_owned(),
            text(number.status),
            holding.map_or_else(String::new, |holding| holding.state.code().to_owned()),
            holding.map_or_else(String::new, |holding| holding.rotated_at.map_or_else(|| "-".to_owned(), rfc3339)),
            account.map_or_else(String::new, WabaId::to_string),
        ];
        Self { cells, pin: number.pin }
    }
}

/// How many columns the terminal has.
pub(crate) fn terminal_width() -> usize {
    terminal_size::terminal_size().map_or(80, |(width, _)| width.0.into())
}

pub(crate) fn render(rows: &[Row], width: usize, is_coloured: bool) -> String {
    let natural: [usize; COLUMNS] = std::array::from_fn(|column| {
        rows.iter().map(|row| row.cells[column].width()).chain([TITLES[column].width()]).max().unwrap_or_default()
    });
    let filled = (0..COLUMNS).filter(|column| rows.iter().any(|row| !row.cells[*column].is_empty())).collect();
    let columns = fitting(&natural, filled, width);
    let line = |cell: &dyn Fn(usize, usize) -> String| {
        let cells: Vec<String> = columns.iter().map(|(column, width)| cell(*column, *width)).collect();
        format!("{}\n", cells.join(&" ".repeat(GAP)).trim_end())
    };
    let mut text = line(&|column, width| paint(&padded(TITLES[column], width), Style::Label, is_coloured));
    for row in rows {
        text += &line(&|column, width| {
            let cell = padded(&row.cells[column], width);
            if column == PIN { paint(&cell, style(row.pin), is_coloured) } else { cell }
        });
    }
    text
}

fn style(pin: PinState) -> Style {
    match pin {
        PinState::Set => Style::Good,
        PinState::NotSet => Style::Bad,
        PinState::Unknown => Style::Doubtful,
    }
}

/// Those columns that fit, each with its width. What room is left is the name's.
fn fitting(natural: &[usize; COLUMNS], mut columns: Vec<usize>, width: usize) -> Vec<(usize, usize)> {
    let least = |column: usize| if column == NAME { natural[NAME].min(SHORTEST_NAME) } else { natural[column] };
    let needed = |columns: &[usize]| columns.iter().map(|column| least(*column) + GAP).sum::<usize>() - GAP;
    for less in LESS {
        if needed(&columns) > width {
            columns.retain(|column| *column != less);
        }
    }
    let room = width.saturating_sub(needed(&columns));
    let width = |column| if column == NAME { natural[NAME].min(least(NAME) + room) } else { natural[column] };
    columns.into_iter().map(|column| (column, width(column))).collect()
}

/// Cut or filled up to so many columns of the terminal.
fn padded(text: &str, width: usize) -> String {
    let mut cell = text.to_owned();
    if text.width() > width {
        cell.clear();
        let mut used = 1;
        for c in text.chars() {
            used += c.width().unwrap_or_default();
            if used > width {
                break;
            }
            cell.push(c);
        }
        cell.push('…');
    }
    let missing = width.saturating_sub(cell.width());
    cell + &" ".repeat(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// With the vault's cells and the account, or without them.
    fn row(name: &str, pin: PinState, is_full: bool) -> Row {
        let [vault, since, account] =
            if is_full { ["unsettled", "2026-11-25T09:30:00Z", "930000000000001"] } else { [""; 3] };
        let cells = ["106540352242922", "+1 222-555-0122", name, "not set", "CONNECTED", vault, since, account];
        Row { cells: cells.map(str::to_owned), pin }
    }

    fn widths(text: &str) -> Vec<usize> {
        text.lines().map(UnicodeWidthStr::width).collect()
    }

    #[test]
    fn it_fits_any_width_and_id_and_pin_stay() {
        let rows = |is_full| {
            let long = row("A shop with a rather long name", PinState::NotSet, is_full);
            [long, row("\u{5e97}\u{8217}\u{3067}\u{3059}\u{3088}\u{306d}", PinState::Set, is_full)]
        };
        for (is_full, least) in [(false, 24), (true, 35)] {
            for width in least..140 {
                let text = render(&rows(is_full), width, false);
                assert!(widths(&text).iter().all(|line| *line <= width), "{width}:\n{text}");
                assert!(text.contains("106540352242922") && text.contains("not set"), "{width}:\n{text}");
                assert_eq!(text.contains("VAULT") && text.contains("unsettled"), is_full, "{width}:\n{text}");
            }
        }
        let wide = render(&rows(true), 160, false);
        for cell in ["rather long name", "930000000000001", "2026-11-25T09:30:00Z"] {
            assert!(wide.contains(cell), "{wide}");
        }
        let narrow = render(&rows(false), 60, false);
        assert!(narrow.contains("A shop\u{2026}") || narrow.contains("A shop "), "{narrow}");
    }

    #[test]
    fn columns_stand_below_each_other_whatever_the_script() {
        let rows = [row("\u{5e97}\u{8217}\u{5e97}\u{8217}", PinState::Set, false), row("x", PinState::Set, false)];
        let text = render(&rows, 100, false);
        let column = |line: &str| line[..line.find("not set").unwrap()].width();
        let lines: Vec<&str> = text.lines().skip(1).collect();
        assert_eq!(column(lines[0]), column(lines[1]), "{text}");
    }

    #[test]
    fn colour_takes_no_room() {
        let text = render(&[row("x", PinState::NotSet, false)], 100, true);
        assert!(text.contains("\u{1b}[1;31mnot set\u{1b}[0m"), "{text:?}");
    }
}
