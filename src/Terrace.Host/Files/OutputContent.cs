namespace Terrace.Host.Files;

/// <summary>What a command writes to a file that its user names: by its beginning it is known again.</summary>
/// <param name="Name">What it is, for messages.</param>
/// <param name="Beginnings">How such a file begins, one of them.</param>
internal sealed record OutputContent(string Name, params string[] Beginnings)
{
    /// <summary>One JSON object a line.</summary>
    public static OutputContent Events { get; } = new("events of Terrace", "{\"event\":");

    /// <summary>The summary of a run, one JSON object.</summary>
    public static OutputContent Summary { get; } = new("a summary of Terrace", "{\"event\":\"summary\"");

    /// <summary>A heat map.</summary>
    public static OutputContent Picture { get; } = new("a picture", "<svg", "<?xml", "\u0089PNG\r\n");

    /// <summary>A line for each page of an exercise.</summary>
    public static OutputContent Pages { get; } = new("a list of pages", "address,node,");

    /// <summary>A layout file that Terrace wrote.</summary>
    public static OutputContent Layout { get; } = new("a layout that Terrace wrote", "# by terrace layout");

    /// <summary>What <c>terrace accessed</c> writes: the command that sets an address of user space, or the header of a scan.</summary>
    public static OutputContent AccessedBits { get; } = new("accessed bits that Terrace wrote", "\u00a0\0", "TERRBITS");

    /// <summary>True when the first bytes of a file are those of such a file.</summary>
    public bool IsIn(ReadOnlySpan<byte> start)
    {
        foreach (string beginning in Beginnings)
        {
            if (start.StartsWith(System.Text.Encoding.Latin1.GetBytes(beginning)))
            {
                return true;
            }
        }

        return false;
    }
}
