namespace Terrace.Lab.Sources;

/// <summary>An entry of a sources file that cannot be used.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">Its line, from 1 on.</param>
/// <param name="Field">The field or the part of the line, in the words of sources.list(5).</param>
/// <param name="What">What is wrong with it.</param>
public sealed record SourceProblem(string File, int Line, string Field, string What)
{
    /// <summary>In one line.</summary>
    public override string ToString() => Line > 0 ? $"{File}:{Line}: {Field}: {What}" : $"{File}: {What}";
}
