//! `numbers`: lists the numbers of business accounts, and which of them have a PIN.

use std::{
    io::{self, IsTerminal},
    ops::ControlFlow,
    pin::pin,
};

use graph_sandbox::Sandbox;
use serde::Serialize;
use whatsapp_two_step::{CallProgress, Client, PhoneNumber, PhoneNumberPages, PinState, WabaId};

use crate::{
    args::NumbersArgs,
    client,
    failure::Failure,
    json,
    progress::{self, Spinner},
    protect::Protected,
    sandbox, secrets,
    signals::Signals,
    table::{self, Row},
    terminal::{Console, clean, err, out_to_a_reader},
};

pub(crate) fn run(args: &NumbersArgs, console: &Console) -> Result<u8, Failure> {
    let _protected = Protected::protect();
    let sandbox = args.client.sandbox.then(sandbox::embed).transpose()?;
    client::block_on(list(args, console, sandbox.as_ref()))
}

async fn list(args: &NumbersArgs, console: &Console, sandbox: Option<&Sandbox>) -> Result<u8, Failure> {
    let mut signals = Signals::catch()?;
    let accounts: Vec<WabaId> = args.waba_id.iter().map(|id| WabaId::parse(id)).collect::<Result<_, _>>()?;
    secrets::check_standard_input(&[], Some(&args.client))?;
    let client =
        client::client(&args.client, sandbox, None, &mut client::inputs(&args.client, console, &mut signals)).await?;
    client::tell_of(sandbox, console);
    let mut list = List::new(console, accounts.len() > 1);
    for account in &accounts {
        match list.read(&client, account, &mut signals).await {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => return Ok(0),
            Err(failure) => {
                list.show_rows()?;
                if accounts.len() > 1 {
                    console.warn(&format!("the list of account {account} isn't whole."));
                }
                return Err(failure);
            }
        }
    }
    list.show_rows()?;
    list.sum_up()?;
    Ok(0)
}

/// The numbers read so far.
struct List<'a> {
    console: &'a Console,
    spinner: Spinner,
    /// A table needs all of them first; elsewhere they are shown as they come.
    rows: Option<Vec<Row>>,
    has_accounts: bool,
    count: usize,
    without_pin: usize,
    unknown: usize,
}

/// A line of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    waba_id: &'a str,
    #[serde(flatten)]
    number: &'a PhoneNumber,
}

impl<'a> List<'a> {
    fn new(console: &'a Console, has_accounts: bool) -> Self {
        let rows = (!console.json && io::stdout().is_terminal()).then(Vec::new);
        Self { console, spinner: Spinner::new(console), rows, has_accounts, count: 0, without_pin: 0, unknown: 0 }
    }

    /// Reads an account's numbers; breaks off where nobody reads what is printed.
    async fn read(
        &mut self,
        client: &Client,
        account: &WabaId,
        signals: &mut Signals,
    ) -> Result<ControlFlow<()>, Failure> {
        let so_far = CallProgress::default();
        let mut client = client.with_progress(&so_far);
        if let (true, Some(page)) = (self.console.verbose, PhoneNumberPages::new(account.clone()).next()) {
            client = progress::show_attempts(&client, &page, "page read")?;
        }
        let mut numbers = client.phone_numbers(account.clone());
        let mut interrupted = pin!(signals.end());
        loop {
            let number = tokio::select! {
                biased;
                number = numbers.next() => number,
                () = &mut interrupted => return Err(Failure::interrupted_read(so_far.attempts())),
                () = self.spinner.turn(self.count) => continue,
            };
            match number {
                None => return Ok(ControlFlow::Continue(())),
                Some(number) => {
                    if self.add(account, number?)?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
            }
        }
    }

    fn add(&mut self, account: &WabaId, number: PhoneNumber) -> Result<ControlFlow<()>, Failure> {
        self.count += 1;
        self.without_pin += usize::from(number.pin == PinState::NotSet);
        self.unknown += usize::from(number.pin == PinState::Unknown);
        let text = match &mut self.rows {
            Some(rows) => {
                rows.push(Row::new(account, number));
                return Ok(ControlFlow::Continue(()));
            }
            None if self.console.json => json::line(&Line { waba_id: account.as_str(), number: &number }),
            None => plain(&number),
        };
        self.spinner.clear();
        out_to_a_reader(&text).map_err(|error| Failure::output(&error))
    }

    fn show_rows(&mut self) -> Result<(), Failure> {
        self.spinner.clear();
        let Some(rows) = self.rows.take().filter(|rows| !rows.is_empty()) else { return Ok(()) };
        let text = table::render(&rows, self.has_accounts, table::terminal_width(), self.console.out_is_coloured());
        self.console.say(&text).map_err(|error| Failure::output(&error))
    }

    /// Below a table; where lines are for a program, elsewhere.
    fn sum_up(&self) -> Result<(), Failure> {
        if !self.console.chats() {
            return Ok(());
        }
        let text = match self.count {
            0 => "There are no numbers.".to_owned(),
            1 => format!("{} of 1 number has no PIN.", self.without_pin),
            count => format!("{} of {count} numbers have no PIN.", self.without_pin),
        };
        let text = match self.unknown {
            0 => text,
            unknown => format!("{text} Of {unknown} the server doesn't say."),
        };
        if self.console.json || !io::stdout().is_terminal() {
            err(&text);
            return Ok(());
        }
        self.console.say(&text).map_err(|error| Failure::output(&error))
    }
}

/// One line, for programs: the fields in an order that stays, with tabs between them.
fn plain(number: &PhoneNumber) -> String {
    let PhoneNumber { id, display_phone_number, verified_name, pin, status, .. } = number;
    let pin = match pin {
        PinState::Set => "set",
        PinState::NotSet => "not_set",
        PinState::Unknown => "unknown",
    };
    let text = |field: &Option<String>| field.as_deref().map_or_else(|| "-".to_owned(), clean);
    [id.to_string(), text(display_phone_number), text(verified_name), pin.to_owned(), text(status)].join("\t")
}
