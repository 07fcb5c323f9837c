using Terrace.Core.Migration;
using Terrace.Core.Tiering;
using Terrace.Core.Tracking;

namespace Terrace.Host.Loop;

/// <summary>Tells several observers.</summary>
internal sealed class ObserverGroup(IReadOnlyList<IRoundObserver> observers) : IRoundObserver
{
    private readonly IRoundObserver[] _observers = [.. observers];

    public void OnRound(RoundReport report, HeatMap heat)
    {
        foreach (IRoundObserver observer in _observers)
        {
            observer.OnRound(report, heat);
        }
    }

    public void OnMoves(int pid, MoveReport moves)
    {
        foreach (IRoundObserver observer in _observers)
        {
            observer.OnMoves(pid, moves);
        }
    }

    public void OnRoundBrokenOff(RoundReport report)
    {
        foreach (IRoundObserver observer in _observers)
        {
            observer.OnRoundBrokenOff(report);
        }
    }

    public void OnTargetGone(int pid)
    {
        foreach (IRoundObserver observer in _observers)
        {
            observer.OnTargetGone(pid);
        }
    }

    public void OnScanFailed(int pid, int errno)
    {
        foreach (IRoundObserver observer in _observers)
        {
            observer.OnScanFailed(pid, errno);
        }
    }
}
