using System.Globalization;
using Terrace.Core.Units;

namespace Terrace.Cli.CommandLine;

/// <summary>
/// How <c>terrace run</c> tells its command which share of fast memory it has: <c>terrace exercise</c> compares itself with what that
/// share can reach.
/// </summary>
internal static class ShareVariable
{
    /// <summary>Its name in the environment.</summary>
    public const string Name = "TERRACE_FAST";

    /// <summary>The share as <c>--fast</c> takes it, exactly.</summary>
    public static string Of(FastShare share) =>
        share.Bytes is { } bytes ? string.Create(CultureInfo.InvariantCulture, $"{bytes}B") : share.ToString();

    /// <summary>What it says; null when it is not set, or no share.</summary>
    public static FastShare? Read(Func<string, string?> variable) =>
        variable(Name) is { } text && FastShare.TryParse(text, out FastShare share, out _) ? share : null;
}
