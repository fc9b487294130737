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

# must COMMAND…: the test ends here unless it succeeds.
must() { "$@" || { printf 'not so: %s\n' "$*" && cat "$work/errors" && exit 1; }; }

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
# No PIN in what is left behind; a hint has one as an example.
must [ -z "$(cat "$work"/results/*/* | sed 's/such as \\"012345\\"//' | grep -e 735194 -e 012345)" ]

# ended DUE ID… FLAG…: the script's exit code over these numbers, with results of their own.
ended() {
    local due=$1 status=0 numbers=()
    shift
    while [[ ${1:-} =~ ^[0-9]+$ ]]; do numbers+=("$1" 012345) && shift; done
    rm -rf "$work/own"
    ./set-pins.sh <(printf '%s,%s\n' phone_number_id pin "${numbers[@]}") "$work/own" --base-url "$SANDBOX_URL" "$@" >/dev/null 2>"$work/errors" || status=$?
    must [ "$status" = "$due" ]
}
# untouched ID…: what the run left of these numbers is nothing, and the sandbox has heard of none.
untouched() {
    local id
    for id in "$@"; do
        must [ -z "$(find "$work/own" -name "$id")" ]
        must [ -z "$(pin "$id" | grep 012345)" ]
    done
}
both=(106540352242930 106540352242931)

# What every number would meet ends the run at once, and a further run tries the same number.
for token in EAAsandboxExpired EAAsandboxNoPermission; do
    WHATSAPP_ACCESS_TOKEN=$token ended 3 "${both[@]}"
    must grep -q "stopped at ${both[0]}" "$work/errors"
    untouched "${both[@]}"
done
ended 3 911230000000000 "${both[0]}" # a rate limit of an hour
untouched 911230000000000 "${both[0]}"
(unset WHATSAPP_ACCESS_TOKEN; ended 2 "${both[@]}")
must grep -q 'no access token' "$work/errors"
untouched "${both[@]}"
ended 2 "${both[@]}" --timeout soon
untouched "${both[@]}"

# A line without an ID is passed over, and is no success; a CSV without its head isn't begun.
status=0
./set-pins.sh <(printf 'phone_number_id,pin\n+49 151,012345\n\n%s,012345\n' "${both[0]}") "$work/bad" --base-url "$SANDBOX_URL" >/dev/null 2>"$work/errors" || status=$?
must [ "$status" = 1 ]
must grep -q 'lines without a phone number ID: 1' "$work/errors"
must [ -e "$work/bad/done/${both[0]}" ]
must [ -n "$(pin "${both[0]}" | grep 012345)" ]
status=0
./set-pins.sh <(printf '%s,012345\n' "${both[1]}") "$work/headless" --base-url "$SANDBOX_URL" 2>"$work/errors" || status=$?
must [ "$status" = 2 ]
must grep -q 'must be phone_number_id,pin' "$work/errors"
untouched "${both[1]}"

# Ctrl-C, and an end that only one of the two processes hears of: either PIN may hold, and no further number is tried.
set -m # the script becomes a process group of its own, as on a terminal
number=0
for whom in group script command; do
    number=$((number + 1))
    before=10654035224295$number hang=91001000000077$number after=10654035224296$number
    rm -rf "$work/own"
    ./set-pins.sh <(printf '%s\n' phone_number_id,pin $before,012345 $hang,012345 $after,012345) "$work/own" \
        --base-url "$SANDBOX_URL" --timeout 3 >/dev/null 2>"$work/errors" &
    script=$!
    until [[ $(curl --silent --noproxy '*' "$SANDBOX_URL/_sandbox/requests") == *$hang* ]]; do sleep 0.1; done
    case $whom in
        group) kill -INT -- -$script ;;
        script) kill -INT $script ;;
        command) kill -INT "$(pgrep -P $script whatsapp)" ;;
    esac
    status=0
    wait $script || status=$?
    must [ "$status" = 130 ]
    must grep -q '"outcome":"unknown"' "$work/own/unknown/$hang"
    must [ -e "$work/own/done/$before" ]
    untouched $after
done
set +m

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
