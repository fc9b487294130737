//! A client's settings, and those of one call.

use std::sync::Arc;

use napi::{
    ValueType,
    bindgen_prelude::{Either, Object, Unknown},
};
use napi_derive::napi;
use whatsapp_two_step::{BaseUrl, Client, ClientBuilder, Language, Limits, TransportError, TwoStepError};
use whatsapp_two_step_rotation::RotationSettings;

use crate::{
    given::{Given, Roots, refused},
    host_http::in_millis,
    outcome::Failure,
};

const OF_A_CLIENT: [&str; 12] = [
    "accessToken",
    "appSecret",
    "baseUrl",
    "apiVersion",
    "allowHttp",
    "connectTimeoutMs",
    "timeoutMs",
    "maxRetries",
    "maxInFlight",
    "proxy",
    "rootCertificates",
    "transport",
];
const OF_A_CALL: [&str; 3] = ["signal", "timeoutMs", "maxRetries"];

/// A client of the settings as the user gave them. `variables` are the program's; with `is_from_env`, settings come from there, too.
pub(crate) fn make(settings: Unknown<'_>, variables: &Object<'_>, is_from_env: bool) -> Result<Client, TwoStepError> {
    let given = Given::of(&settings, "{ accessToken }", &OF_A_CLIENT, |name| match name {
        "timeout" | "connectTimeout" => "; times are in milliseconds and named so: timeoutMs, connectTimeoutMs",
        "token" | "access_token" => "; the token is accessToken",
        _ => "",
    })?;
    build(&given, variables, is_from_env).map_err(told)
}

fn build(given: &Given<'_>, variables: &Object<'_>, is_from_env: bool) -> Result<Client, TwoStepError> {
    let variable = |name: &str| variables.get::<String>(name).ok().flatten();
    let setting = |name: &str| if is_from_env { variable(name) } else { None };
    let texts = [
        ("WHATSAPP_ACCESS_TOKEN", given.text("accessToken")?),
        ("WHATSAPP_APP_SECRET", given.text("appSecret")?),
        ("WHATSAPP_API_VERSION", given.text("apiVersion")?),
    ];
    if texts[0].1.is_none() && !is_from_env {
        return Err(refused("accessToken", "is missing"));
    }
    // What is given here wins over a variable.
    let mut builder = ClientBuilder::from_variables(|name| {
        let (_, text) = texts.iter().find(|(variable, _)| *variable == name)?;
        text.as_ref().map(|text| text.to_string()).or_else(|| setting(name))
    })?;
    let parse = if given.flag("allowHttp")? { BaseUrl::parse_allowing_http } else { BaseUrl::parse };
    let mut needs_roots = true;
    if let Some(url) = given.text("baseUrl")?.or_else(|| setting("WHATSAPP_BASE_URL").map(Into::into)) {
        let url = parse(&url)?;
        needs_roots = !url.is_plain();
        builder = builder.base_url(url);
    }
    if let Some(time) = given.time("timeoutMs")? {
        builder = builder.timeout(time);
    }
    if let Some(time) = given.time("connectTimeoutMs")? {
        builder = builder.connect_timeout(time);
    }
    if let Some(retries) = given.count("maxRetries")? {
        builder = builder.max_retries(retries);
    }
    if let Some(calls) = given.count("maxInFlight")? {
        builder = builder.max_in_flight(calls);
    }
    builder = network(builder.environment(variable), given)?.language(Language::Node);
    let mut client = builder.clone().build()?;
    // The user's own authorities have passed by themselves. Node's own variable is passed over if there are none in its file: Node
    // has warned of it when it started.
    if needs_roots
        && !given.has_function("transport")?
        && let Some(pem) = variable("NODE_EXTRA_CA_CERTS").and_then(|path| std::fs::read(path).ok())
    {
        client = builder.root_certificates(&pem).build().unwrap_or(client);
    }
    client.endpoint().base_url().check_reach_among(variable)?;
    Ok(client)
}

/// Proxy, authorities, or a transport that has its own.
fn network(mut builder: ClientBuilder, given: &Given<'_>) -> Result<ClientBuilder, TwoStepError> {
    if let Some(url) = given.text("proxy")? {
        builder = builder.proxy(&url);
    }
    for roots in given.roots("rootCertificates")? {
        builder = match roots {
            Roots::Pem(pem) => builder.root_certificates(&pem),
            Roots::Path(path) => builder.root_certificates_file(path)?,
        };
    }
    if given.has_function("transport")? {
        // A call over it is driven in TypeScript, and never comes here.
        builder = builder.transport(Arc::new(|_| async { Err(TransportError::program_fault("driven elsewhere")) }));
    }
    Ok(builder)
}

/// The limits of one call, of which the user may have given some.
pub(crate) fn limits(limits: Limits, options: Unknown<'_>) -> Result<Limits, TwoStepError> {
    if matches!(options.get_type(), Ok(ValueType::Undefined | ValueType::Null)) {
        return Ok(limits);
    }
    let given = Given::of(&options, "{ signal }", &OF_A_CALL, |_| "; a call takes signal, timeoutMs and maxRetries")?;
    let timeout = given.time("timeoutMs")?.unwrap_or(limits.timeout);
    let limits = Limits { timeout, max_retries: given.count("maxRetries")?.unwrap_or(limits.max_retries), ..limits };
    limits.check().map_err(told)?;
    Ok(limits)
}

/// The margin of a rotator, in milliseconds, or what is wrong with its options.
#[napi(catch_unwind)]
pub fn quiet_margin_ms(options: Unknown<'_>) -> Either<f64, Failure> {
    let read = || {
        let mut settings = RotationSettings::default();
        if !matches!(options.get_type(), Ok(ValueType::Undefined)) {
            let hint = |_: &str| "; a rotator takes quietMarginMs";
            let given = Given::of(&options, "{ quietMarginMs }", &["quietMarginMs"], hint)?;
            settings.quiet_margin = given.time("quietMarginMs")?.unwrap_or(settings.quiet_margin);
        }
        settings.check().map_err(told)?;
        Ok(in_millis(settings.quiet_margin))
    };
    read().map_or_else(|error: TwoStepError| Either::B(error.into()), Either::A)
}

/// The options of one rotation, of which the core needs none.
pub(crate) fn rotation_call(options: &Unknown<'_>) -> Result<(), TwoStepError> {
    if matches!(options.get_type(), Ok(ValueType::Undefined | ValueType::Null)) {
        return Ok(());
    }
    Given::of(options, "{ signal }", &["signal"], |_| "; a rotation takes signal, its limits are the client's")
        .map(drop)
}

/// An error of the core's, with the settings named as they are here.
pub(crate) fn told(error: TwoStepError) -> TwoStepError {
    Language::Node.tell(error)
}
