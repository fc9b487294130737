//! The rows of the error table: one per code that Meta's documentation or recorded traffic knows.
//!
//! The status is the documented one; where none is documented it is 400, which every recorded Graph error had.

use super::GraphError;

graph_errors! {
    0..=0 401 "AuthException",
        "(#0) AuthException",
        "The user or app could not be authenticated; token usually expired, revoked or blocked.";
    1..=1 400 "API Unknown",
        "An unknown error occurred",
        "Malformed request or a fault on Meta's side; sometimes brief.";
    2..=2 503 "API Service",
        "An unexpected error has occurred. Please retry your request later.",
        "Brief outage or overload.";
    3..=3 500 "API Method",
        "(#3) API Method",
        "App lacks the capability or permission for this call.";
    4..=4 400 "API Too Many Calls",
        "(#4) Application request limit reached",
        "App reached its call limit.";
    10..=10 403 "API Permission Denied",
        "(#10) API Permission Denied",
        "Permission missing or withdrawn.";
    12..=12 400 "Deprecated call",
        "(#12) deprecate_wall_post is deprecated for versions v2.0 and higher",
        "The ID is no phone number's ID; a phone number in its place was met with this.";
    17..=17 400 "API User Too Many Calls",
        "(#17) API User Too Many Calls",
        "User's call limit reached.";
    32..=32 400 "Page request limit",
        "(#32) Page request limit",
        "Page-level call limit reached.";
    33..=33 400 "Parameter value is not valid",
        "(#33) Parameter value is not valid",
        "The business phone number was deleted. This is code 33, not subcode 33.";
    100..=100 400 "Invalid parameter",
        "(#100) Invalid parameter",
        "A parameter is unknown, misspelt, missing, malformed; or the object cannot be reached; or appsecret_proof problem.";
    102..=102 400 "API Session",
        "(#102) API Session",
        "Login session or token invalid when no subcode narrows it.";
    104..=104 400 "Incorrect signature",
        "(#104) Incorrect signature",
        "Request signature / proof wrong; listed on Graph reference edges.";
    190..=190 401 "Access token has expired / invalid",
        "Invalid OAuth access token - Cannot parse access token",
        "Token bad.";
    200..=299 403 "API Permission",
        "(#200) Permissions error",
        "Permission missing or withdrawn; (#200) also for unaccepted Cloud API terms, blocked app.";
    341..=341 400 "Application limit reached",
        "(#341) Application limit reached",
        "App-wide temporary throttle.";
    368..=368 403 "Temporarily blocked for policies violations",
        "(#368) Temporarily blocked for policies violations",
        "WABA restricted for breaking policy.";
    506..=506 400 "Duplicate post",
        "(#506) Duplicate post",
        "Identical post sent twice in a row.";
    551..=551 400 "User unavailable (Messenger)",
        "(#551) User unavailable (Messenger)",
        "Recipient unavailable in Messenger.";
    613..=613 400 "Custom rate limit",
        "(#613) Calls to this api have exceeded the rate limit.",
        "Call-specific rate limit passed.";
    803..=803 404 "Some aliases do not exist",
        "(#803) Some aliases do not exist",
        "Meta OpenAPI lists this 404 for a bad ID; recordings show 400 / 100 / 33 instead.";
    2500..=2500 400 "Unknown path components / active token needed",
        "Unknown path components: /x",
        "Unrecognised version or path, or no token on /me.";
    80007..=80007 400 "Rate limit issues",
        "(#80007) Rate limit issues",
        "WABA reached its call limit.";
    80008..=80008 400 "WABA management rate limit",
        "(#80008) There have been too many calls to this WhatsApp Business account. Wait a bit and try again. For more info, please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting.",
        "Too many calls to this WhatsApp Business account.";
    130_429..=130_429 400 "Rate limit hit",
        "(#130429) Rate limit hit",
        "Cloud API message throughput reached.";
    130_472..=130_472 400 "User's number is part of an experiment",
        "(#130472) User's number is part of an experiment",
        "Message not sent because recipient is in an experiment.";
    130_497..=130_497 403 "Business restricted from messaging users in this country",
        "(#130497) Business restricted from messaging users in this country",
        "Country restriction.";
    131_000..=131_000 500 "Something went wrong",
        "(#131000) Something went wrong",
        "Unknown fault.";
    131_005..=131_005 403 "Access denied",
        "(#131005) Access denied",
        "Permission not granted or removed.";
    131_008..=131_008 400 "Required parameter is missing",
        "(#131008) Required parameter is missing",
        "A parameter is missing.";
    131_009..=131_009 400 "Parameter value is not valid",
        "(#131009) Parameter value is not valid",
        "A value is bad.";
    131_016..=131_016 500 "Service unavailable",
        "(#131016) Service unavailable",
        "Brief outage.";
    131_031..=131_031 403 "Account has been locked",
        "(#131031) Business Account locked",
        "WABA restricted/disabled, OR data in the request did not match the account's data; Meta's own example is a wrong two-step PIN.";
    131_042..=131_042 400 "Business eligibility payment issue",
        "(#131042) Business eligibility payment issue",
        "Payment method problem.";
    131_045..=131_045 500 "Incorrect certificate",
        "(#131045) Incorrect certificate",
        "Phone number registration (certificate) error.";
    131_048..=131_048 400 "Spam rate limit hit",
        "(#131048) Spam rate limit hit",
        "Too many earlier messages flagged.";
    131_052..=131_052 400 "Media download error",
        "(#131052) Media download error",
        "Media of an incoming message failed.";
    131_056..=131_056 400 "Pair rate limit hit",
        "(#131056) Pair rate limit hit",
        "Too many messages to one recipient.";
    131_057..=131_057 500 "Account in maintenance mode",
        "(#131057) Account in maintenance mode",
        "WABA in maintenance, e.g. throughput upgrade.";
    133_000..=133_000 500 "Incomplete deregistration",
        "(#133000) Incomplete deregistration",
        "An earlier deregister failed.";
    133_004..=133_004 503 "Server temporarily unavailable",
        "(#133004) Server temporarily unavailable",
        "Registration server down.";
    133_005..=133_005 400 "Two-step verification PIN mismatch",
        "(#133005) Two step verification PIN Mismatch",
        "The PIN given is wrong.";
    133_006..=133_006 400 "Phone number re-verification needed",
        "(#133006) Phone number re-verification needed",
        "Number must be verified by code before registering.";
    133_008..=133_008 400 "Too many two-step verification PIN guesses",
        "(#133008) Too many two-step verification PIN guesses",
        "PIN guess limit reached for this number.";
    133_009..=133_009 400 "Two-step verification PIN guessed too fast",
        "(#133009) Two-step verification PIN guessed too fast",
        "PIN tries too close together.";
    133_010..=133_010 400 "Phone number not registered",
        "(#133010) Account not registered",
        "Number not registered on the platform.";
    133_015..=133_015 400 "Please wait a few minutes before attempting to register this phone number",
        "(#133015) Please wait a few minutes before attempting to register this phone number",
        "Number was just deleted and deletion is not finished.";
    133_016..=133_016 400 "Account register/deregister rate limit exceeded",
        "(#133016) Registration or Deregistration failed because there were too many attempts for this phone number in a short period of time",
        "More than 10 register/deregister calls in 72 h for this number; locked 72 h.";
    135_000..=135_000 400 "Generic user error",
        "(#135000) Generic user error",
        "Unknown fault with request parameters.";
    136_024..=136_024 400 "Request code error",
        "(#136024) Request code error",
        "request_code refused; user-facing title/msg present.";
    136_025..=136_025 400 "Verify code error",
        "(#136025) Verify code error",
        "verify_code refused; user-facing title/msg present.";
}
