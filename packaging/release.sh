# What the scripts that make releases have in common; they source it. packaging/files says what is installed where.
# Sets: root, here, native, portable, version, SOURCE_DATE_EPOCH. A script sets kind (deb, rpm, tar, image) before.
# shellcheck shell=bash
set -euo pipefail
umask 022
export LC_ALL=C TZ=UTC

here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
root=$(dirname "$here")
native=$root/artifacts/terrace
portable=$root/artifacts/terrace-portable

say() { printf 'make-%s: %s\n' "$kind" "$*"; }

fail() {
    printf 'make-%s: %s\n' "$kind" "$*" >&2
    exit "${2:-1}"
}

# need PACKAGE PROGRAM...: Debian's package is installed where one of the programs is missing.
need() {
    local package=$1 program
    shift
    for program in "$@"; do
        command -v "$program" >/dev/null || { "$root/eng/install-packages" "$package" && return; exit 69; }
    done
}

for program in "$native" "$portable"; do
    [ -x "$program" ] || fail "${program#"$root"/} is missing — make it with ./build --$kind"
done

# Only the number, as in 0.1.0 or 0.2.0-rc.1: not the commit that may follow it. The portable program runs on every machine that a release is made on.
read_version() { "$portable" --version | grep -oEm 1 '[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?' | head -n 1; }
version=$(read_version)

# The same sources give the same bytes: all times are those of the last commit.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || stat -c %Y "$root/CHANGELOG.md")}
export SOURCE_DATE_EPOCH

# The oldest C library that the native program starts with, as N of glibc 2.N: the newest version that any symbol of it names.
newest_glibc() { grep -ao 'GLIBC_2\.[0-9][0-9]*' "$1" | sort -uV | tail -n 1 | cut -d. -f2; }

# Where a kind has what packaging/files leaves open. Fedora's SELinux policy lets services run what is in libexec, and not what is in lib.
folder_of() {
    case $1:$kind in
        programs:rpm) echo usr/libexec/terrace ;;
        programs:*) echo usr/lib/terrace ;;
        zsh:deb) echo usr/share/zsh/vendor-completions ;;
        zsh:*) echo usr/share/zsh/site-functions ;;
    esac
}

# files: the lines of packaging/files that this kind has, as MODE PATH SOURCE.
files() {
    local for_whom mode path source
    while read -r for_whom mode path source; do
        case $for_whom in
            all) ;;
            host) [ "$kind" != image ] || continue ;;
            deb | rpm | tar | image) [ "$kind" = "$for_whom" ] || continue ;;
            '' | '#'*) continue ;;
            *) fail "packaging/files: $for_whom is no kind of release" ;;
        esac
        path=${path/@programs@/$(folder_of programs)}
        path=${path/@zsh@/$(folder_of zsh)}
        printf '%s\t%s\t%s\n' "$mode" "$path" "$source"
    done <"$here/files"
}

# config_files: those that people change, as paths from /.
config_files() { files | awk -F '\t' '$1 == "config" { print "/" $2 }'; }

# files_below FOLDER: those that are in the repository, where there is one, and not what an editor leaves.
files_below() {
    if [ -e "$root/.git" ]; then git -C "$root/$1" ls-files; else (cd "$root/$1" && find . -type f -printf '%P\n'); fi | sort
}

# stage TREE: fills a folder with all that is installed.
stage() {
    local tree=$1 mode path source file
    while IFS=$'\t' read -r mode path source; do
        [ "$mode" != config ] || mode=644
        case $source in
            '$ terrace '*)
                # The words of a command have no spaces in them.
                # shellcheck disable=SC2086
                "$portable" ${source#\$ terrace } >"$tree.part"
                ;;
            '! '*) "$here/${source#! }" >"$tree.part" ;;
            *)
                if [ -d "$root/$source" ]; then
                    files_below "$source" | while read -r file; do
                        install -D -m "$mode" "$root/$source/$file" "$tree/$path$file"
                    done
                    continue
                fi
                cp "$root/$source" "$tree.part"
                ;;
        esac
        if [[ $path = *.gz ]]; then
            gzip -9n <"$tree.part" >"$tree.part.gz"
            mv "$tree.part.gz" "$tree.part"
        fi
        install -D -m "$mode" "$tree.part" "$tree/$path"
        rm "$tree.part"
    done < <(files)

    # Installing changes nothing: the rules of the example are off, which would take processes.
    "$portable" config check "$tree/etc/terrace/terrace.yaml" | grep -q 'good, 0 rules$' ||
        fail "the configuration that would be installed is not empty and good"
}

# settle TREE: all times are the commit's.
settle() { find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +; }

# pack TREE [NAME]: a tar archive of a settled folder on stdout, the same bytes for the same files.
pack() {
    tar --format=ustar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -C "$1" -c -- "${2:-.}"
}

# fill FILE: a template on stdout, with its parts and values: a line @part NAME@ is packaging/parts/NAME.
fill() {
    local line
    while IFS= read -r line; do
        case $line in
            '@part '*@)
                line=${line#@part }
                # In a spec file a percent sign begins a macro.
                grep -v '^# shellcheck' "$here/parts/${line%@}" | if [ "$kind" = rpm ]; then sed 's/%/%%/g'; else cat; fi
                ;;
            *) printf '%s\n' "$line" ;;
        esac
    done <"$1" | sed "s/@VERSION@/$version/g; s/@GLIBC_MINOR@/$(newest_glibc "$native")/g; s|@PROGRAMS@|/$(folder_of programs)|g"
}

# workspace: a folder of its own, gone when the script ends.
workspace() {
    work=$(mktemp -d "$root/artifacts/.$kind.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    mkdir "$work/tree"
}

# publish FILE NAME: into artifacts, as a whole.
publish() {
    chmod 644 "$1"
    mv "$1" "$root/artifacts/$2"
    say "artifacts/$2: $(du -h --apparent-size "$root/artifacts/$2" | cut -f1)"
}
