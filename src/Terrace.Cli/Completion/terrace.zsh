#compdef terrace
# zsh completion for terrace. The program itself knows what may stand next: see "terrace completion --help".
_terrace() {
    # What follows -- is another program's command line.
    local -i dashes=${words[(i)--]}
    if (( dashes < CURRENT )); then
        shift $dashes words
        (( CURRENT -= dashes ))
        _normal
        return
    fi
    local -a typed found shown
    typed=("${(@)words[2,CURRENT-1]}" "$PREFIX")
    local line="${(j: :)typed}" each
    found=("${(@f)$("${words[1]/#\~/$HOME}" "[describe:${#line}]" "$line" 2>/dev/null)}")
    found=("${(@)found:#}")
    for each in "${found[@]}"; do
        shown+=("${each/$'\t'/  -- }")
    done
    found=("${(@)found%%$'\t'*}")
    if (( ${#found} == 1 )) && [[ ${found[1]} == *= ]]; then
        compadd -S '' -- "${found[@]}"
    elif (( ${#found} )); then
        compadd -l -d shown -- "${found[@]}"
    else
        _files
    fi
}
if [[ ${funcstack[1]} == _terrace ]]; then
    _terrace "$@"
else
    compdef _terrace terrace
fi
