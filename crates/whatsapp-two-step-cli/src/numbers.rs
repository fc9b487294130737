//! `numbers`: lists the numbers of business accounts, and which of them have a PIN.

use std::{
    io::{self, IsTerminal},
    ops::ControlFlow,
    pin::pin,
};

use graph_sandbox::Sandbox;
use serde::Serialize;
use whatsapp_two_step::{CallProgress, Client, PhoneNumber, PhoneNumberPages, PinState, WabaId};
use whatsapp_two_step_rotation::AnyVault;

use crate::{
    args::NumbersArgs,
    client,
    failure::{Failure, VAULT},
    json,
    progress::{self, Spinner},
    protect::Protected,
    sandbox, secrets,
    signals::Signals,
    table::{self, Row},
    terminal::{Console, clean, err, out_to_a_reader},
    utc::rfc3339,
    vault::{self, Holding, State},
};

pub(crate) fn run(args: &NumbersArgs, console: &Console) -> Result<u8, Failure> {
    let _protected = Protected::protect();
    let sandbox = args.client.sandbox.then(sandbox::embed).transpose()?;
    client::block_on(list(args, console, sandbox.as_ref()))
}

async fn list(args: &NumbersArgs, console: &Console, sandbox: Option<&Sandbox>) -> Result<u8, Failure> {
    let mut signals = Signals::catch()?;
    let accounts: Vec<WabaId> = args.waba_id.iter().map(|id| WabaId::parse(id)).collect::<Result<_, _>>()?;
    let vault = args.vault();
    let key_file = vault.as_ref().and_then(|vault| vault.vault_key_file.as_deref());
    secrets::check_standard_input(&[("--vault-key-file", key_file)], Some(&args.client))?;
    let mut inputs = client::inputs(&args.client, console, &mut signals);
    let client = client::client(&args.client, sandbox, None, &mut inputs).await?;
    let vault = match &vault {
        Some(vault) => Some(vault::open(vault, &mut inputs).await?),
        None => None,
    };
    client::tell_of(sandbox, console);
    let mut list = List::new(console, accounts.len() > 1, vault);
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
    list.sum_up()
}

/// The numbers read so far.
struct List<'a> {
    console: &'a Console,
    spinner: Spinner,
    /// A table needs all of them first; elsewhere they are shown as they come.
    rows: Option<Vec<Row>>,
    has_accounts: bool,
    vault: Option<AnyVault>,
    count: usize,
    without_pin: usize,
    unknown: usize,
    unsettled: usize,
    unreadable: usize,
}

/// A line of `--json`.
#[derive(Serialize)]
struct Line<'a> {
    waba_id: &'a str,
    #[serde(flatten)]
    number: &'a PhoneNumber,
    vault_state: Option<State>,
    rotated_at: Option<String>,
}

impl<'a> List<'a> {
    fn new(console: &'a Console, has_accounts: bool, vault: Option<AnyVault>) -> Self {
        let rows = (!console.json && io::stdout().is_terminal()).then(Vec::new);
        let spinner = Spinner::new(console);
        let (count, without_pin, unknown, unsettled, unreadable) = (0, 0, 0, 0, 0);
        Self { console, spinner, rows, has_accounts, vault, count, without_pin, unknown, unsettled, unreadable }
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
            let Some(number) = number.transpose()? else { return Ok(ControlFlow::Continue(())) };
            let holding = match &self.vault {
                Some(vault) => Some(tokio::select! {
                    biased;
                    holding = Holding::of(vault, &number.id) => holding?,
                    () = &mut interrupted => return Err(Failure::interrupted_read(so_far.attempts())),
                }),
                None => None,
            };
            if self.add(account, number, holding.as_ref())?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }

    fn add(
        &mut self,
        account: &WabaId,
        number: PhoneNumber,
        holding: Option<&Holding>,
    ) -> Result<ControlFlow<()>, Failure> {
        let state = holding.map(|holding| holding.state);
        self.count += 1;
        self.without_pin += usize::from(number.pin == PinState::NotSet);
        self.unknown += usize::from(number.pin == PinState::Unknown);
        self.unsettled += usize::from(state == Some(State::Unsettled));
        self.unreadable += usize::from(state == Some(State::Unreadable));
        let text = match &mut self.rows {
            Some(rows) => {
                rows.push(Row::new(self.has_accounts.then_some(account), number, holding));
                return Ok(ControlFlow::Continue(()));
            }
            None if self.console.json => {
                let rotated_at = holding.and_then(|holding| holding.rotated_at).map(rfc3339);
                json::line(&Line { waba_id: account.as_str(), number: &number, vault_state: state, rotated_at })
            }
            None => plain(&number, holding),
        };
        self.spinner.clear();
        out_to_a_reader(&text).map_err(|error| Failure::output(&error))
    }

    fn show_rows(&mut self) -> Result<(), Failure> {
        self.spinner.clear();
        let Some(rows) = self.rows.take().filter(|rows| !rows.is_empty()) else { return Ok(()) };
        let text = table::render(&rows, table::terminal_width(), self.console.out_is_coloured());
        self.console.say(&text).map_err(|error| Failure::output(&error))
    }

    /// Below a table; where lines are for a program, elsewhere. The exit code: an entry that can't be read is the vault's failure.
    fn sum_up(&self) -> Result<u8, Failure> {
        let code = if self.unreadable > 0 { VAULT } else { 0 };
        if self.unreadable > 0 {
            vault::warn_of_unreadable(self.console, self.unreadable, self.count);
        }
        if !self.console.chats() {
            return Ok(code);
        }
        let mut sentences = vec![match self.count {
            0 => "There are no numbers.".to_owned(),
            1 => format!("{} of 1 number has no PIN.", self.without_pin),
            count => format!("{} of {count} numbers have no PIN.", self.without_pin),
        }];
        if self.unknown > 0 {
            sentences.push(format!("Of {} the server doesn't say.", self.unknown));
        }
        if self.vault.is_some() {
            sentences.push(format!("Unsettled in the vault: {}.", self.unsettled));
        }
        let text = sentences.join(" ");
        if self.console.json || !io::stdout().is_terminal() {
            err(&text);
            return Ok(code);
        }
        self.console.say(&text).map_err(|error| Failure::output(&error))?;
        Ok(code)
    }
}

/// One line, for programs: the fields in an order that stays, with tabs between them.
fn plain(number: &PhoneNumber, holding: Option<&Holding>) -> String {
    let PhoneNumber { id, display_phone_number, verified_name, pin, status, .. } = number;
    let pin = match pin {
        PinState::Set => "set",
        PinState::NotSet => "not_set",
        PinState::Unknown => "unknown",
    };
    let text = |field: &Option<String>| field.as_deref().map_or_else(|| "-".to_owned(), clean);
    let mut fields =
        vec![id.to_string(), text(display_phone_number), text(verified_name), pin.to_owned(), text(status)];
    if let Some(holding) = holding {
        fields.push(holding.state.code().to_owned());
        fields.push(holding.rotated_at.map_or_else(|| "-".to_owned(), rfc3339));
    }
    fields.join("\t")
}
