#!/usr/bin/env bash
# set-pins.sh NUMBERS.csv RESULTS [FLAG…]: sets the PIN of every number in a CSV, and can be run again after any failure.
#
# The CSV has a head line and two columns: phone_number_id,pin. The token comes from WHATSAPP_ACCESS_TOKEN; flags go to the command.
# RESULTS gets one file a number, the command's JSON, in the folder that says which PIN holds:
#   done      the new one           a further run leaves it alone
#   rejected  the old one           someone has to look; delete the file to try again
#   unknown   either                a further run sends the same PIN again, which settles it
#   not-sent  the old one           a further run tries again
#   invalid   the old one           the ID or the PIN in the CSV is wrong; a further run tries again
set -euo pipefail
umask 077
csv=$1 results=$2
shift 2
mkdir -p "$results"/{done,rejected,unknown,not-sent,invalid}

while IFS=, read -r id pin <&3 || [ -n "${id:-}" ]; do
    pin=${pin%$'\r'}
    [[ $id =~ ^[0-9]{1,32}$ ]] || { printf 'not a phone number ID: %s\n' "$id" >&2; continue; }
    [ ! -e "$results/done/$id" ] && [ ! -e "$results/rejected/$id" ] || continue

    # printf is the shell's own: the PIN is in no argument and no environment, where other users could read it.
    status=0
    printf %s "$pin" | whatsapp-two-step set --json --phone-number-id "$id" "$@" >"$results/.now" || status=$?
    case $status in
        0) place='done' ;;
        2) place=invalid ;;
        3) place=rejected ;;
        4) place=unknown ;;
        5) place=not-sent ;;
        *) printf 'the command ended with %s\n' "$status" >&2; exit "$status" ;;
    esac
    case $(cat "$results/.now") in # every other number would meet these too; a further run tries this one again
        *'"kind":"authentication"'* | *'"kind":"rate_limited"'*)
            printf 'stopped at %s: %s\n' "$id" "$(cat "$results/.now")" >&2
            exit 3
            ;;
    esac
    # What was in doubt stays so until a call succeeds: a refusal now says nothing of the call before.
    if [ -e "$results/unknown/$id" ] && [ "$place" != 'done' ]; then place=unknown; fi
    rm -f "$results"/{unknown,not-sent,invalid}/"$id"
    mv "$results/.now" "$results/$place/$id"
    printf '%s %s\n' "$id" "$place"
done 3< <(tail -n +2 "$csv")

for place in 'done' rejected unknown not-sent invalid; do
    printf '%s %s\n' "$place" "$(find "$results/$place" -type f | wc -l)"
done
[ -z "$(find "$results"/{rejected,unknown,not-sent,invalid} -type f)" ]
