using System.CommandLine;

namespace Terrace.Cli.CommandLine;

/// <summary>
/// An option whose value has a unit. It keeps its default itself, because the library's help would print that as a bare number.
/// </summary>
internal sealed class UnitOption<T>(string name, T fallback) : Option<T>(name)
{
    /// <summary>The value on this command line, or the default one.</summary>
    public T In(ParseResult parsed) => parsed.GetResult(this) is null ? fallback : parsed.GetValue(this)!;
}
