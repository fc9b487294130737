use bench_client::{Arguments, PHONE_NUMBER_ID, PIN, Peer, TOKEN};
use whatsapp_two_step::{AccessToken, Client, ClientBuilder, PhoneNumberId, Pin, blocking};

#[derive(Clone)]
pub(crate) struct Ours {
    client: Client,
    id: PhoneNumberId,
    pin: Pin,
}

fn settings(arguments: &Arguments) -> ClientBuilder {
    let token = AccessToken::parse(TOKEN).expect("a token");
    let settings = Client::builder(token).base_url(arguments.url.parse().expect("a URL"));
    match &arguments.ca {
        Some(ca) => settings.root_certificates(ca),
        None => settings,
    }
}

fn values() -> (PhoneNumberId, Pin) {
    (PHONE_NUMBER_ID.parse().expect("an ID"), PIN.parse().expect("a PIN"))
}

impl Peer for Ours {
    fn connect(arguments: &Arguments) -> Self {
        let (id, pin) = values();
        Self { client: settings(arguments).build().expect("a client"), id, pin }
    }

    async fn set_pin(&self) {
        self.client.set_two_step_pin(&self.id, &self.pin).await.expect("a success");
    }
}

pub(crate) struct Blocking {
    client: blocking::Client,
    id: PhoneNumberId,
    pin: Pin,
}

impl Blocking {
    pub(crate) fn connect(arguments: &Arguments) -> Self {
        let (id, pin) = values();
        Self { client: blocking::Client::build(settings(arguments)).expect("a client"), id, pin }
    }

    pub(crate) fn set_pin(&self) {
        self.client.set_two_step_pin(&self.id, &self.pin).expect("a success");
    }
}
