using Terrace.Lab.Sources;

namespace Terrace.Lab.Tests.Sources;

/// <summary>Sources files and machines that have them.</summary>
internal static class SourcesText
{
    public static readonly OsRelease Debian = new("debian", "Debian GNU/Linux 12 (bookworm)");

    public static SourcesFile Captured(string name) =>
        SourcesFile.Parse(File.ReadAllText(Path.Combine(LabFixture.RepositoryRoot(), "tests/Terrace.Lab.Tests/Sources/Captured", name)),
            name);

    public static MachineSources Machine(OsRelease system, params SourcesFile[] files) =>
        new(system, AptPaths.Parse(""), new SourcesFile([.. files.SelectMany(file => file.Sources)], [.. files.SelectMany(file =>
            file.Problems)]));
}
