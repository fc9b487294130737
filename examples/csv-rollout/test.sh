#!/usr/bin/env bash
# The script against the sandbox at SANDBOX_URL, with the command that is on the PATH.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export WHATSAPP_ACCESS_TOKEN=EAAtest

# The last line has no line break, and one line ends as Windows' do.
printf '%s,%s\n' phone_number_id pin \
    106540352242922 012345 901330100000000 735194 914000000000401 735194 920010000000401 $'735194\r' \
    106540352242923 1234 >"$work/numbers.csv"
printf '106540352242924,000000' >>"$work/numbers.csv"

# run DUE FLAG…: what the script prints of each number, in the order of the CSV.
run() {
    local due=$1 said
    said=$(./set-pins.sh "$work/numbers.csv" "$work/results" --max-retries 0 "${@:2}" 2>"$work/errors" || true)
    said=$(sed -n 's/^[0-9]\{15\} //p' <<<"$said" | tr '\n' ' ')
    [ "$said" = "$due " ] || { printf 'due:  %s\nsaid: %s\n' "$due" "$said" && cat "$work/errors" && exit 1; }
}
run 'not-sent not-sent not-sent not-sent invalid not-sent' --base-url http://127.0.0.1:1
run 'done rejected unknown unknown invalid done' --base-url "$SANDBOX_URL"
run 'unknown unknown invalid' --base-url "$SANDBOX_URL"
run 'unknown done invalid' --base-url "$SANDBOX_URL"

pin() { curl --silent --noproxy '*' "$SANDBOX_URL/_sandbox/pins/$1"; }
[[ $(pin 106540352242922) == *'"012345"'* && $(pin 106540352242924) == *'"000000"'* ]]
[ "$(find "$work/results/unknown" -type f -printf %f)" = 914000000000401 ]
! grep -rq -e 735194 -e 012345 "$work/results" # no PIN in what is left behind

# A token that has expired ends the run at once, and a further run tries the same number.
WHATSAPP_ACCESS_TOKEN=EAAsandboxExpired ./set-pins.sh <(printf 'phone_number_id,pin\n1065403522429%s,012345\n' 30 31) "$work/token" --base-url "$SANDBOX_URL" \
    >/dev/null 2>"$work/errors" && exit 1
grep -q 'stopped at 106540352242930' "$work/errors"
[ -z "$(find "$work/token" -name '1065*')" ]

# once ID TOKEN: one more run for this number. It may end as it likes.
once() {
    WHATSAPP_ACCESS_TOKEN=$2 ./set-pins.sh <(printf 'phone_number_id,pin\n%s,735194\n' "$1") "$work/doubt" --base-url "$SANDBOX_URL" &>"$work/errors" || true
}
due() { [ -e "$work/doubt/$1" ] || { printf 'not there: %s\n' "$1" && find "$work/doubt" -type f && exit 1; }; }

# A call whose first attempt got no answer, and whose second one was refused: the first may have been applied.
once 920050000000501 EAAtest
due unknown/920050000000501
grep -q stopped "$work/errors"
once 920050000000501 EAAtest # refused again
due unknown/920050000000501

# The PIN is applied, and the script is killed before it knows. A refusal afterwards settles nothing, a success does.
id=106540352242932
mkdir "$work/bin"
printf '#!/bin/sh\n%s "$@"\nkill -9 $PPID\n' "$(command -v whatsapp-two-step)" >"$work/bin/whatsapp-two-step"
chmod +x "$work/bin/whatsapp-two-step"
PATH="$work/bin:$PATH" once $id EAAtest
[[ $(pin $id) == *'"735194"'* ]]
due unknown/$id
once $id EAAsandboxExpired
due unknown/$id
once $id EAAtest
due "done/$id"
[ "$(find "$work/doubt" -name $id | wc -l)" = 1 ]
printf 'The script works.\n'
