using System.Globalization;
using Terrace.Cli.CommandLine;
using Terrace.Host.Control;
using Terrace.Host.Failures;

namespace Terrace.Cli.Exercise;

/// <summary>
/// Tells the daemon what the exercise says of its own memory; again and again until it is taken, since the daemon must have found
/// the process first.
/// </summary>
internal sealed class OwnAdvice(string runFolder, string advice, ulong start, long bytes)
{
    private CommandFailure? _refusal;

    /// <summary>True when the daemon has taken it.</summary>
    public bool IsTaken { get; private set; }

    /// <summary>Tells it, unless it was taken before.</summary>
    public void Tell()
    {
        if (IsTaken)
        {
            return;
        }

        try
        {
            DaemonOption.Ask(runFolder, new ControlRequest
            {
                Command = ControlCommand.Advise,
                Range = string.Create(CultureInfo.InvariantCulture, $"0x{start:x}-0x{start + (ulong)bytes:x}"),
                Advice = advice,
            });
            IsTaken = true;
        }
        catch (CommandFailure refusal)
        {
            _refusal = refusal;
        }
    }

    /// <summary>Ends the command with what the daemon said last when it has never taken the advice.</summary>
    /// <exception cref="CommandFailure">It has not.</exception>
    public void ThrowUnlessTaken()
    {
        if (!IsTaken && _refusal is not null)
        {
            throw _refusal;
        }
    }
}
