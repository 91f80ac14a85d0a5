#!/usr/bin/env bash
# cmake/prerequisites.sh: what it installs, and what it says where it may not or cannot.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/machine.sh"

# in_clone COMMAND: with the functions of prerequisites.sh.
in_clone() {
    on_machine bash -c "set -euo pipefail; . '$work/clone/cmake/prerequisites.sh'; $1"
}

case_of "nothing is said or done when all is there"
new_machine alpha beta
in_clone "require_packages alpha beta"
expect_code 0
expect_output ""
[ "$(said apt-get)" = 0 ] || faults+="  it called apt-get
"
end_case

case_of "root installs what is missing, and nothing else"
new_machine alpha
in_clone "require_packages alpha beta gamma"
expect_code 0
expect_output "Installing beta gamma"
grep -qF "install --no-install-recommends beta gamma" "$work/said" || faults+="  not so
"
end_case

case_of "a user installs through sudo"
new_machine alpha
environment=(FAKE_USER=1000)
fake sudo <<'EOF'
shift # -n
exec "$@"
EOF
in_clone "require_packages alpha beta"
expect_code 0
expect_output "Installing beta"
[ "$(said 'sudo -n env')" = 2 ] || faults+="  not through sudo
"
end_case

case_of "a user without sudo is told what is missing"
new_machine alpha
environment=(FAKE_USER=1000)
in_clone "require_packages alpha beta gamma"
expect_code 1
expect_output "Missing packages, which only root may install:
    apt-get install beta gamma"
end_case

case_of "so is a user whom sudo asks for a password that nobody can type"
new_machine alpha
environment=(FAKE_USER=1000)
fake sudo <<'EOF'
exit 1
EOF
in_clone "require_packages alpha beta"
expect_code 1
expect_output "Missing packages, which only root may install:
    apt-get install beta"
end_case

case_of "an installation that fails says how, and what is missing"
new_machine alpha
apt_is_broken
in_clone "require_packages alpha beta"
expect_code 1
expect_output "Installing beta
E: no network
E: no network
Missing packages, and installing them failed:
    apt-get install beta"
end_case

case_of "without dpkg it leaves the search to CMake"
new_machine
mv "$work/bin/dpkg-query" "$work/elsewhere"
in_clone "require_packages alpha"
expect_code 0
expect_output ""
mv "$work/elsewhere" "$work/bin/dpkg-query"
end_case

case_of "a script may go on without a package, and say so"
new_machine
apt_is_broken
in_clone "require_packages alpha >/dev/null 2>&1 || leave_out 'what needs alpha'
    leave_out 'what needs beta'
    echo \"\$left_out\""
expect_code 0
expect_output "what needs alpha; what needs beta"
end_case

case_of "without PyPI, Debian's Python is taken, and what is left out is said"
new_machine python3 python3-dev python3-venv
environment=(CRMKIT_NO_PYPI=1)
in_clone "python_environment && echo \"\$left_out, \$python, \${PYTHONPATH#'$work/clone/'}\""
expect_code 0
expect_output "Installing pybind11-dev python3-pytest
Building in $work/clone/build/release …
what needs PyPI: pip's build of the package (CMake builds it), mypy and ruff, \
/usr/bin/python3, build/release/python"
end_case

case_of "so it is where PyPI cannot be reached"
new_machine python3 python3-dev python3-venv pybind11-dev python3-pytest
fake_venv <<'EOF'
echo "no route to host"
exit 1
EOF
rm "$work/clone/build/venv/requirements.txt" # its tools are to be downloaded yet
in_clone "python_environment && echo \"\$python\""
expect_code 0
expect_output "Python tools from PyPI …
Building in $work/clone/build/release …
/usr/bin/python3"
end_case

case_of "with neither PyPI nor apt, a script learns that there is no Python, and may go on"
new_machine python3 python3-dev python3-venv
environment=(CRMKIT_NO_PYPI=1)
apt_is_broken
in_clone "python_environment || echo 'went on'"
expect_code 0
expect_output "Installing pybind11-dev python3-pytest
E: no network
E: no network
Missing packages, and installing them failed:
    apt-get install pybind11-dev python3-pytest
went on"
end_case

case_of "a build that fails is no reason to take another Python"
new_machine python3 python3-dev python3-venv
fake_venv <<'EOF'
echo "error: does not compile"
exit 1
EOF
in_clone "python_environment 2>&1 || echo 'no environment'"
expect_code 0
[[ $output == "Python package …
error: does not compile
Failed: "*"
no environment" ]] || faults+="  said: $output
"
end_case
