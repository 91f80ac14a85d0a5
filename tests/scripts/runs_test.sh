#!/usr/bin/env bash
# tests/run and examples/run: how they end, whatever fails or is missing.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"
for script in tests/run tests/tally.awk examples/run; do
    mkdir -p "$work/clone/$(dirname $script)"
    cp "$source_dir/$script" "$work/clone/$script"
done
all_cxx=$(. "$source_dir/cmake/prerequisites.sh" && echo "${cxx_packages[*]}")
all_python="python3 python3-dev python3-venv"

# ---- tests/run
fake ctest <<'EOF'
while [ "$1" != --output-junit ]; do shift; done
echo '<testsuite><testcase name="a" status="run"/></testsuite>' >"$2"
EOF
pytest_works() {
    fake_venv <<'EOF'
for argument in "$@"; do
    case $argument in
    --junit-xml=*) echo '<testsuite><testcase name="b"/></testsuite>' >"${argument#*=}" ;;
    esac
done
EOF
}
last_line() {
    [ "${output##*$'\n'}" = "$1" ] || faults+="  its last line is not '$1': $output
"
}
says() {
    [[ $output == *"$1"* ]] || faults+="  it does not say '$1': $output
"
}

case_of "tests/run sums up C++, C and Python"
new_machine $all_cxx $all_python abigail-tools
pytest_works
on_machine bash "$work/clone/tests/run"
expect_code 0
expect_output "Building in $work/clone/build/release …
Python package …
2 passed, 0 failed"
end_case

case_of "tests/run does without abigail-tools, and says what is left out"
new_machine $all_cxx $all_python
pytest_works
apt_is_broken
on_machine bash "$work/clone/tests/run"
expect_code 0
says "Left out: abi.baseline, which needs abigail-tools."
last_line "2 passed, 0 failed"
end_case

case_of "tests/run without PyPI and apt says what is missing, sums up, and fails"
new_machine $all_cxx $all_python abigail-tools
apt_is_broken
environment=(CRMKIT_NO_PYPI=1)
on_machine bash "$work/clone/tests/run"
expect_code 1
says "apt-get install pybind11-dev python3-pytest"
last_line "1 passed, 0 failed"
end_case

case_of "tests/run on a machine that has nothing says what is missing, sums up, and fails"
new_machine
apt_is_broken
environment=(CRMKIT_NO_PYPI=1)
on_machine bash "$work/clone/tests/run"
expect_code 1
says "Missing packages, and installing them failed:"
says "libsqlite3-dev"
last_line "0 passed, 0 failed"
end_case

case_of "tests/run fails when a test of Python fails"
new_machine $all_cxx $all_python abigail-tools
fake_venv <<'EOF'
[ "$2" != pytest ]
EOF
on_machine bash "$work/clone/tests/run"
expect_code 1
last_line "1 passed, 0 failed"
end_case

# ---- examples/run
programs=$work/clone/build/release/examples/sales_team
answers_are() { # of C++, of C
    mkdir -p "$programs"
    printf '#!/usr/bin/env bash\n[ "$1" = --json ] || exit 0\necho "%s"\n' "$1" \
        >"$programs/sales_team"
    printf '#!/usr/bin/env bash\necho "%s"\n' "$2" >"$programs/sales_team_c"
    chmod +x "$programs"/*
}
fake_answer() { # of Python, behind what else it does
    fake_venv <<EOF
[ "\$1" != -m ] || exit 0 # pip
$1
EOF
}

case_of "examples/run compares the three languages"
new_machine $all_cxx $all_python
answers_are 42 42
fake_answer "echo 42"
on_machine bash "$work/clone/examples/run"
expect_code 0
last_line "C++, C and Python agree on every answer."
end_case

case_of "examples/run fails when the Python example crashes"
new_machine $all_cxx $all_python
answers_are 42 42
fake_answer "echo 'Traceback: no such field' >&2; exit 1"
on_machine bash "$work/clone/examples/run"
expect_code 1
says "Traceback: no such field"
last_line "The Python example failed."
end_case

case_of "examples/run fails when an answer differs"
new_machine $all_cxx $all_python
answers_are 42 42
fake_answer "echo 41"
on_machine bash "$work/clone/examples/run"
expect_code 1
last_line "C++ and Python do not agree."
answers_are 42 43
on_machine bash "$work/clone/examples/run"
expect_code 1
last_line "C++ and C do not agree."
end_case

case_of "examples/run does without Python where it cannot be had, and says why"
new_machine $all_cxx
answers_are 42 42
apt_is_broken
on_machine bash "$work/clone/examples/run"
expect_code 0
says "apt-get install python3 python3-dev python3-venv"
last_line "C++ and C agree on every answer. Python is left out."
end_case
