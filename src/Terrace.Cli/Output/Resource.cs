namespace Terrace.Cli.Output;

/// <summary>Texts that are built into the program.</summary>
internal static class Resource
{
    /// <summary>A text by its name in the project file.</summary>
    public static string Read(string name)
    {
        using Stream stream = typeof(Resource).Assembly.GetManifestResourceStream(name) ?? throw new ArgumentException($"there is no {name}", nameof(name));
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
