# Sourced by the other scripts: where we are, and what to do when a tool is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/whatsapp-two-step" # toolchains that a script makes: outside the repo, once a machine

# SQLite without what a vault has no use for: full-text search, geometry, statistics. That saves 160 kB in each package.
export LIBSQLITE3_FLAGS="-USQLITE_ENABLE_FTS3 -USQLITE_ENABLE_FTS3_PARENTHESIS -USQLITE_ENABLE_FTS5 -USQLITE_ENABLE_RTREE -USQLITE_ENABLE_DBSTAT_VTAB -USQLITE_ENABLE_STAT4"

say() { printf '\n== %s\n' "$*"; }
fail() { printf 'failed: %s\n' "$*" >&2; exit 1; }

# A person without the tool is told what is skipped; under CI, what isn't tested has failed.
skip() {
    if [ -n "${CI:-}" ]; then fail "$*"; fi
    printf 'skipped: %s\n' "$*"
    exit 77
}

# What is built for users has no paths of the machine that built it; one value for all, so that they share what is compiled.
# A demo only shows: it builds quickly, and elsewhere (PROFILE=dev DIST=dist/demo).
DIST="${DIST:-dist}"
# dist_profile NAME: sets $profile and its folder $built.
dist_profile() {
    profile="${PROFILE:-$1}"
    built="${CARGO_TARGET_DIR:-$PWD/target}/${profile/#dev/debug}"
    [ "$profile" = dev ] || remap_paths
}
remap_paths() {
    RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=$(own_path "$PWD")=. --remap-path-prefix=$(own_path "${CARGO_HOME:-$HOME/.cargo}")=cargo"
    export RUSTFLAGS
}
own_path() { cygpath --windows "$1" 2>/dev/null || echo "$1"; } # on Windows, bash and rustc spell a path differently

# need TOOL HOW-TO-GET-IT
need() { command -v "$1" >/dev/null 2>&1 || skip "$1 is not on this machine; $2"; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; } # fails where that needs a password
need_rust() { need cargo "install Rust from https://rustup.rs"; }

# dist_if_changed LANGUAGE PATH…: builds its package, unless nothing of it has changed since the last time.
dist_if_changed() {
    local stamp="$DIST/.$1-built" log status=0
    if [ -e "$stamp" ] && [ -z "$(find Cargo.lock Cargo.toml crates "${@:2}" -type f -newer "$stamp" -print -quit)" ]; then return; fi
    log="$("scripts/dist-$1" 2>&1)" || status=$?
    [ "$status" != 77 ] || { echo "$log" | tail -n 1 && exit 77; }
    [ "$status" = 0 ] || fail "dist-$1: $log"
    touch "$stamp"
}

# python_tools: maturin, Zig and cargo-zigbuild, in the versions that are pinned, onto the PATH; they are made once a machine.
python_tools() {
    local python tools="$CACHE/release" bin pinned
    python=$(command -v python3 || command -v python) || return 1
    pinned=$(cksum <scripts/requirements.txt)
    if [ "$(cat "$tools/.pinned" 2>/dev/null)" != "$pinned" ]; then
        mkdir -p "$CACHE"
        [ -d "$tools" ] || "$python" -m venv "$tools" || return 1
        for bin in "$tools/bin" "$tools/Scripts"; do
            [ ! -d "$bin" ] || "$bin/python" -m pip install --quiet --disable-pip-version-check --requirement scripts/requirements.txt || return 1
        done
        echo "$pinned" >"$tools/.pinned"
    fi
    for bin in "$tools/bin" "$tools/Scripts"; do [ ! -d "$bin" ] || PATH="$bin:$PATH"; done
}

# old_glibc: after dist_profile, where a package for Linux can be built for glibc 2.17, of 2012, as in a release: sets $target, and
# $zigbuild for cargo. Else $target is empty, and what is built runs on systems as new as this one; NO_ZIG=1 wants that.
old_glibc() {
    target='' zigbuild=(build)
    [ "$profile" != dev ] && [ -z "${NO_ZIG:-}" ] && getconf GNU_LIBC_VERSION >/dev/null 2>&1 || return 0
    python_tools >/dev/null 2>&1 || { echo "Zig could not be had: this is built for systems as new as this one"; return 0; }
    target=$(rustc -vV | sed -n 's/^host: //p')
    zigbuild=(zigbuild --target "$target.2.17")
    built=${built%/*}/$target/${built##*/}
}

# cargo_tool CRATE VERSION [OPTION…]: a program that cargo installs, once a machine, onto the PATH.
cargo_tool() {
    local tools="$CACHE/tools/$1-$2"
    [ -x "$tools/bin/$1" ] || { say "installing $1 $2, once" && env -u CARGO_TARGET_DIR cargo install --quiet --locked --root "$tools" "${@:3}" "$1@$2"; }
    PATH="$tools/bin:$PATH"
}
