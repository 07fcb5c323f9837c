# fish completion for terrace. The program itself knows what may stand next: see "terrace completion --help".
function __terrace_suggest
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l line (string join ' ' -- (string escape -- $words[2..-1]) $current)
    test -n "$current"; or test (count $words) -lt 2; or set line "$line "
    set -l found (command $words[1] "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path $current
    end
end
complete -c terrace -f -a '(__terrace_suggest)'
