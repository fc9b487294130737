use whatsapp_two_step::{
    Operation, PhoneNumber as CoreNumber, PhoneNumberPage, PhoneNumberPages, PinState as CorePinState,
    ReadPhoneNumbers, TwoStepError,
};

use crate::error::{Failure, mirror};

/// A page of an account's numbers.
#[derive(Debug, uniffi::Record)]
pub struct Page {
    /// The numbers on it, perhaps none.
    pub numbers: Vec<PhoneNumber>,
    /// From where to read on; absent after the last page. The host keeps it, and makes nothing of it.
    pub next: Option<String>,
    /// How many requests it took.
    pub attempts: u32,
    /// The server's ID of the last one.
    pub trace_id: Option<String>,
    /// Why it has to be asked for once more, for whoever watches.
    pub refused: Option<Failure>,
}

/// A number, as the server tells of it.
#[derive(Debug, uniffi::Record)]
#[allow(missing_docs)] // as in the core
pub struct PhoneNumber {
    pub id: String,
    pub display_phone_number: Option<String>,
    pub verified_name: Option<String>,
    pub pin: PinState,
    pub status: Option<String>,
    pub code_verification_status: Option<String>,
    pub name_status: Option<String>,
    pub platform_type: Option<String>,
}

mirror! {
    /// Does a number have a PIN?
    PinState of CorePinState, Unknown: Set NotSet Unknown
}

impl From<CoreNumber> for PhoneNumber {
    fn from(number: CoreNumber) -> Self {
        Self {
            id: number.id.as_str().to_owned(),
            display_phone_number: number.display_phone_number,
            verified_name: number.verified_name,
            pin: number.pin.into(),
            status: number.status,
            code_verification_status: number.code_verification_status,
            name_status: number.name_status,
            platform_type: number.platform_type,
        }
    }
}

/// The way on which a page is a step.
pub(crate) struct Pages(pub(crate) PhoneNumberPages);

impl Pages {
    pub(crate) fn read(mut self, page: Result<PhoneNumberPage, TwoStepError>) -> Result<Page, TwoStepError> {
        let (attempts, trace_id, refused) = match &page {
            Ok(page) => {
                let (attempts, trace_id) = ReadPhoneNumbers::seen(page);
                (attempts, trace_id.map(str::to_owned), None)
            }
            Err(error) => (error.attempts(), error.trace_id().map(str::to_owned), Some(Failure::new(error, false))),
        };
        let numbers = self.0.read(page)?.into_iter().map(Into::into).collect();
        Ok(Page { numbers, next: self.0.save(), attempts, trace_id, refused })
    }
}
