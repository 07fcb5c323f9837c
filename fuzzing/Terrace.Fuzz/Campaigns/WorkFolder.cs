using System.Text;

namespace Terrace.Fuzz.Campaigns;

/// <summary>
/// Where afl-fuzz works on one target: in memory where there is a file system for that, because it writes and removes a small
/// file for every finding.
/// </summary>
internal sealed class WorkFolder : IDisposable
{
    private const string Memory = "/dev/shm";

    public WorkFolder(string artifacts, IFuzzTarget target)
    {
        string root = Directory.Exists(Memory) ? Memory : artifacts;
        Root = Path.Combine(root, $"terrace-fuzz-{Environment.ProcessId}-{target.Name}");
        Directory.CreateDirectory(Seeds);
        foreach ((int number, byte[] seed) in target.Seeds.Where(seed => seed.Length > 0 && seed.Length <= target.MaxBytes).Index())
        {
            File.WriteAllBytes(Path.Combine(Seeds, $"{number:d4}"), seed);
        }

        File.WriteAllLines(Words, target.Words.Select((word, number) => $"word{number}=\"{Escape(word)}\""));
    }

    public string Root { get; }

    /// <summary>Inputs to begin with.</summary>
    public string Seeds => Path.Combine(Root, "seeds");

    /// <summary>The dictionary.</summary>
    public string Words => Path.Combine(Root, "words.dict");

    /// <summary>What the feeding process writes down.</summary>
    public string Record => Path.Combine(Root, "record");

    /// <summary>What afl-fuzz leaves.</summary>
    public string Output => Path.Combine(Root, "out");

    /// <summary>Its figures.</summary>
    public string Stats => Path.Combine(Output, "default", "fuzzer_stats");

    /// <summary>Inputs that failed.</summary>
    public IEnumerable<string> Crashes
    {
        get
        {
            string folder = Path.Combine(Output, "default", "crashes");
            return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "id:*").Order(StringComparer.Ordinal) : [];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Root, recursive: true);

    // Whatever is no plain letter as \xNN (AFL++, dictionaries/README.md).
    private static string Escape(string word) => string.Concat(
        Encoding.UTF8.GetBytes(word).Select(letter => char.IsAsciiLetterOrDigit((char)letter) ? $"{(char)letter}" : $"\\x{letter:x2}"));
}
