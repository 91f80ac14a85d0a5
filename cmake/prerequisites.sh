# shellcheck shell=bash
# Sourced by tests/run, examples/run and .ci/run (bash): what they share. Each function is quiet when
# there is nothing to do, writes only below build/ (but for the packages it installs), and where it
# cannot go on says why and fails.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build
log=$build/log
mkdir -p "$log"

# Caches stay in the clone too, but for a ccache that the user has already. With the base directory
# set, the wheel's build, and other clones, find what the first build has compiled.
export PIP_CACHE_DIR=$build/cache/pip
export CCACHE_BASEDIR=$root
if [ -z "${CCACHE_DIR:-}" ] && [ ! -d ~/.cache/ccache ] && [ ! -d ~/.ccache ]; then
    export CCACHE_DIR=$build/cache/ccache
fi

# Debian's packages for the library, its tests and its Python package.
cxx_packages=(
    g++ cmake ninja-build ccache pkg-config
    libsqlite3-dev nlohmann-json3-dev libfmt-dev libutf8proc-dev libssl-dev doctest-dev
)
python_packages=(python3 python3-dev python3-venv)

# What could not be had, for the script to say.
left_out=
leave_out() {
    left_out+=${left_out:+; }$1
}

refuse() {
    printf '%s\n' "$*" >&2
    return 1
}

fail() {
    refuse "$@" || exit 1
}

# logged NAME COMMAND…: runs it silently; when it fails, says what it said.
logged() {
    local file=$log/$1.log
    shift
    "$@" >"$file" 2>&1 </dev/null && return
    tail -n 100 "$file" >&2
    refuse "Failed: $*"
}

# missing_packages PACKAGE…: prints those that are not installed.
missing_packages() {
    comm -23 <(printf '%s\n' "$@" | sort) \
        <(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
            sed -n 's/^installed //p' | sort)
}

# require_packages PACKAGE…: installs what is missing, as root or through sudo. Where there is no
# dpkg this does nothing, and CMake names what it does not find.
require_packages() {
    command -v dpkg-query >/dev/null || return 0
    local missing as_root=()
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ]; then
        if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
            as_root=(sudo -n)
        elif command -v sudo >/dev/null && [ -t 0 ] && sudo -v; then
            as_root=(sudo)
        else
            refuse "Missing packages, which only root may install:
    apt-get install ${missing[*]}"
            return
        fi
    fi
    echo "Installing ${missing[*]}"
    local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
        apt-get -y -qq -o DPkg::Lock::Timeout=300)
    "${apt[@]}" update >"$log/apt.log" 2>&1 </dev/null || true
    "${apt[@]}" install --no-install-recommends "${missing[@]}" >>"$log/apt.log" 2>&1 </dev/null ||
        true
    mapfile -t missing < <(missing_packages "$@")
    if [ ${#missing[@]} -gt 0 ]; then
        tail -n 20 "$log/apt.log" >&2
        refuse "Missing packages, and installing them failed:
    apt-get install ${missing[*]}"
    fi
}

# cmake_build PRESET [-DOPTION…] [TARGET…]: configures and builds; shows progress on a terminal.
cmake_build() {
    local preset=$1 options=() targets=() argument
    shift
    for argument in "$@"; do
        case $argument in
        -D*) options+=("$argument") ;;
        *) targets+=(--target "$argument") ;;
        esac
    done
    logged "configure-$preset" cmake -S "$root" --preset "$preset" "${options[@]}" || return
    local command=(cmake --build "$(build_dir "$preset")" "${targets[@]}" --parallel "$(nproc)")
    if [ -t 1 ]; then
        "${command[@]}" </dev/null || refuse "The build failed."
    else
        [ -e "$(build_dir "$preset")/.ninja_log" ] || echo "Building in $(build_dir "$preset") …"
        "${command[@]}" -- --quiet </dev/null | sed -u '/^ninja: no work to do/d' ||
            refuse "The build failed."
    fi
}

# build_dir PRESET: the folder that the preset builds in.
build_dir() {
    if [ "$1" = default ]; then echo "$build/release"; else echo "$build/$1"; fi
}

# python_environment: sets `python` to an interpreter that has crmkit and the tools of
# bindings/python/requirements.txt: a virtual environment in build/venv, filled from PyPI. Where PyPI
# cannot be reached (or CRMKIT_NO_PYPI=1 says so) it is Debian's Python with Debian's pybind11 and
# pytest, and `left_out` says what could not be had.
python_environment() {
    require_packages "${python_packages[@]}" || return
    if [ "${CRMKIT_NO_PYPI:-}" != 1 ] && tools_from_pypi; then
        python=$build/venv/bin/python
        install_python_package
        return
    fi
    leave_out "what needs PyPI: pip's build of the package (CMake builds it), mypy and ruff"
    python=/usr/bin/python3
    require_packages pybind11-dev python3-pytest || return
    cmake_build default -DCRMKIT_BUILD_PYTHON=ON "-DPython_EXECUTABLE=$python" crmkit_python ||
        return
    export PYTHONPATH=$build/release/python
}

# tools_from_pypi: the virtual environment; fails when its tools cannot be downloaded.
tools_from_pypi() {
    local venv=$build/venv tools=$root/bindings/python/requirements.txt candidate
    if [ ! -x "$venv/bin/python" ]; then
        for candidate in /usr/bin/python3 python3; do
            "$candidate" -c 'import ensurepip, venv' 2>/dev/null || continue
            logged venv "$candidate" -m venv --clear "$venv" || return
            break
        done
        [ -x "$venv/bin/python" ] || return
    fi
    if ! cmp -s "$tools" "$venv/requirements.txt"; then
        echo "Python tools from PyPI …"
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --timeout 15 \
            --retries 1 -r "$tools" >"$log/pip.log" 2>&1 </dev/null || return
        cp "$tools" "$venv/requirements.txt"
    fi
}

# install_python_package: what `pip install .` does, into the virtual environment, when an input has
# changed. It compiles in build/wheel, with the compiler and the flags of the preset "default", so that
# ccache answers; pip by itself would take the compiler that built Python.
install_python_package() {
    local inputs stamp=$build/venv/crmkit.sha256
    inputs=$(cd "$root" && find CMakeLists.txt pyproject.toml README.md LICENSE cmake include src \
        bindings/python -type f ! -name '*.pyc' -print0 2>/dev/null | sort -z | xargs -0 sha256sum)
    [ "$inputs" != "$(cat "$stamp" 2>/dev/null)" ] || return 0
    echo "Python package …"
    logged wheel env CC="${CC:-cc}" CXX="${CXX:-c++}" "$python" -m pip install \
        --disable-pip-version-check --no-index --no-deps --no-build-isolation \
        --config-settings=build-dir="$build/wheel" \
        --config-settings=cmake.define.CRMKIT_WARNINGS_AS_ERRORS=ON "$root" || return
    printf '%s\n' "$inputs" >"$stamp"
}
