using System.Text;
using Terrace.Host.Files;

namespace Terrace.Host.Configuration;

/// <summary>
/// The example that comes with the program. What begins with two number signs explains; what begins with one is a setting that is
/// off, and on when that sign is removed, from one line or from all.
/// </summary>
internal static class ConfigurationExample
{
    private const string Rules = "rules:";

    /// <summary>The example.</summary>
    public static string Text { get; } = Resource.Read(typeof(ConfigurationFile).Assembly, "terrace.yaml");

    /// <summary>The example with its rules off: it manages nothing.</summary>
    public static string Inactive
    {
        get
        {
            StringBuilder text = new();
            bool off = false;
            foreach (string line in Text.TrimEnd('\n').Split('\n'))
            {
                int start = line.Length - line.TrimStart(' ').Length;
                text.Append(off && line.AsSpan(start).StartsWith("- ") ? line.Insert(start, "#") : line).Append('\n');
                if (line == Rules)
                {
                    off = true;
                    text.Append("  ## Nothing is managed until there are rules. Examples, to be changed and made to hold:\n");
                }
            }

            return text.ToString();
        }
    }
}
