//! A call that may be a step of a run, or of the way through an account's numbers.

use std::sync::{Arc, Mutex};

use whatsapp_two_step::{
    AnyOperation, AnyResponse, Client, PhoneNumber, PhoneNumberPage, PhoneNumberPages, SetTwoStepPin,
    SetTwoStepPinResponse, TwoStepError, WabaId,
};

use super::{lock, run::Run};

/// A call, and what it is a step of.
#[derive(Clone, Debug)]
pub struct HostedCall {
    /// What is asked of the server.
    pub operation: AnyOperation,
    /// What has to be told of the call's end.
    pub whole: HostedWhole,
}

/// What a call is a step of.
#[derive(Clone, Debug, Default)]
pub struct HostedWhole(Whole);

#[derive(Clone, Debug, Default)]
enum Whole {
    #[default]
    Itself,
    Pages(Arc<Mutex<PhoneNumberPages>>),
    Run(Arc<Run>),
}

/// What a call came to.
#[derive(Debug)]
pub enum HostedEnd {
    /// The PIN was set.
    Pin(SetTwoStepPinResponse),
    /// The numbers of a page.
    Numbers(Vec<PhoneNumber>),
    /// The run has it.
    Run,
}

impl From<SetTwoStepPin> for HostedCall {
    fn from(operation: SetTwoStepPin) -> Self {
        Self { operation: operation.into(), whole: HostedWhole::default() }
    }
}

impl HostedCall {
    pub(super) fn of_run(operation: SetTwoStepPin, run: Arc<Run>) -> Self {
        Self { operation: operation.into(), whole: HostedWhole(Whole::Run(run)) }
    }
}

impl HostedWhole {
    /// To be told each result: it goes on from there.
    ///
    /// # Errors
    /// That of the call, or of the way through the pages.
    pub fn done(&self, result: Result<AnyResponse, TwoStepError>) -> Result<HostedEnd, TwoStepError> {
        match &self.0 {
            Whole::Itself => result.and_then(set_pin).map(HostedEnd::Pin),
            Whole::Pages(pages) => lock(pages).read(result.and_then(page)).map(HostedEnd::Numbers),
            Whole::Run(run) => {
                run.called(result.and_then(set_pin));
                Ok(HostedEnd::Run)
            }
        }
    }

    /// A call that can't begin: only a run goes on from there, as from any other end.
    ///
    /// # Errors
    /// The same error, where it is no run's call.
    pub fn never_began(&self, error: TwoStepError) -> Result<(), TwoStepError> {
        match &self.0 {
            Whole::Run(run) => {
                run.called(Err(error));
                Ok(())
            }
            _ => Err(error),
        }
    }

    /// To be asked right before each request: it may be too late for it.
    #[must_use]
    pub fn may_send(&self) -> bool {
        match &self.0 {
            Whole::Run(run) => run.may_send(),
            _ => true,
        }
    }

    /// The same client, which asks so.
    #[must_use]
    pub fn guarded(&self, client: Client) -> Client {
        match &self.0 {
            Whole::Run(run) => {
                let run = run.clone();
                client.with_guard(move || run.may_send())
            }
            _ => client,
        }
    }
}

/// The pages of an account's numbers, each a call.
#[derive(Clone, Debug)]
pub struct HostedPages(Arc<Mutex<PhoneNumberPages>>);

impl HostedPages {
    /// From the first page on.
    #[must_use]
    pub fn new(waba_id: WabaId) -> Self {
        Self(Arc::new(Mutex::new(PhoneNumberPages::new(waba_id))))
    }

    /// The read of the next page; none after the last one, and after an error.
    #[must_use]
    pub fn next(&self) -> Option<HostedCall> {
        let operation = lock(&self.0).next()?.into();
        Some(HostedCall { operation, whole: HostedWhole(Whole::Pages(self.0.clone())) })
    }
}

fn set_pin(response: AnyResponse) -> Result<SetTwoStepPinResponse, TwoStepError> {
    match response {
        AnyResponse::SetTwoStepPin(response) => Ok(response),
        _ => Err(TwoStepError::internal()),
    }
}

fn page(response: AnyResponse) -> Result<PhoneNumberPage, TwoStepError> {
    match response {
        AnyResponse::PhoneNumberPage(page) => Ok(page),
        _ => Err(TwoStepError::internal()),
    }
}
