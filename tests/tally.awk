# awk -f tests/tally.awk FILE…: adds up JUnit files. Prints "N skipped" when some were, and then
# "N passed, N failed". Ends with 1 when anything failed or nothing ran.
#
# CTest sees a doctest program as one test. Such a program prints the tally of its test cases (see
# main.cpp), and they are what is counted; a program that dies before that counts as one failure.
BEGIN {
    RS = "<testcase[ \n]"
    passed = failed = skipped = 0
}

FNR > 1 { count(substr($0, 1, index($0, ">"))) }

END {
    if (skipped) {
        print skipped " skipped"
    }
    print passed " passed, " failed " failed"
    exit failed > 0 || passed == 0
}

# One case, with the attributes of its element.
function count(attributes, has_failed) {
    has_failed = /<failure/ || /<error/ || attributes ~ /status="fail"/
    if (attributes !~ /status="(notrun|disabled)"/ && find_tally()) {
        passed += number_after("passed=")
        failed += has_failed && !number_after("failed=") ? 1 : number_after("failed=")
        skipped += number_after("skipped=")
    } else if (has_failed) {
        ++failed
    } else if (attributes ~ /status="disabled"/) {
        ++skipped
    } else if (/<skipped/) {
        # CTest also calls a test skipped whose program was not built: that is a failure.
        if (attributes !~ /status="notrun"/ || /<skipped[^>]*SKIP_/) {
            ++skipped
        } else {
            ++failed
        }
    } else {
        ++passed
    }
}

# The last line in which the program sums up; false when there is none.
function find_tally(rest) {
    tally = ""
    rest = $0
    while (match(rest, /\[tally\] passed=[0-9]+ failed=[0-9]+ skipped=[0-9]+/)) {
        tally = substr(rest, RSTART, RLENGTH)
        rest = substr(rest, RSTART + RLENGTH)
    }
    return tally != ""
}

function number_after(name) {
    return substr(tally, index(tally, name) + length(name)) + 0
}
