using Terrace.Cli.Terminal;
using Terrace.Core.Units;
using Terrace.Host.Failures;

namespace Terrace.Cli.Run;

/// <summary>Files and streams that could not be written: one that fails keeps no other from being written, and each is named.</summary>
internal sealed class WriteFailures
{
    private readonly List<Problem> _problems = [];
    private int _exitCode = ExitCode.CannotWrite;
    private Exception? _nobodyReads;

    /// <summary>Notes a problem.</summary>
    public void Add(Problem problem) => _problems.Add(problem);

    /// <summary>Does some writing, and notes when it fails.</summary>
    public void Try(Action? write) => Try(() =>
    {
        write?.Invoke();
        return "";
    });

    /// <summary>Does something that makes something, and notes when it fails: null then.</summary>
    public T? Try<T>(Func<T?> make)
        where T : class
    {
        try
        {
            return make();
        }
        catch (CommandFailure failure) when (failure.ExitCode == ExitCode.NobodyReads)
        {
            _nobodyReads ??= failure;
        }
        catch (CommandFailure failure)
        {
            // A command line that makes no sense is said by its own exit code, whatever else is wrong.
            _exitCode = failure.ExitCode == ExitCode.Usage ? ExitCode.Usage : _exitCode;
            _problems.AddRange(failure.Problems);
        }
        catch (StandardStreamFailure failure) when (failure.IsNobodyReads)
        {
            _nobodyReads ??= failure;
        }
        catch (StandardStreamFailure failure)
        {
            _problems.Add(new Problem(failure.Message, failure.Fix));
        }

        return null;
    }

    /// <summary>Ends the command with all that was noted.</summary>
    /// <exception cref="CommandFailure">Something could not be written.</exception>
    /// <exception cref="Exception">Nothing failed but that nobody reads any more.</exception>
    public void ThrowIfAny()
    {
        if (_problems.Count > 0)
        {
            throw new CommandFailure(_exitCode, _problems[0], _problems.Skip(1));
        }

        if (_nobodyReads is not null)
        {
            throw _nobodyReads;
        }
    }
}
