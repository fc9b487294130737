#!/usr/bin/env bash
# test.sh TARBALLS: checks them, installs them into an empty folder without a network, and runs the tests there.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD bin=$PWD/node_modules/.bin
tarballs=$(ls "$1"/*.tgz)
main=$(ls "$1"/whatsapp-two-step-[0-9]*.tgz)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export VECTORS=$root/../tests/vectors

"$bin/publint" --strict "$main"
"$bin/attw" --no-emoji --format ascii "$main"

cd "$work"
echo '{ "private": true }' > package.json
# shellcheck disable=SC2086 # one word each
npm install --offline --ignore-scripts --no-audit --no-fund --loglevel=error --cache "$work/cache" $tarballs

cp -r "$root"/test "$root/README.md" .
for package in undici nock msw @types/node; do # what the tests use beside it
    mkdir -p "$(dirname "node_modules/$package")"
    ln -s "$root/node_modules/$package" "node_modules/$package"
done

strict=(--noEmit --strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --noImplicitReturns --target es2022)
for module in node16 nodenext; do
    "$bin/tsc" "${strict[@]}" --module $module --types node test/types/*.cts test/types/*.mts
done
"$bin/tsc" "${strict[@]}" --module esnext --moduleResolution bundler --types '' --lib es2022,dom,dom.iterable test/types/bundler.ts
echo "types: node16, nodenext and bundler agree"

# A file's tests share a sandbox and a clock; files run beside each other.
# shellcheck disable=SC2086
node --test --test-reporter=spec --test-timeout=120000 ${TESTS:-test/*.test.mjs}
