using System.Reflection;

namespace Terrace.Host.Files;

/// <summary>Texts that are built into the program.</summary>
internal static class Resource
{
    /// <summary>A text by its name in the assembly's project file.</summary>
    public static string Read(Assembly assembly, string name)
    {
        using Stream stream = assembly.GetManifestResourceStream(name)
            ?? throw new ArgumentException($"there is no {name}", nameof(name));
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
