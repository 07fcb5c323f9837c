namespace Terrace.Cli.Scan;

/// <summary>A mapping, or neighbouring pages of one that are about equally hot.</summary>
/// <param name="Start">First address, hexadecimal.</param>
/// <param name="End">One past the last, hexadecimal.</param>
/// <param name="Mapping">What it belongs to.</param>
/// <param name="Pages">Mapped pages.</param>
/// <param name="MeanHeat">Mean number of scans that saw a page accessed.</param>
/// <param name="FastShare">Share of the pages in tier 0.</param>
/// <param name="HotPages">Pages that every scan saw accessed.</param>
internal sealed record ScanRange(
    string Start, string End, string Mapping, long Pages, double MeanHeat, double FastShare, long HotPages);
