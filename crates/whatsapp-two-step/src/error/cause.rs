use std::{error::Error as StdError, fmt};

use crate::redact::Redactor;

const MAX_DEPTH: usize = 8;

/// A foreign error's text and its causes' texts, cleaned. The error itself isn't kept: a transport's error may hold the
/// request, and anyone who walks a chain prints what he finds.
#[derive(Clone)]
pub(crate) struct Cause {
    text: String,
    source: Option<Box<Cause>>,
}

impl Cause {
    pub(crate) fn of(error: &(dyn StdError + 'static), redactor: &Redactor<'_>) -> Self {
        let mut texts: Vec<String> = Vec::new();
        let mut next = Some(error);
        while let Some(error) = next.take_if(|_| texts.len() < MAX_DEPTH) {
            let text = redactor.clean(&error.to_string(), 300);
            // Many libraries repeat their cause's text in their own.
            if !texts.last().is_some_and(|last| last.contains(&text)) {
                texts.push(text);
            }
            next = error.source();
        }
        let mut chain: Option<Box<Self>> = None;
        while let Some(text) = texts.pop() {
            chain = Some(Box::new(Self { text, source: chain }));
        }
        chain.map_or_else(|| Self { text: String::new(), source: None }, |cause| *cause)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text)?;
        self.source.as_ref().map_or(Ok(()), |source| write!(f, " <- {source:?}"))
    }
}

impl StdError for Cause {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|cause| cause as &dyn StdError)
    }
}
