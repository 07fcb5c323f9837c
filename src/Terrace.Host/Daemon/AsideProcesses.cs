using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Terrace.Host.Files;
using Terrace.Linux.Files;
using Terrace.Linux.Interop;
using Terrace.Linux.Processes;

namespace Terrace.Host.Daemon;

/// <summary>
/// Processes that are put aside because a look at them does not come to an end (<see cref="BoundedCalls"/>): who they are, when they are to
/// be looked at again, and a file by which the next daemon expects little of them. For the loop's thread only.
/// </summary>
internal sealed class AsideProcesses : IDisposable
{
    /// <summary>Name of the file in the run folder: a line for each, its number and when it was started, in ticks since the boot.</summary>
    public const string FileName = "aside";

    /// <summary>Lines of the log in a minute; a process can come and go as often as its user likes.</summary>
    private const int MostLines = 10;

    private const int MostFileBytes = 1 << 16;

    private static readonly TimeSpan s_lookAgain = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    private readonly BoundedCalls _calls;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly FileWriter? _file;
    private readonly HashSet<int> _refused = [];
    private readonly Dictionary<int, long> _hanging = [];
    private long _lookedAt;
    private long _minuteAt;
    private int _lines;

    /// <summary>Reads the file of the daemon before; without a folder nothing is kept.</summary>
    public AsideProcesses(BoundedCalls calls, string? runFolder, TimeProvider time, ILogger log)
    {
        (_calls, _time, _log) = (calls, time, log);
        _lookedAt = _minuteAt = time.GetTimestamp();
        if (runFolder is not null)
        {
            string path = Path.Combine(runFolder, FileName);
            _file = new FileWriter(path, (file, text) => AtomicFile.Write(file, text, isPrivate: true));
            Expect(path);
        }
    }

    /// <summary>Processes that are put aside, and since when (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public IReadOnlyDictionary<int, long> Hanging => _hanging;

    /// <summary>How many processes are not looked at: those that hang, and others of their users.</summary>
    public int Count => _hanging.Count + _refused.Count(pid => !_hanging.ContainsKey(pid));

    /// <summary>A look at a process that a rule may take did not come to an end.</summary>
    public void Add(int pid) => _refused.Add(pid);

    /// <summary>It was looked at, or has ended.</summary>
    public void Remove(int pid) => _refused.Remove(pid);

    /// <summary>Notes who hangs now, and returns those whom it is time to look at again.</summary>
    public IReadOnlyList<int> Tick()
    {
        if (_calls.IsQuiet && _hanging.Count == 0 && _refused.Count == 0)
        {
            return [];
        }

        bool back = NoteChanges();
        if (_refused.Count == 0 || (!back && _time.GetElapsedTime(_lookedAt) < s_lookAgain))
        {
            return [];
        }

        _lookedAt = _time.GetTimestamp();
        return [.. _refused.Where(pid => !_hanging.ContainsKey(pid))];
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private bool NoteChanges()
    {
        IReadOnlyList<LeftCall> left = _calls.PutAside;
        bool came = false;
        foreach (LeftCall call in left)
        {
            if (_hanging.TryAdd(call.Pid, call.Since))
            {
                came = true;
                if (MayLog())
                {
                    DaemonLog.PutAside(_log, call.Pid);
                }
            }
        }

        List<int> back = [.. _hanging.Keys.Where(pid => !left.Any(call => call.Pid == pid))];
        foreach (int pid in back)
        {
            _hanging.Remove(pid);
            if (MayLog())
            {
                DaemonLog.BackFromAside(_log, pid);
            }
        }

        if (came || back.Count > 0)
        {
            _ = _file?.WriteAsync(Text());
        }

        return back.Count > 0;
    }

    private bool MayLog()
    {
        if (_time.GetElapsedTime(_minuteAt) >= s_minute)
        {
            (_minuteAt, _lines) = (_time.GetTimestamp(), 0);
        }

        return ++_lines <= MostLines;
    }

    private string Text()
    {
        StringBuilder text = new();
        foreach (int pid in _hanging.Keys)
        {
            text.Append(CultureInfo.InvariantCulture, $"{pid} {ProcessBirth.TicksOf(pid) ?? 0}\n");
        }

        return text.ToString();
    }

    private void Expect(string path)
    {
        if (SmallFile.TryRead(path, MostFileBytes, out byte[]? bytes) != 0)
        {
            return;
        }

        foreach (string line in Encoding.ASCII.GetString(bytes!).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split(' ') is [var number, var ticks]
                && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out long born)
                && ProcessBirth.TicksOf(pid) == born)
            {
                _calls.Suspect(pid);
            }
        }
    }
}
