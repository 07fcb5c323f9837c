using System.Runtime.InteropServices;

namespace Terrace.Cli.CommandLine;

/// <summary>Turns SIGINT, SIGTERM and SIGHUP into a request to stop cleanly.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>
    /// Begins to listen; <paramref name="onSignal"/> receives each signal, for forwarding, and returns false to not stop for
    /// it.
    /// </summary>
    public StopSignals(Func<PosixSignal, bool>? onSignal = null)
    {
        foreach (PosixSignal signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                if (onSignal?.Invoke(context.Signal) ?? true)
                {
                    _stop.Cancel();
                }
            }));
        }
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
    }
}
