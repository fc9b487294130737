//! The report: language by group of cases, then each difference.

use std::{collections::BTreeMap, fmt};

use crate::compare::Verdict;

#[derive(Clone, Copy, Default)]
struct Count {
    passed: usize,
    failed: usize,
    skipped: usize,
}

#[derive(Default)]
pub(crate) struct Table {
    languages: Vec<String>,
    groups: Vec<&'static str>,
    counts: BTreeMap<(String, &'static str), Count>,
    differences: Vec<String>,
    /// Language, group and reason of what is not applicable, and how often.
    skips: BTreeMap<(String, &'static str, String), usize>,
    /// The call that took the most memory, by language.
    greediest: BTreeMap<String, (u64, String)>,
}

impl Table {
    pub(crate) fn add(&mut self, language: &str, group: &'static str, case: &str, verdict: Verdict) {
        if !self.languages.iter().any(|known| known == language) {
            self.languages.push(language.to_owned());
        }
        if !self.groups.contains(&group) {
            self.groups.push(group);
        }
        let count = self.counts.entry((language.to_owned(), group)).or_default();
        match verdict {
            Verdict::Pass(kb) => {
                count.passed += 1;
                let most = self.greediest.entry(language.to_owned()).or_default();
                *most = (*most).clone().max((kb, case.to_owned()));
            }
            Verdict::Skip(reason) => {
                count.skipped += 1;
                *self.skips.entry((language.to_owned(), group, reason)).or_default() += 1;
            }
            Verdict::Differs(differences) => {
                count.failed += 1;
                let name: String = case.chars().take(60).collect();
                self.differences.push(format!("{language}: {group}: {name}: {}", differences.join("; ")));
            }
        }
    }

    fn sum(&self, of: impl Fn(&Count) -> usize) -> usize {
        self.counts.values().map(of).sum()
    }

    pub(crate) fn passes(&self) -> usize {
        self.sum(|count| count.passed)
    }

    pub(crate) fn failures(&self) -> usize {
        self.sum(|count| count.failed)
    }

    pub(crate) fn skips(&self) -> usize {
        self.sum(|count| count.skipped)
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:17}", "")?;
        for group in &self.groups {
            write!(f, "{group:>14}")?;
        }
        writeln!(f)?;
        for language in &self.languages {
            write!(f, "{language:17}")?;
            for group in &self.groups {
                let count = self.counts.get(&(language.clone(), *group)).copied().unwrap_or_default();
                let cell = match count {
                    Count { failed: 0, skipped: 0, passed } => format!("{passed} ok"),
                    Count { failed: 0, skipped, passed } => format!("{passed} ok, {skipped} n/a"),
                    Count { failed, .. } => format!("{failed} DIFFER"),
                };
                write!(f, "{cell:>14}")?;
            }
            writeln!(f)?;
        }
        for ((language, group, reason), count) in &self.skips {
            writeln!(f, "n/a: {language}: {group}: {count} of them: {reason}")?;
        }
        let greediest = self.languages.iter().filter_map(|language| Some((language, self.greediest.get(language)?)));
        let greediest: Vec<_> = greediest.map(|(language, (kb, case))| format!("{language} {kb} ({case})")).collect();
        writeln!(f, "most memory for a call, in kB, and for which: {}", greediest.join(", "))?;
        self.differences.iter().try_for_each(|difference| writeln!(f, "{difference}"))
    }
}
