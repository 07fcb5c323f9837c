using Terrace.Reports.Events;

namespace Terrace.Host.Tests.Daemon;

public sealed class MissedShareDocsTests
{
    [Fact]
    public void Troubleshooting_has_each_reason_in_the_words_that_are_shown()
    {
        string[] rows = [.. RepositoryFile.Read("docs/troubleshooting.md").Split('\n').Where(line => line.StartsWith('|'))];
        Assert.All(
            MissedNames.All,
            reason => Assert.Single(rows, row => row.Contains($"`{reason.Name}`", StringComparison.Ordinal)
                && row.StartsWith($"| {reason.Words}", StringComparison.Ordinal)));
    }
}
