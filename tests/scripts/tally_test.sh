#!/usr/bin/env bash
# tests/tally.awk: the sum of CTest's and pytest's results.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/check.sh"

# tally TEXT…: of files with these texts.
tally() {
    local files=() number=0 text
    for text in "$@"; do
        files+=("$work/$((++number)).xml")
        printf '%s' "$text" >"${files[-1]}"
    done
    awk -f "$source_dir/tests/tally.awk" "${files[@]}" /dev/null
}

program='<?xml version="1.0"?>
<testsuite name="x">
	<testcase name="base" status="run">
		<system-out>[tally] passed=7 failed=7 skipped=7
[tally] passed=3 failed=0 skipped=1
</system-out>
	</testcase>
	<testcase name="header" status="run"/>
</testsuite>'
pytest='<testsuites><testsuite errors="0" failures="0"><testcase name="a" time="0.1" /><testcase
 name="b"><skipped message="no PyPI">why</skipped></testcase></testsuite></testsuites>'

case_of "the cases of programs count, and the line of skipped ones stands before the sum"
run tally "$program" "$pytest"
expect_code 0
expect_output "2 skipped
5 passed, 0 failed"
end_case

case_of "nothing is said of skipped cases where there are none"
run tally '<testsuite><testcase name="a"/></testsuite>'
expect_code 0
expect_output "1 passed, 0 failed"
end_case

case_of "a case that fails makes the sum fail"
run tally "$program" '<testsuite><testcase name="c"><failure message="m">x</failure></testcase>
<testcase name="d"><error message="m">x</error></testcase></testsuite>'
expect_code 1
expect_output "1 skipped
4 passed, 2 failed"
end_case

case_of "a program that dies, or fails after its tally, is one failure"
run tally '<testsuite><testcase name="died" status="fail"><failure/></testcase>
<testcase name="leaks" status="fail"><failure/>
<system-out>[tally] passed=4 failed=0 skipped=0</system-out></testcase></testsuite>'
expect_code 1
expect_output "4 passed, 2 failed"
end_case

case_of "a program that was not built has failed; what is disabled, or asked to skip, is skipped"
run tally '<testsuite>
<testcase name="a" status="notrun"><skipped message="Unable to find executable"/></testcase>
<testcase name="b" status="notrun"><skipped message="SKIP_RETURN_CODE=77"/></testcase>
<testcase name="c" status="disabled"><skipped message="Disabled"/></testcase></testsuite>'
expect_code 1
expect_output "2 skipped
0 passed, 1 failed"
end_case

case_of "nothing that ran is a failure"
run tally
expect_code 1
expect_output "0 passed, 0 failed"
end_case
