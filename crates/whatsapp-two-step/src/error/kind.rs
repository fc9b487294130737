use std::fmt;

use serde::{Serialize, Serializer};

/// Declares an enum whose variants have one stable spelling each, the same in every language.
macro_rules! coded {
    (
        $(#[$doc:meta])*
        pub enum $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $code:literal,)+ }
    ) => {
        $(#[$doc])*
        pub enum $name { $($(#[$variant_doc])* $variant,)+ }

        impl $name {
            /// All of them, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stable spelling, in `snake_case`: what logs, JSON and the other languages show.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.code())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }
    };
}

coded! {
    /// What went wrong.
    ///
    /// ```
    /// use whatsapp_two_step::ErrorKind;
    ///
    /// assert_eq!(ErrorKind::RateLimited.code(), "rate_limited");
    /// assert_eq!(ErrorKind::ALL.len(), 17);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum ErrorKind {
        /// The PIN isn't six digits. Before any I/O.
        InvalidPin = "invalid_pin",
        /// The phone number ID isn't 1 to 32 digits. Before any I/O.
        InvalidPhoneNumberId = "invalid_phone_number_id",
        /// A setting is wrong. Before any I/O.
        InvalidConfiguration = "invalid_configuration",
        /// The token, or the proof made with the app secret, was refused.
        Authentication = "authentication",
        /// The token lacks a permission.
        PermissionDenied = "permission_denied",
        /// There is no such phone number for this token.
        NotFound = "not_found",
        /// The server found fault with the request.
        InvalidRequest = "invalid_request",
        /// The server refused the PIN.
        PinRejected = "pin_rejected",
        /// The number isn't registered or verified as it must be.
        NumberNotReady = "number_not_ready",
        /// The business account is locked or blocked.
        AccountRestricted = "account_restricted",
        /// Too many calls.
        RateLimited = "rate_limited",
        /// A fault on the server's side.
        ServiceUnavailable = "service_unavailable",
        /// The server answered `"success": false`.
        NotApplied = "not_applied",
        /// DNS, refused, TLS, reset, or closed early.
        ConnectionFailed = "connection_failed",
        /// The connection or the whole call took too long.
        TimedOut = "timed_out",
        /// A webhook's signature or body is wrong. Never from a call.
        InvalidWebhook = "invalid_webhook",
        /// An answer that no Graph API gives: HTML, a redirect, a body too large.
        UnexpectedResponse = "unexpected_response",
    }
}

coded! {
    /// Which PIN holds after an error? Ordered: over several attempts the greatest, the weakest claim, holds.
    ///
    /// ```
    /// use whatsapp_two_step::Outcome;
    ///
    /// assert_eq!(Outcome::NotSent.code(), "not_sent");
    /// // A timeout followed by a rejection: the first request may have been applied.
    /// assert_eq!(Outcome::Unknown.max(Outcome::Rejected), Outcome::Unknown);
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Outcome {
        /// No request left: the old PIN holds.
        NotSent = "not_sent",
        /// The server answered that nothing changed: the old PIN holds.
        Rejected = "rejected",
        /// A request left and no such answer came: either PIN may hold. Sending the same PIN again is safe.
        Unknown = "unknown",
    }
}

impl Outcome {
    /// What to do about it, where nothing more is known: for whoever stopped a call, and has no error with a hint of its own.
    ///
    /// ```
    /// use whatsapp_two_step::Outcome;
    ///
    /// assert!(Outcome::Unknown.hint().starts_with("Set the same PIN again"));
    /// ```
    #[must_use]
    pub const fn hint(self) -> &'static str {
        match self {
            Self::NotSent => "Nothing was sent.",
            Self::Rejected => "Nothing was changed.",
            Self::Unknown => "Set the same PIN again until a call succeeds: that is safe, and settles which PIN holds.",
        }
    }
}

coded! {
    /// Why a connection failed, or for what a call waited when its time was over.
    ///
    /// ```
    /// use whatsapp_two_step::Reason;
    ///
    /// assert_eq!(Reason::NoDescriptors.code(), "no_descriptors");
    /// ```
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Reason {
        /// The host's name could not be resolved.
        Dns = "dns",
        /// Nothing listens there, or a firewall says no.
        Refused = "refused",
        /// There is no way to the host.
        Unreachable = "unreachable",
        /// The certificate isn't trusted, or the handshake failed.
        Tls = "tls",
        /// The proxy can't be reached, or refuses.
        Proxy = "proxy",
        /// The connection was reset.
        Reset = "reset",
        /// The connection was closed before a whole answer came.
        Closed = "closed",
        /// The process or the system has no descriptor left for a socket.
        NoDescriptors = "no_descriptors",
        /// The time was over before there was a connection.
        Connecting = "connecting",
        /// The time was over before a whole answer came.
        Waiting = "waiting",
        /// Anything else.
        Other = "other",
    }
}
