using System.Diagnostics;
using System.Globalization;
using Terrace.Core.Machine;
using Terrace.Core.Tracking;
using Terrace.Core.Units;
using Terrace.Host.Failures;
using Terrace.Linux;
using Terrace.Linux.Guests;
using Terrace.Linux.Interop;
using Terrace.Linux.Mappings;

namespace Terrace.Cli.Scan;

/// <summary>One round of scans of one process, without a decision: clear, wait, read, clear, wait, read, …</summary>
internal sealed class ProcessScan(IMachine machine, IManagedProcess process)
{
    private const int Attempts = 3;

    /// <summary>Told before each scan how many are done.</summary>
    public Action<int>? OnScan { get; init; }

    private TimeSpan _read;
    private TimeSpan _clear;
    private TimeSpan _longestClear;

    /// <summary>Scans and reports; null when stopped meanwhile.</summary>
    /// <exception cref="CommandFailure">The process exited, or it cannot be read.</exception>
    public ScanReport? Run(
        int scans, TimeSpan interval, int top, CancellationToken stop, Func<int, IReadOnlyList<ProcessMapping>>? describe = null)
    {
        using HeatMap heat = new(placeBits: machine.Places.Bits);
        for (int attempt = 1; ; attempt++)
        {
            ScanStatus status = Round(heat, scans, interval, stop, out TimeSpan covered, out int errno);
            if (stop.IsCancellationRequested)
            {
                return null;
            }

            if (status == ScanStatus.Complete)
            {
                return Report(heat, covered, top, (describe ?? (pid => ProcessMaps.Describe(pid)))(process.Pid));
            }

            if (status != ScanStatus.AddressSpaceReplaced || attempt == Attempts)
            {
                throw FailureOf(status, errno);
            }
        }
    }

    private CommandFailure FailureOf(ScanStatus status, int errno) => status switch
    {
        ScanStatus.ProcessGone => new CommandFailure(
            ExitCode.NoSuchProcess, $"process {process.Pid} exited while it was scanned", "scan a process that lives longer"),
        ScanStatus.AddressSpaceReplaced => new CommandFailure(
            ExitCode.Unavailable, $"process {process.Pid} executes one program after another", "scan it when it has settled"),
        _ => new CommandFailure(
            errno is Errno.EPERM or Errno.EACCES ? ExitCode.NotPermitted : ExitCode.Unavailable,
            $"process {process.Pid} cannot be scanned: {ErrorWords.Of(errno)}",
            "see the kernel's log; try --tracker idle-bitmap"),
    };

    private ScanStatus Round(HeatMap heat, int scans, TimeSpan interval, CancellationToken stop, out TimeSpan covered, out int errno)
    {
        heat.Clear();
        heat.BeginRound();
        covered = _read = _clear = _longestClear = TimeSpan.Zero;
        errno = 0;
        for (int scan = 0; scan < scans; scan++)
        {
            OnScan?.Invoke(scan);
            ScanOutcome cleared = process.Clearer.Clear();
            long since = Stopwatch.GetTimestamp();
            _clear += cleared.Duration;
            _longestClear = cleared.Stall > _longestClear ? cleared.Stall : _longestClear;
            if (cleared.Status != ScanStatus.Complete || stop.WaitHandle.WaitOne(interval))
            {
                errno = cleared.Errno;
                return cleared.Status;
            }

            covered += Stopwatch.GetElapsedTime(since);
            heat.BeginScan();
            ScanOutcome read = process.Tracker.Read(heat);
            heat.EndScan();
            _read += read.Duration;
            if (read.Status != ScanStatus.Complete)
            {
                errno = read.Errno;
                return read.Status;
            }
        }

        return ScanStatus.Complete;
    }

    private ScanReport Report(HeatMap heat, TimeSpan covered, int top, IReadOnlyList<ProcessMapping> mappings)
    {
        int tiers = Math.Max(1, machine.Topology.Tiers.Count);
        long[][] byHeat = [.. Enumerable.Range(0, heat.Scans + 1).Select(_ => new long[tiers])];
        foreach (HeatChunk chunk in heat.EnumerateChunks())
        {
            for (int page = 0; page < Chunk.Pages; page++)
            {
                if (chunk.IsPresent(page))
                {
                    byHeat[chunk.CountOf(page)][Math.Clamp(machine.Places.TierOf(chunk.PlaceOf(page)), 0, tiers - 1)]++;
                }
            }
        }

        RangeFinder ranges = new(heat, mappings, machine.Places);
        return new ScanReport
        {
            Pid = process.Pid,
            Name = process.Name,
            Tracker = process.Tracker.Name,
            Scans = heat.Scans,
            IntervalMs = Math.Round(covered.TotalMilliseconds / heat.Scans, 3),
            Pages = byHeat.Sum(level => level.Sum()),
            Tiers =
            [
                .. Enumerable.Range(0, tiers).Select(
                    tier => new ScanTier(
                        tier,
                        machine.Topology.Tiers.Count == 0 ? [] : machine.Topology.Tiers[tier],
                        byHeat.Sum(level => level[tier]),
                        byHeat[heat.Scans][tier],
                        byHeat[0][tier])),
            ],
            Histogram = [.. byHeat.Select((level, i) => new ScanLevel(i, level))],
            Mappings = ranges.Mappings(top),
            Hottest = ranges.Hottest(top),
            GuestMemory =
            [
                .. GuestMemory.Of(process.Pid, mappings).Select(
                    ram => new ScanGuestRange(Hex(ram.Start), Hex(ram.End), ram.Backend, ram.GuestStart is { } start ? Hex(start) : null)),
            ],
            ReadMs = Math.Round(_read.TotalMilliseconds, 3),
            ClearMs = Math.Round(_clear.TotalMilliseconds, 3),
            Clearer = process.Clearer.Name,
            LongestClearMs = Math.Round(_longestClear.TotalMilliseconds, 3),
            MappingReads = (process as LinuxProcess)?.MappingReads ?? 0,
            TrackingBytes = heat.TrackingBytes,
        };
    }

    private static string Hex(ulong address) => address.ToString("x", CultureInfo.InvariantCulture);
}
