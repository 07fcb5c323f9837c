using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Terrace.Cli.Configuration;

/// <summary>A configuration on disk. YAML; JSON, being YAML too, is read as well.</summary>
internal static class ConfigurationFile
{
    /// <summary>Where the daemon looks.</summary>
    public const string StandardPath = "/etc/terrace/terrace.yaml";

    private const int MaxBytes = 1 << 20;
    private const int MaxDepth = 20;

    /// <summary>Aliases may make so much of a file at most: its size times their number, an upper bound of what each of them repeats.</summary>
    private const long MaxAliasedBytes = 16L << 20;

    /// <summary>Reads a file: null, and all that is wrong with it, when it cannot be used.</summary>
    public static DaemonConfiguration? Load(string path, out IReadOnlyList<ConfigurationProblem> problems)
    {
        string text;
        try
        {
            FileInfo file = new(path);
            if (!file.Exists)
            {
                problems = [new ConfigurationProblem(path, 0, "", "there is no such file", "give a path, or see terrace config example")];
                return null;
            }

            if (file.Length > MaxBytes)
            {
                problems = [new ConfigurationProblem(path, 0, "", "is larger than 1 MiB", "is it the right file?")];
                return null;
            }

            text = File.ReadAllText(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            problems = [new ConfigurationProblem(path, 0, "", $"cannot be read: {error.Message.TrimEnd('.')}", "check its permissions, and that it is a text file")];
            return null;
        }

        return Parse(path, text, out problems);
    }

    /// <summary>Reads a text as if it were the file's.</summary>
    public static DaemonConfiguration? Parse(string path, string text, out IReadOnlyList<ConfigurationProblem> problems)
    {
        YamlStream yaml = [];
        try
        {
            if (ProblemOfShape(path, text) is { } problem)
            {
                problems = [problem];
                return null;
            }

            yaml.Load(new StringReader(text));
        }
        catch (YamlException error)
        {
            problems = [new ConfigurationProblem(path, error.Start.Line, "", $"is not YAML: {error.Message.TrimEnd('.')}", "check indentation, colons and quotes of this line and the one before")];
            return null;
        }

        catch (Exception error) when (error is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The library's scanner faults on some malformed texts (seen with control characters in plain scalars) instead of saying what is wrong.
            problems = [new ConfigurationProblem(path, 0, "", "is not YAML", "look for characters that do not belong in a text file")];
            return null;
        }

        if (yaml.Documents.Count > 1)
        {
            problems = [new ConfigurationProblem(path, yaml.Documents[1].RootNode.Start.Line, "", "a second document begins", "remove the line '---'")];
            return null;
        }

        if (yaml.Documents.Count == 0)
        {
            problems = [];
            return new DaemonConfiguration();
        }

        DaemonConfiguration configuration = ConfigurationReader.Read(path, yaml.Documents[0].RootNode, out problems);
        return problems.Count == 0 ? configuration : null;
    }

    // Building nodes takes a stack frame for each level, and reading them follows each alias: both are checked first, on the flat stream of events.
    private static ConfigurationProblem? ProblemOfShape(string path, string text)
    {
        Parser parser = new(new StringReader(text));
        int depth = 0;
        long aliases = 0;
        while (parser.MoveNext())
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > MaxDepth)
            {
                return new ConfigurationProblem(path, parser.Current.Start.Line, "", $"is nested more than {MaxDepth} levels deep", "no setting is that deep: check brackets and indentation");
            }

            aliases += parser.Current is AnchorAlias ? 1 : 0;
            if (aliases * text.Length > MaxAliasedBytes)
            {
                return new ConfigurationProblem(path, parser.Current.Start.Line, "", $"repeats too much of itself: this is alias {aliases} of a file of {text.Length} characters", "use defaults, or fewer rules with wider patterns");
            }
        }

        return null;
    }
}
