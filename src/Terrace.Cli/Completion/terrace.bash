# bash completion for terrace. The program itself knows what may stand next: see "terrace completion --help".
_terrace() {
    local line=${COMP_LINE:0:COMP_POINT} program=${COMP_WORDS[0]} word= candidate cut=0 i
    COMPREPLY=()

    # What follows -- is another program's command line.
    for ((i = 1; i < COMP_CWORD; i++)); do
        [[ ${COMP_WORDS[i]} == -- ]] || continue
        if declare -F _comp_command_offset >/dev/null; then
            _comp_command_offset $((i + 1))
        elif declare -F _command_offset >/dev/null; then
            _command_offset $((i + 1))
        elif ((COMP_CWORD == i + 1)); then
            mapfile -t COMPREPLY < <(compgen -c -- "${COMP_WORDS[COMP_CWORD]}" | sort -u)
        fi
        return
    done

    line=${line#*"$program"}
    line=${line#"${line%%[![:blank:]]*}"}

    # Of a word with one of these characters in it readline completes only what follows them, unless it is quoted.
    [[ $line =~ ((\\.|[^[:blank:]\\])*)$ ]] && word=${BASH_REMATCH[1]}
    local quoted=
    [[ ${COMP_WORDS[COMP_CWORD]} == [\"\']* ]] && quoted=yes
    if [[ -z $quoted && $word == *[=:]* ]]; then
        local after=${word##*[=:]}
        cut=$((${#word} - ${#after}))
    fi

    local meanings=()
    while IFS= read -r candidate; do
        meanings+=("")
        [[ $candidate != *$'\t'* ]] || meanings[-1]=${candidate#*$'\t'}
        candidate=${candidate%%$'\t'*}
        [[ -n $quoted ]] || printf -v candidate %q "$candidate"
        COMPREPLY+=("${candidate:cut}")
    done < <("${program/#\~/$HOME}" "[describe:${#line}]" "$line" 2>/dev/null)

    # Numbers say little: where they are listed (TAB twice), not inserted, their meaning stands behind them. What they have in
    # common is still completed, for it ends before that.
    if [[ ${#COMPREPLY[@]} -gt 1 && ${COMP_TYPE:-9} == @(9|63|33|64) ]]; then
        for i in "${!COMPREPLY[@]}"; do
            [[ ${COMPREPLY[i]} != +([0-9]) || -z ${meanings[i]} ]] || COMPREPLY[i]+="  (${meanings[i]})"
        done
    fi

    # A name that a value follows.
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
# Where it knows nothing, files are offered.
complete -o bashdefault -o default -F _terrace terrace

# After sudo too, where nothing else completes what follows it (bash-completion does).
_terrace_sudo() {
    local i
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        # Options of sudo, the value behind some of them (sudo(8)), which come before the command.
        case ${COMP_WORDS[i]} in
            -[CDghpRrTtUu] | --user | --group | --host | --chdir | --chroot | --prompt | --role | --type | --other-user | \
                --command-timeout | --close-from)
                ((++i))
                [[ ${COMP_WORDS[i]} != = ]] || ((++i))
                continue
                ;;
            -*) continue ;;
        esac
        [[ ${COMP_WORDS[i]##*/} == terrace ]] || return
        # As if the line began with terrace.
        local before=${COMP_LINE%%"${COMP_WORDS[i]}"*}
        COMP_LINE=${COMP_LINE:${#before}}
        COMP_POINT=$((COMP_POINT - ${#before}))
        COMP_WORDS=("${COMP_WORDS[@]:i}")
        COMP_CWORD=$((COMP_CWORD - i))
        _terrace
        return
    done
    mapfile -t COMPREPLY < <(compgen -c -- "${COMP_WORDS[COMP_CWORD]}" | sort -u)
}
if ! complete -p sudo >/dev/null 2>&1 && ! declare -F _comp_load >/dev/null && ! declare -F _completion_loader >/dev/null; then
    complete -o bashdefault -o default -F _terrace_sudo sudo
fi
