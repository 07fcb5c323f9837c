namespace Terrace.Lab.Sources;

/// <summary>What a sources file says. An entry that is wrong is left out, and the rest is read on.</summary>
/// <param name="Sources">Its entries for binary packages, one for each suite and address, in the file's order.</param>
/// <param name="Problems">Its wrong entries.</param>
public sealed record SourcesFile(IReadOnlyList<PackageSource> Sources, IReadOnlyList<SourceProblem> Problems)
{
    /// <summary>Reads a file in the format that its name stands for: deb822 for NAME.sources, one line for each entry otherwise.</summary>
    public static SourcesFile Parse(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.EndsWith(".sources", StringComparison.Ordinal) ? StanzaSources.Parse(text, file) : OneLineSources.Parse(text, file);
    }
}
