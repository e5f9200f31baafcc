# What ./test, ./demo and .ci/run share. Sourced by bash from the project's folder.
export LC_ALL=C
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$PWD}
cores=$(nproc)

# Says what happens next, with the seconds since the script began.
say() { printf '\n== %s (%d s)\n' "$*" "$SECONDS"; }

# build PRESET [ninja's arguments]: configures the preset where that is needed, and builds.
build() {
    local preset=$1
    shift
    cmake --preset "$preset" -Wno-dev >"$log" 2>&1 || { cat "$log"; return 1; }
    cmake --build --preset "$preset" -- "$@"
}

# ccache needs a folder that it can write to; without a home it gets one below build/.
if [ -z "${CCACHE_DIR-}" ] && ! mkdir -p "${XDG_CACHE_HOME:-${HOME-}/.cache}/ccache" 2>/dev/null || [ -z "${HOME-}" ]; then
    export CCACHE_DIR=${CCACHE_DIR:-$PWD/build/.ccache}
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
