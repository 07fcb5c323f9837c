namespace Terrace.Architecture.Tests;

/// <summary>That code in one folder uses a type of another.</summary>
/// <param name="From">The folder it is in.</param>
/// <param name="To">The folder of the type.</param>
/// <param name="Type">The type.</param>
/// <param name="Where">The file or type that does it.</param>
internal sealed record Reach(string From, string To, string Type, string Where)
{
    public override string ToString() => $"{Where} ({From}) uses {To}.{Type}";
}
