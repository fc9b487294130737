#!/usr/bin/env bash
# test.sh DIST: checks the tarballs there, and runs the tests on the packages as they are installed there.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD bin=$PWD/node_modules/.bin
main=$(ls "$1"/whatsapp-two-step-[0-9]*.tgz)
work=$(mktemp -d)
scratch=$(mktemp -d) # outside of $work, so that nothing in it finds the packages that are installed there
trap 'rm -rf "$work" "$scratch"' EXIT
export VECTORS=$root/../tests/vectors SOURCES=$root/src

"$bin/publint" --strict "$main"
"$bin/attw" --no-emoji --format ascii "$main"

cp -r "$1/installed/." "$work"
cp -r test README.md ../docs/operating.md ../docs/migration.md ../docs/rotation.md "$work"
cp ../README.md "$work/PROJECT.md"
cd "$work"
for package in undici nock msw esbuild @types/node; do # what the tests use beside it
    mkdir -p "$(dirname "node_modules/$package")"
    ln -s "$root/node_modules/$package" "node_modules/$package"
done

# Bun and Deno, once a machine; without them their tests say that they were not run.
export RUNTIMES="${XDG_CACHE_HOME:-$HOME/.cache}/whatsapp-two-step/js-runtimes"
if [ ! -e "$RUNTIMES/node_modules/.bin/deno" ]; then
    mkdir -p "$RUNTIMES"
    echo '{ "private": true }' >"$RUNTIMES/package.json"
    npm install --prefix "$RUNTIMES" --no-audit --no-fund --loglevel=error bun@1 deno@2 ||
        { [ -z "${CI:-}" ] && echo "Bun and Deno could not be had"; }
fi

strict=(--noEmit --strict --exactOptionalPropertyTypes --noUncheckedIndexedAccess --noImplicitReturns --target es2022)
node test/documentation.mjs examples
for module in node16 nodenext; do
    "$bin/tsc" "${strict[@]}" --module $module --types node test/types/*.cts test/types/*.mts examples/*.mts
done
for lib in es2022,dom,dom.iterable es2022,dom; do
    "$bin/tsc" "${strict[@]}" --module esnext --moduleResolution bundler --types '' --lib $lib test/types/bundler.ts
done
echo "types: node16, nodenext and bundler agree"
"$bin/tsc" --outDir examples --strict --target es2022 --module nodenext --types node examples/*.mts

# shellcheck disable=SC2086 # one word each
export TMPDIR=$scratch # what a test leaves there goes with the rest
node --test --test-reporter=spec --test-timeout=120000 ${TESTS:-test/*.test.mjs}
