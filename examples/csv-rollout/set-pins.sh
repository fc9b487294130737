#!/usr/bin/env bash
# set-pins.sh NUMBERS.csv RESULTS [FLAG…]: sets the PIN of every number in a CSV, and can be run again after any failure.
#
# The CSV begins with the line phone_number_id,pin and has one line a number. The token comes from WHATSAPP_ACCESS_TOKEN; flags go to the command.
# RESULTS gets one file a number, the command's JSON, in the folder that says which PIN holds:
#   done      the new one           a further run leaves it alone
#   rejected  the old one           someone has to look; delete the file to try again
#   unknown   either                a further run sends the same PIN again; only a success settles it
#   not-sent  the old one           a further run tries again
#   invalid   the old one           the ID or the PIN in the CSV is wrong; a further run tries again
# An empty file in unknown: the run was cut off in the middle of that call.
#
# It stops at what every other number would meet too: no good token, no permission, a wrong flag, a rate limit; and at Ctrl-C, once the call
# under way has said which PIN holds. Exit codes: 0 all are done, 1 some are not, 2 wrong usage, 3 stopped, 130 stopped by Ctrl-C.
#
# Keep the CSV: it has the PINs that may hold. Don't change the PIN of a number in unknown. Begin no rollout of other PINs within
# two minutes after a run: an earlier request may still be on its way, and would undo the new PIN.
set -euo pipefail
umask 077
csv=$1 results=$2
shift 2
exec 3<"$csv"
read -r head <&3 || true
head=${head#$'\xef\xbb\xbf'} # Excel's byte order mark
[ "${head%$'\r'}" = phone_number_id,pin ] || { printf 'the first line of %s must be phone_number_id,pin\n' "$csv" >&2; exit 2; }
mkdir -p "$results"/{done,rejected,unknown,not-sent,invalid}

# tidy PLACE ID: leaves no older file of this number beside the one in PLACE.
tidy() {
    local other
    for other in unknown not-sent invalid; do
        [ "$other" = "$1" ] || rm -f "$results/$other/$2"
    done
}

# Ctrl-C reaches the command too, which then says what its call had come to.
bad=0 end=''
trap 'end=130' INT TERM HUP

while [ -z "$end" ] && { IFS=, read -r id pin <&3 || [ -n "${id:-}" ]; }; do
    pin=${pin%$'\r'}
    [ -n "${id%$'\r'}$pin" ] || continue
    if ! [[ $id =~ ^[0-9]{1,32}$ ]]; then
        bad=$((bad + 1))
        printf 'not a phone number ID: %s\n' "$id" >&2
        continue
    fi
    if [ -e "$results/done/$id" ] || [ -e "$results/rejected/$id" ]; then
        tidy 'done' "$id" # a run may have been cut off before it did this
        continue
    fi

    # Before the call, so that a run that is cut off in it leaves a doubt. What was in doubt before stays so until a call succeeds.
    in_doubt=
    [ ! -e "$results/unknown/$id" ] || in_doubt=1
    : >>"$results/unknown/$id"

    # printf is the shell's own: the PIN is in no argument and no environment, where other users could read it.
    status=0
    printf %s "$pin" | whatsapp-two-step set --json --phone-number-id "$id" "$@" >"$results/.now" || status=${PIPESTATUS[1]}
    case $status in
        0) place='done' ;;
        2) place=invalid ;;
        3) place=rejected ;;
        4) place=unknown ;;
        5) place=not-sent ;;
        *) printf 'the command ended with %s\n' "$status" >&2; exit "$status" ;;
    esac
    # A refusal now says nothing of an earlier call.
    [ -z "$in_doubt" ] || [ "$place" = 'done' ] || place=unknown

    stop=
    case $(cat "$results/.now") in
        *'"kind":"authentication"'* | *'"kind":"permission_denied"'* | *'"kind":"rate_limited"'*) stop=3 ;;
        *'"kind":"invalid_configuration"'*) stop=2 ;; # no token, or a wrong flag
        *'"kind":"interrupted"'*) stop=130 ;;
    esac
    if [ -n "$stop" ]; then
        printf 'stopped at %s: %s\n' "$id" "$(cat "$results/.now")" >&2
        end=$stop
        if [ "$place" = rejected ] || [ "$place" = invalid ]; then # it is not this number's fault: a further run tries it again
            rm "$results/unknown/$id"
            continue
        fi
    fi
    mv "$results/.now" "$results/$place/$id"
    tidy "$place" "$id"
    printf '%s %s\n' "$id" "$place"
done

for place in 'done' rejected unknown not-sent invalid; do
    printf '%s %s\n' "$place" "$(find "$results/$place" -type f | wc -l)"
done
[ "$bad" = 0 ] || printf 'lines without a phone number ID: %s\n' "$bad" >&2
[ -z "$end" ] || exit "$end"
[ "$bad" = 0 ] && [ -z "$(find "$results"/{rejected,unknown,not-sent,invalid} -type f)" ]
