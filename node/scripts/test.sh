#!/usr/bin/env bash
# test.sh TARBALLS: installs them into an empty folder, without a network, and runs the tests there.
set -euo pipefail
cd "$(dirname "$0")/.."
tarballs=$(ls "$1"/*.tgz)
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export VECTORS=$root/../tests/vectors

cd "$work"
echo '{ "private": true }' > package.json
# shellcheck disable=SC2086 # one word each
npm install --offline --ignore-scripts --no-audit --no-fund --loglevel=error --cache "$work/cache" $tarballs

cp -r "$root"/test .
for package in undici nock msw typescript @types/node; do # what the tests use beside it
    mkdir -p "$(dirname "node_modules/$package")"
    ln -s "$root/node_modules/$package" "node_modules/$package"
done
node --test --test-reporter=spec --test-timeout=120000 ${TESTS:-test/*.test.mjs}
