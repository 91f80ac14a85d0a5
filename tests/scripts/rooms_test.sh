#!/usr/bin/env bash
# The rooms of docs/architecture.md: each includes headers of those above it, and no others.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/check.sh"

# foreign_includes ROOM [ROOM…]: the lines of the first room that include headers of any other than
# these.
foreign_includes() {
    local room=$1 IFS='|'
    (cd "$source_dir" && grep -rnE '^#include "(crmkit/)?[a-z_]+/' "include/crmkit/$room" "src/$room" 2>/dev/null) |
        grep -vE "#include \"(crmkit/)?($*|version)(/|\.hpp)" || true
}

known=()
while read -r -a rooms; do
    for room in "${rooms[@]}"; do
        case_of "$room uses the rooms above it"
        run foreign_includes "$room" "${known[@]}"
        expect_output ""
        end_case
    done
    known+=("${rooms[@]}")
done <<'ROOMS'
base
schema
expr model
store
engine
sales exchange marketing service
crm
ROOMS

# folders: those of the library that are no room of the list.
folders() {
    find "$source_dir"/include/crmkit "$source_dir"/src -mindepth 1 -maxdepth 1 -type d -printf '%f\n' |
        grep -vxF "$(printf '%s\n' "${known[@]}")" || true
}

case_of "there are no other rooms"
run folders
expect_output ""
end_case
