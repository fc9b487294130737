# Sourced by the scripts beside it, one a platform: each builds what a release has for it, with scripts/release-platform, and uses that
# as a user does. All that they need they install: in roots and folders under $CACHE, programs for other machines from npm.
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
source scripts/roots.sh
platform=${0##*/} broken=0
work=$PWD/target/platforms/$platform out=dist/platforms/$platform # of the repository, so that roots see it
mkdir -p "$work"

# What came of it: rows of platform, part and result, in the file RESULTS that test-platforms makes a table of.
row() { printf '%s\t%s\t%s\n' "$platform" "$1" "$2" | tee -a "${RESULTS:-/dev/null}"; }
not_had() { row "$1" "could not be had: $2"; }

# prove PART COMMAND…: a row "ran" or "FAILED"; the others go on.
prove() {
    local status
    say "$platform: $1"
    set +e
    (set -e && "${@:2}")
    status=$?
    set -e
    if [ "$status" = 0 ]; then row "$1" ran; else row "$1" FAILED && broken=1; fi
}
finish() { exit "$broken"; }

# release TARGET [PART…]: builds it all, or the parts that are named, on this machine's Rust; where rustup can't bring the target's
# standard library, on Debian's. PREBUILT=1 takes what is in dist/platforms already, of a build before or of a release.
release() {
    [ -z "${PREBUILT:-}" ] || [ ! -d "$out" ] || return 0
    say "$platform: building"
    rm -rf "$out"
    local status=0
    if [ -z "${DEBIAN_RUST:-}" ] && rustup target add "$1"; then
        DIST=$out scripts/release-platform "$@" || status=$?
    else
        release_in_debian "$@" || status=$?
    fi
    [ "$status" = 0 ] || { row building FAILED && exit 1; }
}

# The root that has what Debian's stable releases have too old or not at all: Wine 10, and a Rust for other targets.
SID=platforms-sid
need_sid() { root_once "$SID" 1 make_sid "$1"; }
make_sid() {
    root_bootstrap "$1" sid
    root_install "$1" '
        dpkg --add-architecture arm64
        apt-get update -qq
        install rustc cargo rust-src libstd-rust-dev libstd-rust-dev:arm64 gcc libc6-dev gcc-mingw-w64-x86-64 python3-venv npm wine64 musl'
}
# Both Rusts share what cargo downloaded. Debian has no standard library for musl and Windows: it is built along, from its source.
release_in_debian() {
    local cargo=${CARGO_HOME:-$HOME/.cargo} machine=/etc/ssl/machine.pem std=()
    need_sid "rustup can't bring the standard library for $1"
    case $1 in *-musl | *-windows-*) std=(RUSTC_BOOTSTRAP=1 CARGO_UNSTABLE_BUILD_STD=std,panic_unwind RUSTFLAGS='-C link-self-contained=no') ;; esac
    ROOT_SEES=$cargo scripts/in-root "$SID" env DIST="$out" CARGO_HOME="$cargo" CARGO_TARGET_DIR="$PWD/target/platforms/debian" \
        CARGO_HTTP_CAINFO=$machine SSL_CERT_FILE=$machine PIP_CERT=$machine NODE_EXTRA_CA_CERTS=$machine \
        LIBNODE_PATH="${LIBNODE_PATH:-}" ${std[@]+"${std[@]}"} scripts/release-platform "$@"
}

# from_npm PACKAGE OS CPU: a program for another machine, as npm brings it; sets $program to its folder.
from_npm() {
    program=$CACHE/platforms/${1//[@\/]/-}
    [ -e "$program/.ready" ] || {
        mkdir -p "$program"
        echo '{ "private": true }' >"$program/package.json"
        npm install --prefix "$program" --force --ignore-scripts --no-audit --no-fund --loglevel=error --os="$2" --cpu="$3" "$1"
        touch "$program/.ready"
    }
    program=$program/node_modules/${1%@*}
}

# npm_project OS CPU LIBC [FOLDER]: the packages in an empty project at $work/npm, as npm on that platform installs them. Forced: a tarball that is
# named on the command line is held against this machine, whatever --os and the others say.
npm_project() {
    (cd node && { [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-fund --no-audit --loglevel=error; } && rm -rf dist && npm run --silent build)
    local from=${4:-$out}
    [ "$from" = dist ] || node node/scripts/pack.mjs "$from/node"
    rm -rf "$work/npm"
    mkdir "$work/npm"
    echo '{ "private": true }' >"$work/npm/package.json"
    cp tests/platforms/npm.mjs "$work/npm/"
    npm install --prefix "$work/npm" --offline --force --ignore-scripts --no-audit --no-fund --loglevel=error --cache "$work/npm/.cache" \
        --os="$1" --cpu="$2" ${3:+--libc="$3"} "$PWD/$from"/node/*.tgz
    rm -rf "$work/npm/.cache"
}

# command_archive: unpacks the command as a user downloads it, and sets $command.
command_archive() {
    rm -rf "$work/command"
    mkdir "$work/command"
    tar -xzf "$out"/bin/*.tar.gz -C "$work/command" --strip-components 1
    command=$(echo "$work"/command/whatsapp-two-step{,.exe} | tr ' ' '\n' | while read -r file; do [ ! -e "$file" ] || echo "$file"; done)
}

# use_command RUN…: tests/platforms/command in a folder of its own.
use_command() {
    mkdir -p "$work/use"
    (cd "$work/use" && "$OLDPWD/tests/platforms/command" "$@")
}
