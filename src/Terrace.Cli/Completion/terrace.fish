# fish completion for terrace. The program itself knows what may stand next: see "terrace completion --help".
function __terrace_suggest
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    # What follows -- is another program's command line.
    if set -l dashes (contains -i -- -- $words)
        set -l rest (string escape -- $words[(math $dashes + 1)..-1]) $current
        complete -C (string join ' ' -- $rest)
        return
    end
    set -l line (string join ' ' -- (string escape -- $words[2..-1]) $current)
    test -n "$current"; or test (count $words) -lt 2; or set line "$line "
    set -l found (command $words[1] "[describe:"(string length -- "$line")"]" "$line" 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path $current
    end
end
complete -c terrace -f -a '(__terrace_suggest)'
