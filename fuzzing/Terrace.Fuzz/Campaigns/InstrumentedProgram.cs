using SharpFuzz;

namespace Terrace.Fuzz.Campaigns;

/// <summary>A copy of this program whose libraries of Terrace, and of what they parse YAML with, count the branches they take.</summary>
internal static class InstrumentedProgram
{
    private static readonly string[] s_libraries =
    [
        "Terrace.Core.dll", "Terrace.Linux.dll", "Terrace.Host.dll", "terrace.dll", "terrace-lab.dll", "YamlDotNet.dll",
    ];

    /// <summary>Makes it in a folder; returns the path of the program.</summary>
    public static string Make(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        foreach (string library in s_libraries)
        {
            Fuzzer.Instrument(Path.Combine(folder, library), _ => true, Options.Value);
        }

        return Path.Combine(folder, "Terrace.Fuzz");
    }
}
