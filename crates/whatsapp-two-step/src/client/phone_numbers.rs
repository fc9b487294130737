use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    vec,
};

use futures_core::Stream;
use tracing::Instrument;

use super::Client;
use crate::{
    error::TwoStepError,
    operation::{PhoneNumber, PhoneNumberPage, PhoneNumberPages, ReadPhoneNumbers},
    transport::BoxFuture,
    values::WabaId,
};

/// A WhatsApp business account's numbers, page after page as they are asked for: a [`Stream`], which ends after an error.
///
/// Dropping it stops the read that is under way. The client's timeout is for each page.
///
/// ```no_run
/// use whatsapp_two_step::{Client, PinState};
///
/// # async fn run(client: Client) -> Result<(), whatsapp_two_step::TwoStepError> {
/// let mut numbers = client.phone_numbers("102290129340398".parse()?);
/// while let Some(number) = numbers.next().await {
///     let number = number?;
///     if number.pin == PinState::NotSet {
///         println!("{} ({:?}) has no PIN", number.id, number.display_phone_number);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct PhoneNumbers {
    client: Client,
    pages: PhoneNumberPages,
    ready: vec::IntoIter<PhoneNumber>,
    reading: Option<BoxFuture<'static, Result<PhoneNumberPage, TwoStepError>>>,
}

impl Client {
    /// Reads an account's numbers. Nothing is sent before the first one is asked for.
    pub fn phone_numbers(&self, waba_id: WabaId) -> PhoneNumbers {
        let (client, pages) = (self.clone(), PhoneNumberPages::new(waba_id));
        PhoneNumbers { client, pages, ready: Vec::new().into_iter(), reading: None }
    }

    pub(crate) async fn read_page(self, page: ReadPhoneNumbers) -> Result<PhoneNumberPage, TwoStepError> {
        self.run(page).instrument(tracing::info_span!("phone_numbers")).await
    }
}

impl PhoneNumbers {
    /// The next number; none after the last one, and after an error.
    pub async fn next(&mut self) -> Option<Result<PhoneNumber, TwoStepError>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl Stream for PhoneNumbers {
    type Item = Result<PhoneNumber, TwoStepError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(number) = self.ready.next() {
                return Poll::Ready(Some(Ok(number)));
            }
            let mut reading = match (self.reading.take(), self.pages.next()) {
                (Some(reading), _) => reading,
                (None, Some(page)) => Box::pin(self.client.clone().read_page(page)),
                (None, None) => return Poll::Ready(None),
            };
            let Poll::Ready(page) = reading.as_mut().poll(context) else {
                self.reading = Some(reading);
                return Poll::Pending;
            };
            match self.pages.read(page) {
                Ok(numbers) => self.ready = numbers.into_iter(),
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}

impl fmt::Debug for PhoneNumbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PhoneNumbers").field("client", &self.client).finish_non_exhaustive()
    }
}
