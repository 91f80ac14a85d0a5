# shellcheck shell=bash
# Sourced by tests/fault/run and tests/differential/run: what they share.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../cmake/prerequisites.sh"
cd "$root"

# run_sweeps TARGET PROGRAMS [--long]: builds TARGET, runs PROGRAMS (a pattern of names in
# build/release/tests) in their whole size and prints a table with a row for each sweep. --long does
# ten times as much, or what a sweep says. Fails when anything did; what the program said is then
# printed, too.
run_sweeps() {
    local target=$1 programs=$2 program name status=0
    export CRMKIT_FAULT_SIZE=whole
    case "${*:3}" in
        '') ;;
        --long) CRMKIT_FAULT_SIZE=long ;;
        *) echo "usage: $0 [--long]" >&2; return 2 ;;
    esac
    require_packages "${cxx_packages[@]}"
    cmake_build default -DCRMKIT_BUILD_PYTHON=OFF "$target" >&2
    echo "| sweep | volume | result | time |"
    echo "| --- | --- | --- | --- |"
    for program in build/release/tests/$programs; do
        name=$(basename "$program")
        # Rows as they come; a program that fails between its sweeps has a row of its own.
        if ! "$program" 2>&1 </dev/null | tee "$log/$name.log" | sed -u -n 's/^\[sweep\] //p'; then
            status=1
            echo "| $name | all its sweeps | failed | |"
            echo "What $name said:" >&2
            grep -v '^\[sweep\] ' "$log/$name.log" | tail -n 200 >&2 || true # nothing
        fi
    done
    return $status
}
