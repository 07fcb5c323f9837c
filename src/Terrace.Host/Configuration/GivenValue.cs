namespace Terrace.Host.Configuration;

/// <summary>What a key of a configuration is, and where that is said.</summary>
/// <param name="Text">The value as YAML on one line.</param>
/// <param name="File">The file; null when it is a default.</param>
/// <param name="Line">Its line.</param>
internal readonly record struct GivenValue(string Text, string? File, long Line)
{
    /// <summary>A value that no file gives.</summary>
    public static GivenValue Default(string text) => new(text, null, 0);

    /// <summary>Where it comes from: <c>terrace.yaml:4</c>, or <c>default</c>.</summary>
    public string Source => File is null ? "default" : $"{File}:{Line}";
}
