using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Terrace.Benchmarks.Lab.Hosts;

/// <summary>The table of all rows, as Markdown and as JSON.</summary>
internal static class HostTable
{
    private static readonly JsonSerializerOptions _json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>All members of all rows, in bytes, seconds and parts of one.</summary>
    public static string Json(IReadOnlyList<HostResult> results) => JsonSerializer.Serialize(results, _json);

    /// <summary>The table for people.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<HostResult> results)
    {
        if (results.Any(result => result.Row != HostRows.Tenants))
        {
            yield return "| row | shape | share | error | hits, of the oracle's | moved, of what had to | Terrace's count | CPU at rest "
                + "| kernel's own: share, hits of the oracle's, moved |";
            yield return "|---|---|---|---|---|---|---|---|---|";
        }

        foreach (HostResult result in results.Where(result => result.Row != HostRows.Tenants))
        {
            yield return $"| {result.Row} | {result.What} | {Percent(result.Asked, 0)} | {string.Join(" | ", Cells(result))} |";
        }

        foreach (HostResult result in results.Where(result => result.Row == HostRows.Tenants))
        {
            yield return "";
            yield return "| four tenants | hits of each, the late one last | largest / smallest | late one served after "
                + "| promoted, of misplaced | of the least with all fast memory in use |";
            yield return "|---|---|---|---|---|---|";
            yield return Tenants("Terrace", result.TerraceTenants, result);
            yield return Tenants("the kernel's own tiering", result.KernelTenants, result);
        }
    }

    private static string[] Cells(HostResult result)
    {
        if (result.Terrace is not { } outcome)
        {
            return [result.Failure ?? "no figures", "", "", "", "", Kernel(result)];
        }

        string moved = outcome.MovedOfNeeded is { } times
            ? $"{Mebibytes(outcome.CallBytes)} of {Mebibytes(outcome.NeededBytes)}: {Percent(times, 0)}"
            : $"{Mebibytes(outcome.CallBytes)}, nothing had to";
        moved += $"; {Mebibytes(outcome.KernelBytes - outcome.CallBytes)} by others";
        string home = outcome.AtHome is { } part ? $"; {Percent(part)} of it near its CPUs" : "";
        string held = outcome.HeldBy.Count > 0 ? $"; held back by {string.Join(", ", outcome.HeldBy)}" : "";
        string fixedPart = outcome.ImmovableBytes > 0 ? $"; {Mebibytes(outcome.ImmovableBytes)} immovable" : "";
        return
        [
            outcome.ShareError is { } error ? Percent(error, 2) + home + fixedPart + held : "left alone",
            outcome.ShareError is null ? "" : Percent(outcome.HitsOfOracle),
            moved,
            outcome.OwnOfKernel is { } own ? Percent(own) : "",
            Percent(outcome.RestCpu),
            Kernel(result),
        ];
    }

    private static string Kernel(HostResult result) =>
        result.Kernel is { } kernel
            ? $"{Percent(kernel.Share)}, {Percent(kernel.HitsOfOracle)}, {Mebibytes(kernel.KernelBytes)}"
            : result.Note ?? (result.Terrace is null ? "" : result.Failure ?? "");

    private static string Tenants(string who, TenantOutcome? outcome, HostResult result)
    {
        if (outcome is null)
        {
            return $"| {who} | {result.Failure ?? "not tried"} | | | | |";
        }

        string hits = string.Join(", ", outcome.Hits.Select(hit => Percent(hit)));
        string late = outcome.LateSeconds is { } seconds ? string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s") : "never";
        string spread = outcome.Hits.Min() > 0 ? outcome.Spread.ToString("0.000", CultureInfo.InvariantCulture) : "without bound";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| {who} | {hits} | {spread} | {late} | {Mebibytes(outcome.PromotedBytes)} of ")
            + string.Create(CultureInfo.InvariantCulture, $"{Mebibytes(outcome.MisplacedBytes)}: {outcome.PromotedOfMisplaced:0.00} | ")
            + string.Create(CultureInfo.InvariantCulture, $"{Mebibytes(outcome.LeastBytes)}: {outcome.PromotedOfLeast:0.00} |");
    }

    private static string Percent(double? part, int digits = 1) =>
        part is { } value ? (value * 100).ToString($"F{digits}", CultureInfo.InvariantCulture) + " %" : "";

    private static string Mebibytes(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):0} MiB");
}
