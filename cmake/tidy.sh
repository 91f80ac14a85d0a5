#!/usr/bin/env bash
# cmake/tidy.sh SECONDS: clang-tidy over the rooms that have changed, until the time is used up; what
# is left over then is said. Changed is what differs from the commit CRMKIT_TIDY_SINCE, by default
# that before the last one; CRMKIT_TIDY_SINCE=all, a commit that is not there, or a change of
# .clang-tidy mean every room. Reads the compile commands of the preset default, and for the
# Python binding those of its wheel.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/prerequisites.sh"
cd "$root"
export CRMKIT_TIDY_END=$((EPOCHSECONDS + ${1:-400}))
since=${CRMKIT_TIDY_SINCE:-HEAD~1}
database=$(build_dir default)

# The rooms with a change: include/crmkit/schema/field.hpp and src/schema/field.cpp are "schema".
changed_rooms() {
    local files
    if [ "$since" = all ] || ! files=$(git diff --name-only "$since" -- 2>/dev/null &&
        git ls-files --others --exclude-standard) || grep -qxF .clang-tidy <<<"$files"; then
        files=$(git ls-files)
    fi
    sed -nE 's#^(include/crmkit|src)/([^/]+)/.*#\2#p; s#^(capi|bindings/python)/src/.*#\1#p
        s#^include/crmkit/[^/]+$#crm#p' <<<"$files" | sort -u
}

# Lists what there is to look at in one room, as "database file": its sources, and one file that
# includes all of its public headers, for which there is no database.
files_of_room() {
    local room=$1 headers
    case $room in
    capi) printf "$database %s\n" capi/src/*.cpp ;;
    crm) printf "$database %s\n" src/crm/*.cpp ;; # crm.hpp has no folder
    bindings/python)
        [ ! -e "$build/wheel/compile_commands.json" ] ||
            printf "$build/wheel %s\n" bindings/python/src/*.cpp
        ;;
    *)
        headers=$database/tidy/$room.cpp
        mkdir -p "$database/tidy"
        (cd include && printf '#include "%s"\n' "crmkit/$room"/*.hpp) >"$headers"
        echo "none $headers"
        [ ! -d "src/$room" ] || find "src/$room" -name '*.cpp' -printf "$database %p\n" | sort
        ;;
    esac
}

# One file; beyond the time it is only noted as left. Clang does not know all warnings of GCC, with
# which the wheel is built.
tidy_one() {
    if ((EPOCHSECONDS >= CRMKIT_TIDY_END)); then
        echo "left: $2"
        return
    fi
    local flags=(-- -std=c++20 "-I$PWD/include")
    [ "$1" = none ] || flags=(--extra-arg=-Wno-unknown-warning-option -p "$1")
    clang-tidy-14 --quiet --config-file=.clang-tidy "$2" "${flags[@]}" 2>/dev/null
}
export -f tidy_one

status=0
for room in $(changed_rooms); do
    files_of_room "$room"
done | xargs -r -n 2 -P "$(nproc)" bash -c 'tidy_one "$0" "$1"' >"$log/tidy.log" || status=1
left=$(grep -c '^left: ' "$log/tidy.log" || true)
sed '/^left: /d' "$log/tidy.log" | awk '!seen[$0]++'
[ "$left" = 0 ] || echo "clang-tidy: the time was up before $left files"
[ "$left" = 0 ] || [ "$status" != 0 ] || exit 75  # nothing found, but not all looked at
exit $status
