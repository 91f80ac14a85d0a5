# shellcheck shell=bash
# Sourced by the tests of scripts that install or build: a machine made up in $work. Scripts run in
# the clone there, and see the tools in $work/bin and nothing else.
. "$(dirname "${BASH_SOURCE[0]}")/check.sh"

mkdir -p "$work/clone/cmake" "$work/clone/bindings/python" "$work/bin"
cp "$source_dir/cmake/prerequisites.sh" "$work/clone/cmake"
echo pytest >"$work/clone/bindings/python/requirements.txt"
for tool in awk bash cat cmp comm cp dirname env find mkdir nproc rm sed sha256sum sort tail true \
    xargs; do
    ln -s "$(type -P "$tool")" "$work/bin/$tool"
done

# fake NAME: a tool that notes in $work/said how it was called, and does what stands on the standard
# input. Those below say that they are root, and know the packages that $work/installed lists.
fake() {
    printf '#!/usr/bin/env bash\necho "%s $*" >>"%s"\n' "$1" "$work/said" >"$work/bin/$1"
    cat >>"$work/bin/$1"
    chmod +x "$work/bin/$1"
}
fake dpkg-query <<EOF
sed 's/^/installed /' "$work/installed"
EOF
fake id <<'EOF'
echo "${FAKE_USER:-0}"
EOF
fake cmake </dev/null

# new_machine PACKAGE…: with these packages, nothing built, an apt-get that works, and no sudo.
new_machine() {
    rm -rf "$work/clone/build" "$work/bin/sudo"
    : >"$work/said"
    printf '%s\n' "$@" >"$work/installed"
    fake apt-get <<EOF
shift 4 # its options
[ "\$1" != install ] || printf '%s\n' "\${@:3}" >>"$work/installed"
EOF
    environment=()
}
apt_is_broken() {
    fake apt-get <<'EOF'
echo "E: no network"
exit 100
EOF
}

# fake_venv: a virtual environment that has its tools, and whose Python does what stands on the
# standard input.
fake_venv() {
    local folder=$work/clone/build/venv
    mkdir -p "$folder/bin"
    cp "$work/clone/bindings/python/requirements.txt" "$folder"
    { echo '#!/usr/bin/env bash' && cat; } >"$folder/bin/python"
    chmod +x "$folder/bin/python"
}

# on_machine COMMAND…: run there, with the variables in `environment`.
on_machine() {
    run env -i PATH="$work/bin" HOME="$work" "${environment[@]}" "$@" </dev/null
}
said() {
    grep -c "^$1" "$work/said" || true
}
