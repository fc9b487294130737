//! Lines that fit a narrow terminal.

/// Breaks lines between words so that they fit. What follows a break stands a little to the right of its line's beginning.
pub(crate) fn wrap(text: &str, width: usize) -> String {
    text.split_inclusive('\n')
        .map(|line| if visible(line.trim_end()) > width { broken(line, width) } else { line.to_owned() })
        .collect()
}

fn broken(line: &str, width: usize) -> String {
    let indent = " ".repeat(line.len() - line.trim_start_matches(' ').len());
    let (mut text, mut begin) = (indent.clone(), indent.len());
    let mut column = begin;
    for word in line[indent.len()..].split_inclusive(' ') {
        if column > begin && column + visible(word.trim_end()) > width {
            text.truncate(text.trim_end().len());
            text.extend(["\n", &indent, "    "]);
            begin = indent.len() + 4;
            column = begin;
        }
        text.push_str(word);
        column += visible(word);
    }
    text
}

/// How many columns it takes, without the codes that colour it.
fn visible(text: &str) -> usize {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().map_or(0, |part| part.chars().count());
    first + parts.map(|part| part.split_once('m').map_or(0, |(_, rest)| rest.chars().count())).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn between_words_and_to_the_right() {
        assert_eq!(wrap("one two three\n  four five\n", 9), "one two\n    three\n  four\n      five\n");
        assert_eq!(wrap("fits\n\nin", 4), "fits\n\nin");
        assert_eq!(wrap("toolongforit ab", 4), "toolongforit\n    ab");
    }

    #[test]
    fn colour_takes_no_room() {
        let text = "\u{1b}[1;31merror:\u{1b}[0m no";
        assert_eq!(wrap(text, 9), text);
        assert_eq!(wrap(text, 8), "\u{1b}[1;31merror:\u{1b}[0m\n    no");
    }
}
