using System.Text.RegularExpressions;
using Terrace.Host.Configuration;
using Terrace.Host.Files;

namespace Terrace.Host.Tests.Configuration;

public sealed class ConfigurationExampleTests
{
    [Fact]
    public void As_packages_install_it_it_manages_nothing()
    {
        Assert.Empty(Read(ConfigurationExample.Inactive).Rules);
        Assert.Equal(Read(ConfigurationExample.Text).Tiering, Read(ConfigurationExample.Inactive).Tiering);
    }

    [Fact]
    public void Each_line_that_is_off_can_be_switched_on_alone()
    {
        string[] lines = ConfigurationExample.Inactive.Split('\n');
        int[] off = [.. Enumerable.Range(0, lines.Length).Where(i => Regex.IsMatch(lines[i], "^ *#[^# ]"))];
        Assert.True(off.Length >= 6);
        Assert.All(off, i =>
        {
            string[] changed = [.. lines];
            changed[i] = On(lines[i]);
            DaemonConfiguration read = Read(string.Join('\n', changed));
            Assert.Equal(changed[i].Contains("- {", StringComparison.Ordinal) ? 1 : 0, read.Rules.Count);
        });
    }

    [Theory]
    [InlineData("^( *)#(?=[^# ])")]
    [InlineData("^( *)#")]
    [InlineData("^()#")]
    public void All_lines_can_be_switched_on_at_once_in_whatever_way_an_editor_does_it(string sign)
    {
        string text = Regex.Replace(ConfigurationExample.Inactive, sign, "$1", RegexOptions.Multiline);
        DaemonConfiguration read = Read(text);
        if (sign != "^()#")
        {
            Assert.Equal(Read(ConfigurationExample.Text).Rules.Select(rule => rule.Name), read.Rules.Select(rule => rule.Name));
            Assert.NotNull(read.Kernel);
            Assert.NotNull(read.MetricsAddress);
        }
    }

    private static string On(string line) => Regex.Replace(line, "^( *)#", "$1");

    private static DaemonConfiguration Read(string text)
    {
        DaemonConfiguration? read = ConfigurationFile.Parse("f", text, out IReadOnlyList<ConfigurationProblem> problems);
        Assert.Empty(problems);
        return read!;
    }
}
