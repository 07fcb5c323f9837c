using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Terrace.Host.Files;

/// <summary>A file of one YAML document, as nodes that know their lines; JSON, being YAML too, is read as well.</summary>
internal static class YamlFile
{
    private const int MaxBytes = 1 << 20;
    private const int MaxDepth = 20;

    /// <summary>
    /// Aliases may make so much of a file at most: its size times their number, an upper bound of what each of them repeats.
    /// </summary>
    private const long MaxAliasedBytes = 16L << 20;

    /// <summary>
    /// Reads a file; false, and what is wrong with it, when it is no YAML. <paramref name="whenMissing"/> says what to do where
    /// there is none.
    /// </summary>
    public static bool TryLoad(string path, string whenMissing, out YamlNode? root, out IReadOnlyList<ConfigurationProblem> problems)
    {
        root = null;
        string text;
        try
        {
            FileInfo file = new(path);
            if (!file.Exists)
            {
                problems = [new ConfigurationProblem(path, 0, "", "there is no such file", whenMissing)];
                return false;
            }

            if (file.Length > MaxBytes)
            {
                problems = [new ConfigurationProblem(path, 0, "", "is larger than 1 MiB", "is it the right file?")];
                return false;
            }

            text = File.ReadAllText(path, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            problems =
            [
                new ConfigurationProblem(
                    path, 0, "", $"cannot be read: {error.Message.TrimEnd('.')}", "check its permissions, and that it is a text file"),
            ];
            return false;
        }

        return TryParse(path, text, out root, out problems);
    }

    /// <summary>Reads a text as if it were the file's; <paramref name="root"/> is null for an empty one.</summary>
    public static bool TryParse(string path, string text, out YamlNode? root, out IReadOnlyList<ConfigurationProblem> problems)
    {
        root = null;
        YamlStream yaml = [];
        try
        {
            if (ProblemOfShape(path, text) is { } problem)
            {
                problems = [problem];
                return false;
            }

            yaml.Load(new StringReader(text));
        }
        catch (YamlException error)
        {
            problems =
            [
                new ConfigurationProblem(
                    path,
                    error.Start.Line,
                    "",
                    $"is not YAML: {error.Message.TrimEnd('.')}",
                    "check indentation, colons and quotes of this line and the one before"),
            ];
            return false;
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The library's scanner faults on some malformed texts (seen with control characters in plain scalars) instead of
            // saying what is wrong.
            problems = [new ConfigurationProblem(path, 0, "", "is not YAML", "look for characters that do not belong in a text file")];
            return false;
        }

        if (yaml.Documents.Count > 1)
        {
            problems =
            [
                new ConfigurationProblem(
                    path, yaml.Documents[1].RootNode.Start.Line, "", "a second document begins", "remove the line '---'"),
            ];
            return false;
        }

        problems = [];
        root = yaml.Documents.Count == 0 ? null : yaml.Documents[0].RootNode;
        return true;
    }

    // Building nodes takes a stack frame for each level, and reading them follows each alias: both are checked first, on the flat
    // stream of events.
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
                return new ConfigurationProblem(
                    path,
                    parser.Current.Start.Line,
                    "",
                    $"is nested more than {MaxDepth} levels deep",
                    "no setting is that deep: check brackets and indentation");
            }

            aliases += parser.Current is AnchorAlias ? 1 : 0;
            if (aliases * text.Length > MaxAliasedBytes)
            {
                return new ConfigurationProblem(
                    path,
                    parser.Current.Start.Line,
                    "",
                    $"repeats too much of itself: this is alias {aliases} of a file of {text.Length} characters",
                    "use defaults, or fewer rules with wider patterns");
            }
        }

        return null;
    }
}
