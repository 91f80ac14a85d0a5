#!/usr/bin/env bash
# cmake/tidy.sh SECONDS: clang-tidy over the rooms, those that the last commit changed first, until
# the time is used up. A room is its sources and its public headers, each header through the file
# that compiles it alone. Reads the compile commands of the preset asan-clang.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/prerequisites.sh"
cd "$root"
seconds=${1:-600}
database=$(build_dir asan-clang)
export CRMKIT_TIDY_END=$((EPOCHSECONDS + seconds)) CRMKIT_TIDY_DATABASE=$database

# The rooms with a change: include/crmkit/schema/field.hpp and src/schema/field.cpp are "schema".
room_of='s#^(include/crmkit|src)/([^/]+)/.*#\2#; t; s#^(capi|bindings)/.*#\1#; t; d'
changed=$(git diff --name-only HEAD~1 2>/dev/null | sed -E "$room_of" | sort -u || true)

# Lists "0 file" for a file in a changed room and "1 file" for any other.
ranked_files() {
    local file room rank
    sed -n 's/^ *"file": "\(.*\)".*/\1/p' "$database/compile_commands.json" | sort -u |
        while read -r file; do
            case $file in
            */tests/compile/alone/crmkit_h_*) continue ;; # the C header, as strict C
            */tests/compile/alone/*) room=include/${file#*/tests/compile/alone/} ;;
            "$root"/tests/*) continue ;; # doctest's macros are mostly noise to clang-tidy
            *) room=${file#"$root/"} ;;
            esac
            room=$(sed -E "$room_of" <<<"$room")
            rank=1
            grep -qxF -e "${room:-.}" <<<"$changed" && rank=0
            printf '%s %s\n' "$rank" "$file"
        done | sort -s -k1,1
}

# One file; beyond the time it is only noted as left.
tidy_one() {
    if ((EPOCHSECONDS >= CRMKIT_TIDY_END)); then
        echo "left: $1"
        return
    fi
    clang-tidy-14 --quiet -p "$CRMKIT_TIDY_DATABASE" "$1" 2>/dev/null
}
export -f tidy_one

status=0
ranked_files | cut -d' ' -f2- |
    xargs -r -d '\n' -n 1 -P "$(nproc)" bash -c 'tidy_one "$0"' >"$log/tidy.log" || status=1
left=$(grep -c '^left: ' "$log/tidy.log" || true)
sed '/^left: /d' "$log/tidy.log" | awk '!seen[$0]++'
[ "$left" = 0 ] || echo "clang-tidy: the time was up before $left files of unchanged or later rooms"
exit $status
