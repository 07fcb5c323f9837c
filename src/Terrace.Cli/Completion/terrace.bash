# bash completion for terrace. The program itself knows what may stand next: see "terrace completion --help".
_terrace() {
    local line=${COMP_LINE:0:COMP_POINT} program=${COMP_WORDS[0]} word= candidate cut=0
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

    COMPREPLY=()
    while IFS= read -r candidate; do
        [[ -n $quoted ]] || printf -v candidate %q "$candidate"
        COMPREPLY+=("${candidate:cut}")
    done < <("${program/#\~/$HOME}" "[suggest:${#line}]" "$line" 2>/dev/null)

    # A name that a value follows.
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
# Where it knows nothing, files are offered.
complete -o bashdefault -o default -F _terrace terrace
