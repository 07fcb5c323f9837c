namespace Terrace.Linux.Guests;

/// <summary>What the command line of QEMU says of its virtual machine (qemu-system-x86_64(1)).</summary>
public static class QemuArguments
{
    /// <summary>True for the programs that run a whole virtual machine, whatever the distribution calls them.</summary>
    public static bool IsQemu(string executable)
    {
        string name = Path.GetFileName(executable);
        return name.StartsWith("qemu-system-", StringComparison.Ordinal) || name is "qemu-kvm" or "kvm";
    }

    /// <summary>
    /// The machine's name: <c>-name guest=NAME,…</c>, <c>-name NAME,…</c> or <c>--name</c>; null without one. A doubled comma
    /// stands for one.
    /// </summary>
    public static string? NameIn(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        for (int i = arguments.Count - 2; i >= 0; i--)
        {
            if (arguments[i] is "-name" or "--name")
            {
                return NameOf(arguments[i + 1]);
            }
        }

        return null;
    }

    private static string? NameOf(string value)
    {
        string[] parts = value.Replace(",,", "\0", StringComparison.Ordinal).Split(',');
        string? given = parts.FirstOrDefault(part => part.StartsWith("guest=", StringComparison.Ordinal))?["guest=".Length..];
        string name = (given ?? (parts[0].Contains('=', StringComparison.Ordinal) ? "" : parts[0])).Replace('\0', ',');
        return name.Length > 0 ? name : null;
    }
}
