# Sourced after lib.sh: Debian systems of their own in folders under $CACHE, made once a machine, for what this one hasn't got.

# The mirror that this machine's own apt uses.
root_mirror() { apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -m1 -E '/debian/?$' || true; }

# install_here PACKAGE…: with this machine's own apt.
install_here() {
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# install_server NAME: the same, where that needs no password; the service that comes with it is neither started nor enabled.
install_server() {
    command -v apt-get >/dev/null && as_root true 2>/dev/null || return
    say "installing $1"
    as_root env SERVER="$1" bash -euc '
        policy=/usr/sbin/policy-rc.d
        if [ ! -e "$policy" ]; then
            printf "#!/bin/sh\nexit 101\n" >"$policy" && chmod +x "$policy"
            trap "rm $policy" EXIT
        fi
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$SERVER" >/dev/null
        systemctl --quiet disable "$SERVER.service" 2>/dev/null || true
    '
}

# root_bootstrap NAME SUITE [OPTION…]: the empty system, with this machine's names, proxy and certificates, so that apt in there
# reaches the mirror too. Its log is $CACHE/NAME.log.
root_bootstrap() {
    local root=$CACHE/$1 log=$CACHE/$1.log from file
    from=$(root_mirror)
    mkdir -p "$CACHE"
    command -v debootstrap >/dev/null || install_here debootstrap
    as_root rm -rf --one-file-system "$root"
    as_root debootstrap --variant=minbase "${@:3}" "$2" "$root" "$from" >"$log" 2>&1 || { tail -n 30 "$log" >&2; fail "debootstrap $2"; }
    as_root mkdir -p "$root/etc/ssl/certs"
    for file in /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt /etc/apt/apt.conf /etc/apt/apt.conf.d/*; do
        case $file in /etc/apt/*) grep -qs Acquire:: "$file" || continue ;; esac
        as_root cp -L "$file" "$root$file" 2>/dev/null || true
    done
    # A second name: whoever installs ca-certificates in there makes the first one anew.
    as_root cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/machine.pem" 2>/dev/null || true
}

# root_install NAME SCRIPT: apt in the root, without services, manuals and translations.
root_install() {
    root_inside "$1" 0:0 / sh -ec '
        printf "#!/bin/sh\nexit 101\n" >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d
        printf "path-exclude=/usr/share/%s/*\n" doc man locale >/etc/dpkg/dpkg.cfg.d/01lean
        mkdir -p -m 1777 /tmp/home
        export DEBIAN_FRONTEND=noninteractive
        install() { apt-get install -y -qq --no-install-recommends "$@"; }
        '"$2"'
        apt-get clean' >>"$CACHE/$1.log" 2>&1 || { tail -n 30 "$CACHE/$1.log" >&2; fail "apt-get install in $CACHE/$1"; }
}

root_is_there() { [ -e "$CACHE/$1/.ready-$2" ]; }

# root_once NAME NUMBER FUNCTION WHY: calls it where the root isn't ready; a new number makes everyone's root anew. Where none can be
# made, the reason is told after WHY.
root_once() {
    ! root_is_there "$1" "$2" || return 0
    mkdir -p "$CACHE"
    exec 9>"$CACHE/$1.lock"
    flock 9 # another script may be making it
    if ! root_is_there "$1" "$2"; then
        (. /etc/os-release && [ "$ID" = debian ]) 2>/dev/null || skip "$4, and only Debian makes a root of Debian"
        as_root true 2>/dev/null || skip "$4, and a root of Debian needs sudo without a password"
        [ -n "$(root_mirror)" ] || skip "$4, and apt has no Debian mirror to make a root from"
        say "making $CACHE/$1, once" >&2
        "$3" "$1"
        as_root touch "$CACHE/$1/.ready-$2"
    fi
    exec 9>&-
}

# root_inside NAME USER DIR COMMAND…: only this repository is seen in there, at its own path, and the folders of ROOT_SEES; the network
# is the machine's, and so are its proxy settings. ROOT_SETS has lines NAME=VALUE for the environment. ROOT_CERTIFICATES is a file of
# certificates that are trusted beside the others. The mounts are private and go away with the command, also when it is killed.
root_inside() {
    local name variables=()
    for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY PIP_INDEX_URL npm_config_registry; do
        [ -z "${!name:-}" ] || variables+=("$name=${!name}")
    done
    while read -r name; do [ -z "$name" ] || variables+=("$name"); done <<<"${ROOT_SETS:-}"
    as_root unshare --mount --propagation private -- bash -euc '
        root=$1 user=$2 dir=$3 repo=$4 sees=$5 roots=$6
        shift 6
        mount -t proc proc "$root/proc" 2>/dev/null || mount --rbind /proc "$root/proc"
        mount --rbind /dev "$root/dev"
        for seen in "$repo" $sees; do
            mkdir -p "$root$seen"
            mount --bind "$seen" "$root$seen"
        done
        if [ -n "$roots" ]; then
            known=$root/etc/ssl/certs/ca-certificates.crt
            mount -t tmpfs none "$root/mnt"
            cat "$known" "$roots" >"$root/mnt/roots.pem"
            mount --bind "$root/mnt/roots.pem" "$known"
        fi
        exec chroot --userspec="$user" "$root" /usr/bin/env -i --chdir="$dir" HOME=/tmp/home LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \
            SANDBOX_URL="${SANDBOX_URL:-}" HAS_ROOT_CERTIFICATES="$roots" "$@"
    ' bash "$CACHE/$1" "$2" "$3" "$PWD" "${ROOT_SEES:-}" "${ROOT_CERTIFICATES:-}" ${variables[@]+"${variables[@]}"} "${@:4}"
}
