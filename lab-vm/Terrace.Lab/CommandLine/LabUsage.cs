using System.CommandLine;
using System.Text;

namespace Terrace.Lab.CommandLine;

/// <summary>The text of <c>./lab --help</c>.</summary>
internal static class LabUsage
{
    private const string Head = """
        Boots a virtual machine with memory tiers (QEMU, no KVM needed) for a command or a shell.

        Usage: ./lab [options]                 a shell: leave it with exit or Ctrl-D, Ctrl-A X if it hangs
               ./lab [options] -- CMD ARGS...  runs CMD, streams its output, exits with its exit code
        """;

    private const string Tail = """
        Environment
          TERRACE_LAB_MIRROR   Debian mirror to use (default: the one of this machine's apt sources)
          TERRACE_LAB_KEYRING  file with the keys that sign it (default: as in the apt sources)
          TERRACE_LAB_KERNELS  folder of other vmlinuz files; --kernel finds one by a part of its name
          TERRACE_LAB_CACHE    where kernels are kept (default ~/.cache/terrace-lab)

        Exit codes: the command's; 2 bad option; 69 no machine can be started; 124 timeout; 130 Ctrl-C

        Examples
          ./lab --put artifacts/terrace:/bin/terrace -- terrace topology
          ./lab --nodes dram:512M,cxl:1G --get /tmp/result:out -- sh -c 'numastat >/tmp/result'
          ./lab --kernel 7 --la57 -- grep -c la57 /proc/cpuinfo
        """;

    private static readonly string Indent = "\n" + new string(' ', 22);

    public static string Text(LabCommandLine line)
    {
        StringBuilder text = new(Head);
        text.Append("\n\n");
        foreach (var (title, options) in line.Groups)
        {
            text.Append(title).Append('\n');
            foreach (var option in options)
            {
                text.Append($"  {Names(option),-20}{option.Description!.Replace("\n", Indent, StringComparison.Ordinal)}\n");
            }

            text.Append('\n');
        }

        return text.Append(Tail).ToString();
    }

    private static string Names(Option option) =>
        string.Join(", ", option.Aliases.Append(option.Name)) + (option.HelpName is { } value ? " " + value : "");
}
