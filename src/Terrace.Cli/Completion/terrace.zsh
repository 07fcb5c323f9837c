#compdef terrace
# zsh completion for terrace. The program itself knows what may stand next: see "terrace completion --help".
_terrace() {
    local -a typed found
    typed=("${(@)words[2,CURRENT-1]}" "$PREFIX")
    local line="${(j: :)typed}"
    found=("${(@f)$("${words[1]/#\~/$HOME}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
    found=("${(@)found:#}")
    if (( ${#found} == 1 )) && [[ ${found[1]} == *= ]]; then
        compadd -S '' -- "${found[@]}"
    elif (( ${#found} )); then
        compadd -- "${found[@]}"
    else
        _files
    fi
}
if [[ ${funcstack[1]} == _terrace ]]; then
    _terrace "$@"
else
    compdef _terrace terrace
fi
