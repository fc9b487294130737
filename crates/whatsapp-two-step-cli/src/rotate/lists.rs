//! Reads the lists of several accounts at once.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

use tokio::task::JoinSet;
use whatsapp_two_step::{Client, ErrorKind, PhoneNumber, PhoneNumberId, PinState, TwoStepError, WabaId};

use super::tokens::Tokens;
use crate::{failure::Failure, progress::Spinner};

/// How many lists are read at once: pages of one account come one after the other, whatever the client does.
const AT_ONCE: usize = 8;

/// A number of an account's list, before the vault was looked at.
pub(super) struct Target {
    pub(super) id: PhoneNumberId,
    pub(super) pin: PinState,
}

/// An account's numbers.
#[derive(Default)]
pub(super) struct List {
    pub(super) targets: Vec<Target>,
    /// Numbers that can have no PIN now, and why.
    pub(super) left_out: Vec<(PhoneNumberId, &'static str)>,
}

/// The list of each account, or why that one can't be read. What would stop the others too is a failure.
pub(super) async fn read(
    client: &Client,
    tokens: &Tokens,
    wabas: &[WabaId],
    spinner: &mut Spinner,
) -> Result<Vec<Result<List, TwoStepError>>, Failure> {
    let mut lists: Vec<_> = wabas.iter().map(|_| Ok(List::default())).collect();
    let (mut reads, mut next, so_far) = (JoinSet::new(), 0, Arc::new(AtomicUsize::new(0)));
    loop {
        while let (true, Some(waba)) = (reads.len() < AT_ONCE, wabas.get(next)) {
            let client = match tokens.of(waba) {
                Some(token) => client.with_access_token(token.clone())?,
                None => client.clone(),
            };
            let (index, list) = (next, of(client, waba.clone(), Arc::clone(&so_far)));
            reads.spawn(async move { (index, list.await) });
            next += 1;
        }
        tokio::select! {
            biased;
            read = reads.join_next() => match read {
                None => return Ok(lists),
                Some(Ok((_, Err(error)))) if !(is_of_the_account(&error) && wabas.len() > 1) => return Err(error.into()),
                Some(Ok((index, list))) => lists[index] = list,
                Some(Err(error)) => return Err(Failure::machine(format!("A list can't be read: {error}."))),
            },
            () = spinner.turn(so_far.load(Relaxed)) => {}
        }
    }
}

async fn of(client: Client, waba: WabaId, so_far: Arc<AtomicUsize>) -> Result<List, TwoStepError> {
    let (mut list, mut numbers) = (List::default(), client.phone_numbers(waba));
    while let Some(number) = numbers.next().await.transpose()? {
        so_far.fetch_add(1, Relaxed);
        match why_not(&number) {
            Some(why) => list.left_out.push((number.id, why)),
            None => list.targets.push(Target { id: number.id, pin: number.pin }),
        }
    }
    Ok(list)
}

/// A number that can have no PIN now. Meta's test numbers have none: their name tells.
fn why_not(number: &PhoneNumber) -> Option<&'static str> {
    match (number.status.as_deref(), number.verified_name.as_deref()) {
        (Some("MIGRATED"), _) => Some("its status is MIGRATED"),
        (Some("DELETED"), _) => Some("its status is DELETED"),
        (_, Some("Test Number")) => Some("its name is that of Meta's test numbers"),
        _ => None,
    }
}

/// The others' lists can be read all the same.
fn is_of_the_account(error: &TwoStepError) -> bool {
    matches!(error.kind(), ErrorKind::Authentication | ErrorKind::PermissionDenied | ErrorKind::NotFound)
}
