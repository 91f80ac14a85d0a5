# shellcheck shell=bash
# Sourced by the tests of scripts: cases, checks, and the tally that tests/run counts.

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(mktemp -d)
passed=0
failed=0
finish() {
    rm -rf "$work"
    echo "[tally] passed=$passed failed=$failed skipped=0"
    [ "$failed" = 0 ] || exit 1
}
trap finish EXIT

# case_of NAME: begins a case; end_case counts it.
case_of() {
    case_name=$1
    faults=
}
end_case() {
    if [ -z "$faults" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAILED: %s\n%s' "$case_name" "$faults"
    fi
}

# run COMMAND…: keeps what it says in `output`, errors included, and its exit code in `code`.
run() {
    code=0
    output=$("$@" 2>&1) || code=$?
}
expect_code() {
    [ "$code" = "$1" ] || faults+="  ended with $code, not $1; it said: $output
"
}
expect_output() {
    [ "$output" = "$1" ] || faults+="  said:
$output
  instead of:
$1
"
}
